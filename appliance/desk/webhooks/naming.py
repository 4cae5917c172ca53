"""Judges an address that somebody names, before it is kept: its name is looked up, too."""

from appliance.desk.webhooks.looking_up import addresses_asked
from appliance.desk.webhooks.url_policy import Unreachable, UrlPolicy
from appliance.errors import InvalidInput

LOOK_UP_S = 3.0


async def judge(policy: UrlPolicy, url: str, *, by: str) -> None:
    """Raises InvalidInput for `url`. An https name that leads nowhere now may lead somewhere later;
    without https it must be one of the company's own network, which only its address shows. `by`
    is the id of who names it.
    """
    place = policy.place(url)
    found = await addresses_asked(place, by=by, within_s=LOOK_UP_S)
    try:
        policy.reachable(place, found)
    except Unreachable as exc:
        if not place.is_tls:
            sentence = (
                f"{exc.sentence} Without https Balie posts to the company's own network only."
            )
            raise InvalidInput("url", sentence) from exc
