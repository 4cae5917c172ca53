"""Judges an address that somebody names, before it is kept: its name is looked up, too."""

import asyncio
import socket

from appliance.desk.webhooks.url_policy import Unreachable, UrlPolicy
from appliance.errors import InvalidInput

LOOK_UP_S = 3.0


async def judge(policy: UrlPolicy, url: str) -> None:
    """Raises InvalidInput for `url`. An https name that leads nowhere now may lead somewhere later;
    without https it must be one of the company's own network, which only its address shows.
    """
    place = policy.place(url)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOK_UP_S):
            found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a time-out is one, too
        found = []
    try:
        policy.reachable(place, {str(each[4][0]) for each in found})
    except Unreachable as exc:
        if not place.is_tls:
            sentence = (
                f"{exc.sentence} Without https Balie posts to the company's own network only."
            )
            raise InvalidInput("url", sentence) from exc
