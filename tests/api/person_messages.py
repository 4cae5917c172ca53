"""What stands in each table that may hold something of a message: their own, and ours to them."""

from tests.api.office import Desk
from tests.api.person_rows import ANNA, BRAM, Filler, FullPerson


def fill(rows: Filler, told: FullPerson, desk: Desk) -> None:
    """In the order in which they tell of each other."""
    for part in (_texts, _attempt, _decision, _files, _mark, _answers):
        part(rows, told, desk)


def _texts(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "message",
        id="m1",
        conversation_id=told.conversation,
        line_id=desk.line_id,
        contact_id=told.contact,
        value=ANNA,
        scheme="tel",
        direction="out",
        channel="sms",
        text="Tot maandag om zeven",
        state="failed",
        reason="no-route",
        staff_id="s1",
        rule="closed",
        created_ms=1,
        happened_ms=fill.time(),
        written_ms=fill.time(),
        sent_ms=fill.time(),
        delivered_ms=fill.time(),
        read_ms=fill.time(),
        edited_ms=fill.time(),
        deleted_ms=fill.time(),
    )
    fill.row(
        "message",
        id="m2",
        conversation_id=told.conversation,
        line_id=desk.line_id,
        contact_id=told.contact,
        value=ANNA,
        scheme="tel",
        direction="out",
        text="Je loon is betaald",
        state="queued",
        token_id=fill.token_id,
        created_ms=1,
        happened_ms=fill.time(),
    )
    fill.row("earlier_text", message_id=told.message, until_ms=fill.time(), text="Ik kan dinsdag")
    fill.row("text_below", message_id=told.message, text="> Wie kan er dinsdag?")


def _attempt(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "attempt",
        id="p1",
        message_id="m1",
        device_id=desk.device_id,
        channel="sms",
        started_ms=fill.time(),
        tapped_ms=fill.time(),
        ended_ms=fill.time(),
        outcome="partly",
    )
    fill.row(
        "attempt_part",
        attempt_id="p1",
        part=1,
        state="missing",
        left_ms=fill.time(),
        report="trying",
        report_ms=fill.time(),
    )


def _decision(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "near_stop",
        message_id=told.message,
        asked_id="",
        decision="leave",
        staff_id="s2",
        decided_ms=fill.time(),
    )


def _files(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "media",
        id="f1",
        kind="image",
        type="image/jpeg",
        name="mijn pas.jpg",
        sha256=told.media_sha256,
        bytes=4711,
        seconds=17,
        width=642,
        height=481,
        state="here",
        why="quota",
        staff_id="s2",
        created_ms=1,
    )
    fill.row("message_media", message_id=told.message, position=0, media_id="f1")
    fill.row(
        "media",
        id="f2",
        kind="contact",
        type="text/vcard",
        name="Kaartje van Bram",
        state="on-phone-only",
        token_id=fill.token_id,
        created_ms=1,
    )
    fill.row("message_media", message_id="m2", position=0, media_id="f2")


def _mark(fill: Filler, told: FullPerson, desk: Desk) -> None:
    fill.row(
        "care_mark",
        message_id=told.message,
        kind="bsn",
        branch_id=desk.branch_id,
        state="none",
        hidden=1,
        opened_ms=fill.time(),
        at_ms=fill.time(),
        ended_ms=fill.time(),
        staff_id="s2",
    )


def _answers(fill: Filler, told: FullPerson, desk: Desk) -> None:
    for value, emoji in ((ANNA, "👍"), (BRAM, "🙈")):
        fill.row(
            "reaction", message_id="m1", value=value, scheme="tel", emoji=emoji, at_ms=fill.time()
        )
    fill.row("message_quote", message_id="m1", quoted_id=told.message)
