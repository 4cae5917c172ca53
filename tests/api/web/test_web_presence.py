"""Who looks and who types: said while it is so, and no longer."""

from appliance.api.web.presence import GONE_MS, TYPES_MS, Onlooker, Presence
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

SANNE = Onlooker(name="Sanne", typing=False)


def test_who_looks_is_seen_by_others_there_until_they_say_so_no_more() -> None:
    """Nobody is told of themselves, nor of a conversation that they do not look at."""
    presence = Presence()
    presence.here("c", "1", "Sanne", now_ms=0, typing=False)
    assert presence.around("2", 1) == {}
    presence.here("c", "2", "Bart", now_ms=1, typing=False)
    assert presence.around("2", 1) == {"c": [SANNE]}
    presence.here("c", "2", "Bart", now_ms=GONE_MS - 1, typing=False)
    assert presence.around("2", GONE_MS - 1) == {"c": [SANNE]}
    assert presence.around("2", GONE_MS) == {"c": []}
    presence.here("c", "1", "Sanne", now_ms=GONE_MS, typing=False)
    presence.gone("c", "1")
    assert presence.around("2", GONE_MS) == {"c": []}


def test_typing_ends_after_five_seconds_or_with_the_send() -> None:
    presence = Presence()
    presence.here("c", "2", "Bart", now_ms=TYPES_MS, typing=False)
    presence.here("c", "1", "Sanne", now_ms=TYPES_MS, typing=True)
    presence.here("c", "1", "Sanne", now_ms=TYPES_MS + 1, typing=False)
    typing = [Onlooker(name="Sanne", typing=True)]
    assert presence.around("2", 2 * TYPES_MS - 1) == {"c": typing}
    assert presence.around("2", 2 * TYPES_MS) == {"c": [SANNE]}
    presence.here("c", "1", "Sanne", now_ms=2 * TYPES_MS, typing=True)
    presence.stopped_typing("c", "1", now_ms=2 * TYPES_MS + 1)
    assert presence.around("2", 2 * TYPES_MS + 1) == {"c": [SANNE]}


def test_nobody_is_where_they_may_not_look(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, sanne: Browser
) -> None:
    office.writes("+31687654321", tilburg)
    place = f"/c/{planning.get('/conversations').json()['items'][0]['id']}/here"
    assert sanne.post(place, {"what": "types"}).status_code == 204
    stranger = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert stranger.post(place, {"what": "looks"}).status_code == 404
    stranger.client.close()
