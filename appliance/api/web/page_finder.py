"""The routes of all pages, and whether there is a page."""

from appliance.api.route_finder import RouteFinder


class PageFinder(RouteFinder):
    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, str], bool] = {}  # pages ask for the same ones at each row

    def has(self, address: str, method: str = "GET") -> bool:
        """Whether there is a page at this address, which has no question behind it; where it names
        a thing, that stands in it as in its route.
        """
        key = (address, method)
        if key not in self._known:
            routes = self.beginning_as(address)
            self._known[key] = any(
                each.path == address and method in (each.methods or ()) for each in routes
            )
        return self._known[key]
