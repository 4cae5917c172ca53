"""A bot beside a line: what people write comes once, what is answered leaves once."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from appliance.devices import evidence_facts
from appliance.devices.evidence_facts import is_quoted
from appliance.emulated.telegram.bot_faults import BotFault, BotFaultKind
from appliance.emulated.telegram.bot_methods import describe_document, describe_photo
from appliance.media.kinds import FileType, MediaKind
from appliance.media.probing import Measured
from appliance.reasons import Reason
from appliance.store.media import NewUpload, add_upload
from tests.devices.telegram.bot_desk import BotDesk
from tests.running_demo import eventually

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


def test_a_person_writes_and_is_answered(desk: BotDesk) -> None:
    """/start is consent, and what leaves is what was typed: no character of it is markup."""
    anna = desk.server.world.add_person("Anna", "anna_w")
    desk.begin()
    desk.server.world.write(desk.bot, anna, "/start")
    came = desk.arrived(1)[0]
    assert (came["channel"], came["value"]) == ("telegram", f"telegram:{anna.id}")
    assert [row["kind"] for row in desk.rows("SELECT kind FROM consent")] == ["wrote_first"]
    text = "Morgen om *8* uur <b>bij</b> _de_ poort [hier](x)"
    message_id = desk.accepts(anna, text)
    desk.becomes(message_id, "sent")
    assert desk.came_to(anna) == [text]
    assert {each["parse_mode"] for each in desk.server.world.truth} == {None}
    sent = desk.server.world.said[(anna.id, desk.server.world.truth[-1]["message_id"])]
    desk.server.world.write(desk.bot, anna, "Goed", reply_to_message=sent)
    quote = "SELECT quoted_id FROM message_quote"
    eventually(lambda: bool(desk.rows(quote)), "her answer quotes it")
    assert desk.rows(quote)[0]["quoted_id"] == message_id
    (tried,) = desk.rows("SELECT evidence FROM attempt WHERE message_id = ?", message_id)
    assert '"telegram_message_id"' in tried["evidence"]


def test_stop_and_a_block_withdraw(desk: BotDesk) -> None:
    """/stop is STOP; a bot that is blocked counts as that, whether its news or a 403 tells it; who
    presses Start again has said START.
    """
    world = desk.server.world
    anna, bea, cem = (world.add_person(name) for name in ("Anna", "Bea", "Cem"))
    desk.begin()
    for person in (anna, bea, cem):
        world.write(desk.bot, person, "Hallo")
    desk.arrived(3)
    world.write(desk.bot, anna, "/stop")
    world.block(desk.bot, bea)
    world.block(desk.bot, cem, silently=True)
    to_cem = desk.accepts(cem, "Is het goed?")
    desk.becomes(to_cem, "failed")
    closed = "SELECT value, recorded_by, words FROM consent WHERE kind = 'opted_out' ORDER BY value"
    eventually(lambda: len(desk.rows(closed)) == 3, "all three have withdrawn")
    assert [row["recorded_by"] for row in desk.rows(closed)] == ["rule", "service", "service"]
    assert "blocked by the user" in desk.rows(closed)[2]["words"]
    assert desk.came_to(cem) == []
    world.write(desk.bot, cem, "/start werk-2026")
    opened = "SELECT 1 FROM consent WHERE kind = 'opted_in_again'"
    eventually(lambda: bool(desk.rows(opened)), "Cem has said START")
    assert desk.arrived(5)[-1]["text"] == "/start"


def test_what_the_bot_cannot_read_is_a_sign_and_the_service_s_own_is_nothing(
    desk: BotDesk,
) -> None:
    """Somebody wrote and waits, though a poll, a die or anything newer has no text."""
    world = desk.server.world
    anna = world.add_person("Anna")
    desk.begin()
    contents: Sequence[Mapping[str, Any]] = (
        {"pinned_message": {"message_id": 1}},
        {"poll": {"id": "1", "question": "Zaterdag of zondag?", "options": []}},
        {"dice": {"emoji": "🎲", "value": 4}},
        {"what_comes_next_year": {}, "caption": "kijk"},
        {"write_access_allowed": {}},
    )
    for content in contents:
        world.put(desk.bot, anna, content)
    world.write(desk.bot, anna, "Zag je dat?")
    texts = [row["text"] for row in desk.arrived(4)]
    assert texts == ["[…] Zaterdag of zondag?", "[…]", "[…] kijk", "Zag je dat?"]


def test_an_edit_is_the_same_message_and_groups_are_left(desk: BotDesk) -> None:
    """A changed text replaces the one before, also when it is STOP; nothing of a group is kept."""
    world = desk.server.world
    anna = world.add_person("Anna")
    desk.begin()
    first = world.write(desk.bot, anna, "Ik kan")
    desk.arrived(1)
    world.add_to_group(desk.bot, anna, -4_000_000_001)
    world.edit(desk.bot, first, text="Ik kan niet")
    changed = "SELECT 1 FROM message WHERE text = 'Ik kan niet' AND direction = 'in'"
    eventually(lambda: bool(desk.rows(changed)), "the text was changed")
    assert len(desk.arrived(1)) == 1
    eventually(lambda: not desk.bot.groups, "the bot has left the group")
    world.edit(desk.bot, first, text="STOP")
    closed = "SELECT 1 FROM consent WHERE kind = 'opted_out'"
    eventually(lambda: bool(desk.rows(closed)), "a changed text withdraws")


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        (BotFaultKind.CUT, True),
        (BotFaultKind.CUT, False),
        (BotFaultKind.SERVER_ERROR, True),
        (BotFaultKind.BAD_GATEWAY, True),
    ],
)
def test_what_is_not_answered_is_never_sent_again(
    desk: BotDesk, kind: BotFaultKind, done: bool
) -> None:
    """Whether it left nobody can know: a person decides, and a bot does not send it twice."""
    anna = desk.server.world.add_person("Anna")
    desk.server.world.write(desk.bot, anna, "Hallo")
    desk.begin()
    desk.arrived(1)
    desk.welcomes()
    desk.server.faults.add(BotFault(kind=kind, method="sendmessage", done=done))
    message_id = desk.accepts(anna, "Eenmaal")
    desk.becomes(message_id, "unconfirmed")

    def waits() -> bool:
        desk.clock.advance(ms=5_000)
        return bool(desk.row(message_id)["reason"] == Reason.PERSON)

    eventually(waits, "a person is asked")
    desk.end()
    desk.begin()
    assert desk.came_to(anna) == (["Eenmaal"] if done else [])
    assert desk.row(message_id)["state"] == "unconfirmed"


def test_a_pause_is_kept_as_long_as_telegram_says(desk: BotDesk) -> None:
    """429 is no failed try; the message leaves once, after it."""
    anna = desk.server.world.add_person("Anna")
    desk.server.world.write(desk.bot, anna, "Hallo")
    desk.begin()
    desk.arrived(1)
    desk.welcomes()
    fault = BotFault(kind=BotFaultKind.TOO_MANY, method="sendmessage", retry_after_s=1)
    desk.server.faults.add(fault)
    message_id = desk.accepts(anna, "Straks")
    desk.becomes(message_id, "sent")
    assert desk.came_to(anna) == ["Straks"]
    assert desk.row(message_id)["tries"] == 0
    told = desk.rows("SELECT facts FROM event_log WHERE facts LIKE '%pause_s%'")
    assert '"pause_s":1.0' in told[0]["facts"]


def test_files_go_both_ways(desk: BotDesk, tmp_path: Path) -> None:
    """A photo and a document come in with their names; a photo leaves as one, with its caption."""
    world = desk.server.world
    anna = world.add_person("Anna")
    desk.begin()
    photo = world.keep_file(PNG, folder="photos", name="photo.png")
    paper = world.keep_file(b"%PDF-1.7 loon", folder="documents", name="Loonstrook mei.pdf")
    world.put(desk.bot, anna, {"photo": describe_photo(photo), "caption": "Mijn pas"})
    world.put(desk.bot, anna, {"document": describe_document(paper)})
    assert [row["text"] for row in desk.arrived(2)] == ["📷 Mijn pas", "📄"]
    kept = "SELECT name, kind, bytes, state FROM media ORDER BY id"

    def are_here() -> bool:
        desk.clock.advance(ms=5_000)
        return all(row["state"] == "here" for row in desk.rows(kept))

    eventually(are_here, "both files are here")
    told = [(row["name"], row["kind"], row["bytes"]) for row in desk.rows(kept)]
    assert told[0][1:] == ("image", len(PNG))
    assert told[1] == ("Loonstrook mei.pdf", "document", len(b"%PDF-1.7 loon"))
    source = tmp_path / "rooster.png"
    source.write_bytes(PNG)
    upload = NewUpload(
        name="rooster.png",
        told=FileType(MediaKind.IMAGE, "image/png"),
        kept=desk.files.keep(source),
        measured=Measured(),
    )
    media_id = desk.store.write(lambda tx: add_upload(tx, upload).id)
    message_id = desk.accepts(anna, "Je rooster", media=[media_id])
    desk.becomes(message_id, "sent")
    sent = next(each for each in world.truth if each["text"] == "Je rooster")
    assert (sent["kind"], sent["file"], sent["bytes"]) == ("photo", "rooster.png", len(PNG))


def test_who_else_reads_the_bot_stops_it_with_a_reason(desk: BotDesk) -> None:
    """A webhook set elsewhere: nothing leaves, because nobody would hear a STOP."""
    desk.begin()
    eventually(lambda: desk.device().state == "ready", "the bot is ready")
    assert '"account": "@rivierwerk_bot"' in desk.device().facts
    desk.server.world.set_webhook(desk.bot, "https://example.org/elsewhere")
    eventually(lambda: desk.device().reason == Reason.HAS_WEBHOOK, "the webhook is told")
    assert desk.device().channels == frozenset()


def test_a_token_that_was_taken_back_is_told(
    desk: BotDesk, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram does not know it any more; and no log ever held it."""
    caplog.set_level(logging.DEBUG)
    desk.begin()
    eventually(lambda: desk.device().state == "ready", "the bot is ready")
    old = desk.bot.token
    desk.server.world.renew_token(desk.bot)
    eventually(lambda: desk.device().reason == Reason.ACCOUNT_SHUT, "the token is shut")
    assert old.partition(":")[2] not in caplog.text


