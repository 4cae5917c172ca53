"""The routes of all pages, and whether there is a page."""

from appliance.api.route_finder import RouteFinder


class PageFinder(RouteFinder):
    def has(self, address: str) -> bool:
        """Whether there is a page at this address, which has no question behind it."""
        routes = self.beginning_as(address)
        return any("GET" in (each.methods or ()) and each.path == address for each in routes)
