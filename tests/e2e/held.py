"""A request that the test keeps waiting, so that it says itself what comes first."""

from playwright.sync_api import Page, Route


def hold(page: Page, address: str) -> list[Route]:
    """The next request to this address waits in the list until the test lets it go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep, times=1)
    return held
