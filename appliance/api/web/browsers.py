"""What a browser calls itself, short enough for a list of where somebody is logged in."""

from fastapi import Request

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
"""The first that a browser names: most name those behind it, too, to be taken for them."""


def browser_of(request: Request) -> str | None:
    """`Firefox, Windows`; None where it names nothing that is known."""
    told = request.headers.get("user-agent", "")
    said = (_first(told, _BROWSERS), _first(told, _SYSTEMS))
    return ", ".join(each for each in said if each) or None


def _first(told: str, known: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in known if mark in told), None)