def test_nothing_is_lost_or_doubled_over_a_sudden_end(desk: BotDesk) -> None:
    """The driver ends between any two updates; what was kept is not told again, all else is."""
    world = desk.server.world
    anna = world.add_person("Anna")
    for number in range(5):
        world.write(desk.bot, anna, f"Bericht {number}")
    place = "SELECT value FROM device_cursor WHERE name = 'updates'"
    for _ in range(3):
        desk.begin()
        eventually(lambda: bool(desk.rows(place)), "some of it is kept")
        desk.end()
    desk.begin()
    assert [row["text"] for row in desk.arrived(5)] == [f"Bericht {n}" for n in range(5)]
    eventually(lambda: not desk.bot.updates, "Telegram has let go of them")
    assert len(desk.arrived(5)) == 5
    assert desk.rows(place)[0]["value"] == desk.bot.next_update


def test_an_answer_quotes_what_it_answers(desk: BotDesk) -> None:
    """What they wrote, and what was written to them: they see the quote, and that is proven. Where
    they deleted the message, or wrote it elsewhere, the text arrives without it.
    """
    world = desk.server.world
    anna = world.add_person("Anna")
    theirs = world.write(desk.bot, anna, "Kan ik maandag?")
    desk.begin()
    (came,) = desk.arrived(1)
    desk.welcomes()

    def answers(text: str, quoted: str) -> tuple[int | None, bool]:
        """What it answers on their phone, and whether the proof says so."""
        message_id = desk.accepts(anna, text, quotes=quoted)
        desk.becomes(message_id, "sent")
        statement = "SELECT evidence FROM attempt WHERE message_id = ? AND outcome = 'sent'"
        (row,) = desk.rows(statement, message_id)
        told = next(each for each in world.truth if each["text"] == text)
        return told["answers"], is_quoted(evidence_facts.read(row["evidence"]))

    assert answers("Ja, om 7 uur", came["id"]) == (theirs["message_id"], True)
    mine = next(each for each in world.truth if each["text"] == "Ja, om 7 uur")
    (sent,) = desk.rows("SELECT id FROM message WHERE text = 'Ja, om 7 uur'")
    assert answers("Neem je pas mee", sent["id"]) == (mine["message_id"], True)
    del world.said[(anna.id, theirs["message_id"])]
    assert answers("Tot maandag", came["id"]) == (None, False)
    key = "UPDATE message SET device_key = 'row-7' WHERE id = ?"
    desk.store.write(lambda tx: tx.conn.execute(key, (came["id"],)))
    assert answers("Nog iets", came["id"]) == (None, False)
