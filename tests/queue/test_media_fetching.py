"""Files of messages as work: expected with the message, brought once, given up with a reason."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from appliance.desk.intake.reception import Reception
from appliance.devices.media_protocol import (
    Fetched,
    FetchedFile,
    FetchFinding,
    IncomingMedia,
    MediaFetch,
)
from appliance.devices.protocol import Group, Incoming, TextForm
from appliance.errors import DeviceGone, Transient
from appliance.events import EventKind
from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind, MediaState, MediaWhy
from appliance.media.probing import Measured
from appliance.queue.media_fetching import AGAIN_MS, OPEN_AFTER
from appliance.queue.work import QueueWork
from appliance.store import lines
from appliance.store.media import Media, media_of
from appliance.store.media_fetches import GONE_MS, give_up_the_gone
from tests.media import samples
from tests.queue.counter import ANNA, BART, BOTH, SMS, WHATSAPP, Counter, at

PHOTO = IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words="Foto")
NONE = Fetched(finding=FetchFinding.NONE)
_KEYS = count()


class Bringing:
    """The counter's phone, as the queue asks it for files."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.counter = counter
        self.files = MediaFiles(folder)
        self.work = QueueWork(
            counter.store, counter.gate, counter.profile, evidence=folder, media=self.files
        )

    def comes(self, medium: IncomingMedia = PHOTO, sender: str = ANNA, **more: Any) -> str:
        """Somebody sends it; the message's id."""
        incoming = Incoming(
            channel=WHATSAPP,
            key=more.pop("key", f"wa:{next(_KEYS)}"),
            sender=sender,
            text=f"{medium.sign} {medium.words}",
            at_ms=self.counter.clock.now_ms(),
            media=medium,
            **more,
        )
        Reception(self.counter.store, self.counter.gate).received(
            self.counter.device_id, [incoming]
        )
        newest = "SELECT id FROM message WHERE direction = 'in' ORDER BY happened_ms DESC, seq DESC"
        return str(self.counter.one(f"{newest} LIMIT 1")["id"])

    def asked(self) -> MediaFetch | None:
        """What the phone is asked for now, all else done."""
        self.counter.store.write(
            lambda tx: tx.conn.execute(
                "UPDATE message SET state = 'cancelled' WHERE state = 'queued'"
            )
        )
        found = self.work.next_task(self.counter.device_id, BOTH)
        assert found is None or isinstance(found, MediaFetch)
        return found

    def due(self) -> MediaFetch:
        """After as much time as it takes until something is due."""
        due_ms = self.counter.one("SELECT min(due_ms) AS at FROM media_fetch")["at"]
        self.counter.clock.advance(ms=max(due_ms - self.counter.clock.now_ms(), 0))
        found = self.asked()
        assert found is not None
        return found

    def brings(self, fetch: MediaFetch, content: bytes = b"", path: str = "/sdcard/a.jpg") -> None:
        with self.files.growing() as growing:
            growing.write(content or samples.photo())
            file = FetchedFile(
                name="IMG-1.jpg",
                told=FileType(MediaKind.IMAGE, "image/jpeg"),
                kept=growing.keep(),
                measured=Measured(width=64, height=48),
            )
        self.work.fetched(fetch, Fetched(finding=FetchFinding.HERE, path=path, file=file))

    def media(self, message_id: str) -> Sequence[Media]:
        return self.counter.store.read(
            lambda conn: media_of(conn, [message_id]).get(message_id, ())
        )

    def one(self, message_id: str) -> Media:
        (found,) = self.media(message_id)
        return found


@pytest.fixture
def bringing(counter: Counter, tmp_path: Path) -> Bringing:
    return Bringing(counter, tmp_path / "media")


def changes(counter: Counter) -> list[str]:
    return [each.facts["change"] for each in counter.events(EventKind.MESSAGE_CHANGED)]


def test_a_photo_is_expected_with_its_message_and_brought(bringing: Bringing) -> None:
    """`fetching`, then `here`, each told once; nothing else is asked of the phone."""
    message_id = bringing.comes()
    assert bringing.one(message_id).state is MediaState.FETCHING
    assert bringing.asked() is None
    fetch = bringing.due()
    assert (fetch.wanted.sign, fetch.wanted.words, fetch.number) == ("📷", "Foto", None)
    bringing.brings(fetch)
    medium = bringing.one(message_id)
    assert (medium.state, medium.type, medium.width) == (MediaState.HERE, "image/jpeg", 64)
    assert medium.here is not None
    assert bringing.files.is_whole(medium.here)
    assert changes(bringing.counter) == ["media"]
    bringing.counter.clock.advance(s=24 * 3600)
    assert bringing.asked() is None


def test_the_same_message_told_again_has_one_photo(bringing: Bringing) -> None:
    """A notification repeats what it told."""
    bringing.comes(key="wa:same")
    bringing.comes(key="wa:same")
    assert bringing.counter.one("SELECT count(*) AS n FROM media")["n"] == 1


def test_awaited_words_may_turn_out_to_be_a_photo(bringing: Bringing) -> None:
    """It is expected from then on."""
    message_id = bringing.comes(key="wa:late", form=TextForm.WAITING)
    assert bringing.media(message_id) == ()
    bringing.comes(key="wa:late")
    assert bringing.one(message_id).state is MediaState.FETCHING


def test_a_kill_before_the_outcome_asks_again(bringing: Bringing) -> None:
    """The file may lie there already; it is then replaced by itself."""
    message_id = bringing.comes()
    first = bringing.due()
    with bringing.files.growing() as growing:
        growing.write(samples.photo())
        growing.keep()
    again = bringing.asked()
    assert again is not None
    assert again.wanted == first.wanted
    bringing.brings(again)
    assert bringing.one(message_id).state is MediaState.HERE


