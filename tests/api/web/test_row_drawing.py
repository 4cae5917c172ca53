"""A row of the list is drawn once for all who see the same, and anew when anything changes."""

from dataclasses import fields, replace
from typing import Any

from appliance.api.web.row_drawing import RowPlace, drawn_row, draws
from appliance.api.web.words import row_sentences
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.inbox.overview import ConversationRow
from appliance.media.kinds import MediaKind
from appliance.messages import Direction, MessageState

NOW_MS = 1_772_440_200_000
MINUTE_MS = 60_000
ROW = ConversationRow(
    id="c1",
    line_id="l1",
    contact_id="p1",
    title="Fatima",
    is_group=False,
    preview="Is er morgen werk?",
    direction=Direction.IN,
    state=MessageState.RECEIVED,
    channel=Channel.WHATSAPP,
    sender=None,
    last_ms=NOW_MS - MINUTE_MS,
    unread=1,
    waiting_ms=None,
    draft=None,
)
PLACE = RowPlace(zone="Europe/Amsterdam", may_write=True, within_min=60)
OTHER_OF_ROW: dict[str, Any] = {
    "direction": Direction.OUT,
    "state": MessageState.READ,
    "channel": Channel.SMS,
    "medium": MediaKind.IMAGE,
    "unread": 2,
    "last_ms": NOW_MS,
    "waiting_ms": NOW_MS - 20 * MINUTE_MS,
    "returns_ms": NOW_MS,
}
OTHER_OF_PLACE = {"zone": "Europe/Lisbon", "within_min": 20}


def other(item: Any, name: str, known: dict[str, Any]) -> Any:
    """The same but for one field."""
    value = getattr(item, name)
    changed = known.get(name, not value if isinstance(value, bool) else f"{value} too")
    return replace(item, **{name: changed})


def is_drawn_anew(row: ConversationRow, place: RowPlace, language: str, now_ms: int) -> bool:
    before = draws().misses
    drawn_row(row, place, Words(language), now_ms)
    return draws().misses > before


def test_a_row_is_drawn_anew_for_whatever_changes_and_for_nothing_else() -> None:
    drawn_row(ROW, PLACE, Words("nl"), NOW_MS)
    assert not is_drawn_anew(replace(ROW), replace(PLACE), "nl", NOW_MS + 1)
    for each in fields(ROW):
        changed = other(ROW, each.name, OTHER_OF_ROW)
        assert is_drawn_anew(changed, PLACE, "nl", NOW_MS), each.name
    for each in fields(PLACE):
        changed = other(PLACE, each.name, OTHER_OF_PLACE)
        assert is_drawn_anew(ROW, changed, "nl", NOW_MS), each.name
    assert is_drawn_anew(ROW, PLACE, "en", NOW_MS)


def test_a_row_says_another_time_when_time_has_passed() -> None:
    waits = replace(ROW, waiting_ms=NOW_MS)
    said = [
        drawn_row(waits, PLACE, Words("nl"), NOW_MS + minutes * MINUTE_MS)
        for minutes in (14, 20, 21, 50, 61, 24 * 60)
    ]
    assert len(set(said)) == len(said)
    assert "20 min" in said[1]
    assert "21 min" in said[2]


def test_a_wait_presses_by_what_the_branch_wants() -> None:
    """Nothing is said in a quarter of its time, three quarters are calm, beyond it all is over."""
    waits = (14, 15, 45, 46, 60, 61)
    said = ("", "calm", "calm", "late", "late", "over")
    assert tuple(row_sentences.urgency(each * MINUTE_MS, 60) for each in waits) == said
    thirds = (4, 5, 15, 16, 20, 21)
    assert tuple(row_sentences.urgency(each * MINUTE_MS, 20) for each in thirds) == said
    row = replace(ROW, waiting_ms=NOW_MS - 30 * MINUTE_MS)
    quick = replace(PLACE, within_min=20)
    assert "waiting calm" in drawn_row(row, PLACE, Words("en"), NOW_MS)
    assert "waiting over" in drawn_row(row, quick, Words("en"), NOW_MS)