def test_the_chat_is_opened_once_and_only_in_office_hours(bringing: Bringing) -> None:
    """Before that WhatsApp had time to download by itself."""
    bringing.comes()
    for _ in range(OPEN_AFTER):
        fetch = bringing.due()
        assert fetch.number is None
        bringing.work.fetched(fetch, NONE)
    fetch = bringing.due()
    assert fetch.number == ANNA
    bringing.work.fetched(fetch, Fetched(finding=FetchFinding.NONE, opened=True))
    assert bringing.due().number is None


def test_by_night_no_chat_is_opened(bringing: Bringing) -> None:
    """It waits for the morning."""
    bringing.counter.clock.at_ms = at("2026-06-15 23:30")
    bringing.comes()
    for _ in range(OPEN_AFTER):
        bringing.work.fetched(bringing.due(), NONE)
    assert bringing.due().number == ANNA
    assert bringing.counter.clock.now_ms() >= at("2026-06-16 07:00")


def test_on_a_line_that_is_stopped_no_chat_is_opened(bringing: Bringing) -> None:
    """What WhatsApp has downloaded is still brought."""
    counter = bringing.counter
    bringing.comes()
    for _ in range(OPEN_AFTER):
        bringing.work.fetched(bringing.due(), NONE)
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "Banned."))
    assert bringing.due().number is None


def test_a_phone_that_never_comes_back_keeps_nobody_waiting(bringing: Bringing) -> None:
    """Its files are given up after two weeks."""
    message_id = bringing.comes()
    bringing.counter.clock.advance(ms=GONE_MS)
    bringing.counter.store.write(give_up_the_gone)
    assert bringing.one(message_id).state is MediaState.FETCHING
    bringing.counter.clock.advance(s=60)
    bringing.counter.store.write(give_up_the_gone)
    assert bringing.one(message_id).why is MediaWhy.NOT_FOUND


def test_a_group_has_no_chat_to_open(bringing: Bringing) -> None:
    """Its files are taken where WhatsApp has downloaded them."""
    bringing.comes(group=Group(jid="1-2@g.us", name="Loods"))
    for _ in AGAIN_MS:
        fetch = bringing.due()
        assert fetch.number is None
        bringing.work.fetched(fetch, NONE)


@pytest.mark.parametrize(
    ("finding", "why"),
    [(FetchFinding.NONE, MediaWhy.NOT_FOUND), (FetchFinding.UNCLEAR, MediaWhy.UNCLEAR)],
)
def test_what_is_not_found_is_given_up_with_a_reason(
    bringing: Bringing, finding: FetchFinding, why: MediaWhy
) -> None:
    """It stays on the phone, and the phone is left alone."""
    message_id = bringing.comes()
    for _ in range(len(AGAIN_MS) + 1):
        bringing.work.fetched(bringing.due(), Fetched(finding=finding))
    medium = bringing.one(message_id)
    assert (medium.state, medium.why) == (MediaState.ON_PHONE_ONLY, why)
    bringing.counter.clock.advance(s=24 * 3600)
    assert bringing.asked() is None
    assert changes(bringing.counter) == ["media"]


def test_a_file_is_never_two_messages(bringing: Bringing) -> None:
    """What was taken for one is named to the next; what is open is a rival."""
    bringing.comes()
    bringing.comes(sender=BART)
    first = bringing.due()
    assert [each.chat for each in first.others] != [first.wanted.chat]
    bringing.brings(first, path="/sdcard/first.jpg")
    second = bringing.due()
    assert second.taken == {"/sdcard/first.jpg"}
    assert second.others == []


def test_a_phone_that_is_away_costs_no_try(bringing: Bringing) -> None:
    """An error of the screen does, so that none is asked for ever."""
    bringing.comes()
    for _ in range(3):
        bringing.work.fetched(bringing.due(), DeviceGone("Unplugged."))
    assert bringing.counter.one("SELECT tries FROM media_fetch")["tries"] == 0
    bringing.work.fetched(bringing.due(), Transient("Another screen."))
    assert bringing.counter.one("SELECT tries FROM media_fetch")["tries"] == 1


def test_a_text_that_only_begins_like_a_photo_has_none(bringing: Bringing) -> None:
    """The phone found out."""
    message_id = bringing.comes()
    bringing.work.fetched(bringing.due(), Fetched(finding=FetchFinding.TEXT, opened=True))
    assert bringing.media(message_id) == ()


@pytest.mark.parametrize(
    ("medium", "why"),
    [
        (IncomingMedia(kind=MediaKind.IMAGE, sign="①", words="Foto", once=True), "view-once"),
        (
            IncomingMedia(kind=MediaKind.LOCATION, sign="📌", words="Locatie", has_file=False),
            "no-file",
        ),
    ],
)
def test_what_is_not_brought_is_said(bringing: Bringing, medium: IncomingMedia, why: str) -> None:
    """What can be seen once is never asked for."""
    found = bringing.one(bringing.comes(medium))
    assert (found.state, found.why) == (MediaState.ON_PHONE_ONLY, why)
    assert bringing.counter.one("SELECT count(*) AS n FROM media_fetch")["n"] == 0


def test_a_phone_without_whatsapp_is_asked_for_nothing(bringing: Bringing) -> None:
    """Its files are WhatsApp's."""
    bringing.comes()
    bringing.counter.clock.advance(s=60)
    assert bringing.work.next_task(bringing.counter.device_id, frozenset({SMS})) is None
