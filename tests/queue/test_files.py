"""A message with a file on its way through the queue."""

from pathlib import Path

import pytest

from appliance.desk.outgoing.decisions import Decision, decide
from appliance.desk.outgoing.sending import cancel
from appliance.desk.team import staff
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import DeviceState, Finding, Found, Proof, Tick
from appliance.errors import Unconfirmed
from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.store import line_settings
from appliance.store.media import NewUpload, add_upload
from tests.queue.counter import ANNA, BART, SMS, STAFF, WHATSAPP, Counter, tapping


@pytest.fixture
def files(counter: Counter, tmp_path: Path) -> MediaFiles:
    kept = MediaFiles(tmp_path / "media")
    counter.work = QueueWork(
        counter.store, counter.gate, counter.profile, evidence=counter.evidence, media=kept
    )
    counter.knows(ANNA)
    return kept


def uploaded(counter: Counter, files: MediaFiles, tmp_path: Path, name: str = "helm.jpg") -> str:
    path = tmp_path / name
    path.write_bytes(b"jpeg")
    new = NewUpload(told=FileType(MediaKind.IMAGE, "image/jpeg"), name=name, kept=files.keep(path))
    return counter.store.write(lambda tx: add_upload(tx, new)).id


def test_its_device_gets_the_file_and_asks_for_it_later(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """In the attempt, in the look after a doubt, and in the visit for its ticks."""
    message_id = counter.queues("", media=(uploaded(counter, files, tmp_path),))
    attempt = counter.attempt()
    file = attempt.outgoing.file
    assert isinstance(file, OutgoingFile)
    assert (file.path.read_bytes(), file.name, file.kind) == (b"jpeg", "helm.jpg", MediaKind.IMAGE)
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("Who knows."))
    look = counter.look()
    assert look.outgoing.file == file
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    counter.clock.advance(s=3600)
    assert [each.file for each in counter.visit().sent] == [file]
    assert counter.state(message_id) is MessageState.SENT


def test_it_waits_for_whatsapp_and_never_goes_as_sms(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    counter.queues("Zo", media=(uploaded(counter, files, tmp_path),))
    assert counter.task(frozenset({SMS})) is None
    assert counter.attempt(frozenset({WHATSAPP})).outgoing.text == "Zo"


def test_a_line_may_let_the_text_go_without_its_files(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """By SMS, with words in their place; a file alone waits, as does what was accepted before."""
    media = (uploaded(counter, files, tmp_path),)
    before = counter.queues("Zo", media=media)
    change = {"without_files": "(zonder foto)"}
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, change, by="test"))
    alone, worded = counter.queues("", media=media), counter.queues("Hier werk je", media=media)
    counter.phone_is(DeviceState.READY, channels=frozenset({SMS}))
    counter.clock.advance(s=3600)
    attempt = counter.attempt(frozenset({SMS}))
    assert (attempt.outgoing.message_id, attempt.outgoing.file) == (worded, None)
    assert attempt.outgoing.text == "Hier werk je\n(zonder foto)"
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("Who knows."))
    look = counter.look()
    assert (look.outgoing.text, look.outgoing.file) == (attempt.outgoing.text, None)
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert counter.state(worded) is MessageState.SENT
    assert {counter.state(before), counter.state(alone)} == {MessageState.QUEUED}


def test_after_its_first_file_a_message_stays_with_whatsapp(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """Its text has left with that file."""
    change = {"without_files": "(zonder foto)"}
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, change, by="test"))
    counter.queues("Zo", media=several(counter, files, tmp_path, "a.jpg", "b.jpg"))
    counter.sends()
    counter.phone_is(DeviceState.READY, channels=frozenset({SMS}))
    counter.clock.advance(s=3600)
    assert counter.task(frozenset({SMS})) is None


def test_a_message_whose_file_is_gone_fails_and_says_so(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """Its words are not sent without it."""
    message_id = counter.queues("Zo", media=(uploaded(counter, files, tmp_path),))
    for path in files.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert counter.task() is None
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == ("failed", Reason.MEDIA_GONE)


def several(counter: Counter, files: MediaFiles, tmp_path: Path, *names: str) -> tuple[str, ...]:
    return tuple(uploaded(counter, files, tmp_path, name) for name in names)


def test_each_file_leaves_by_an_attempt_of_its_own(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """The text stands below the first one, and the message is sent when all have left."""
    media = several(counter, files, tmp_path, "voor.jpg", "achter.jpg", "helm.jpg")
    message_id = counter.queues("Zo", media=media)
    seen = []
    for _ in media:
        assert counter.state(message_id) is MessageState.QUEUED
        counter.clock.advance(s=60)
        attempt = counter.attempt()
        assert attempt.outgoing.file is not None
        seen.append((attempt.outgoing.text, attempt.outgoing.file.name))
        with tapping(attempt):
            pass
        counter.work.sent(attempt, Proof(tick=Tick.SENT))
    assert seen == [("Zo", "voor.jpg"), ("", "achter.jpg"), ("", "helm.jpg")]
    assert counter.state(message_id) is MessageState.SENT
    counter.clock.advance(s=60)
    visited = [(each.text, each.file and each.file.name) for each in counter.visit().sent]
    assert visited == seen


def test_a_file_in_doubt_holds_those_behind_it(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """Balie stops between tap and proof: the phone is asked about that file alone, and nothing that
    left goes again.
    """
    message_id = counter.queues("Zo", media=several(counter, files, tmp_path, "a.jpg", "b.jpg"))
    assert counter.sends() == message_id
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    doubt_everything_in_hand(counter.store)
    look = counter.look()
    assert (look.outgoing.text, look.outgoing.file) == ("", attempt.outgoing.file)
    counter.work.looked(look, Found(finding=Finding.ABSENT))
    counter.clock.advance(s=3600)
    again = counter.attempt()
    assert again.outgoing.file == attempt.outgoing.file
    with tapping(again):
        pass
    counter.work.sent(again, Proof(tick=Tick.SENT))
    assert counter.state(message_id) is MessageState.SENT


def test_what_is_withdrawn_between_two_files_sends_no_other(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """An opt-out does the same; the one that left stays proven."""
    media = several(counter, files, tmp_path, "a.jpg", "b.jpg")
    counter.knows(BART)
    first, second = counter.queues("Zo", media=media), counter.queues("En", BART, media=media)
    assert counter.sends() == first
    counter.store.write(lambda tx: cancel(tx, first, STAFF))
    counter.clock.advance(s=60)
    assert counter.sends() == second
    counter.hears("STOP", BART)
    states = [counter.state(each) for each in (first, second)]
    assert states == [MessageState.CANCELLED, MessageState.CANCELLED]
    assert [each["outcome"] for each in counter.attempts(second)] == ["sent"]
    counter.clock.advance(s=60)
    task = counter.task()
    assert not isinstance(task, QueueAttempt) or task.outgoing.message_id not in (first, second)


@pytest.mark.parametrize(
    ("decision", "state", "left"),
    [
        (Decision.LEFT, MessageState.SENT, ["a.jpg", "b.jpg"]),
        (Decision.SEND_AGAIN, MessageState.SENT, ["a.jpg", "a.jpg", "b.jpg"]),
        (Decision.GIVE_UP, MessageState.FAILED, ["a.jpg"]),
    ],
)
def test_a_person_decides_about_one_file_and_the_next_one_follows(
    counter: Counter,
    files: MediaFiles,
    tmp_path: Path,
    decision: Decision,
    state: MessageState,
    left: list[str],
) -> None:
    message_id = counter.queues("", media=several(counter, files, tmp_path, "a.jpg", "b.jpg"))
    staff_id = counter.store.write(lambda tx: staff.add_first_admin(tx, "Sanne", "a-password"))
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("Who knows."))
    counter.work.looked(counter.look(), Found(finding=Finding.UNCLEAR))
    counter.store.write(lambda tx: decide(tx, message_id, decision, staff_id=staff_id))
    tapped = ["a.jpg"]
    while True:
        counter.clock.advance(s=60)
        task = counter.task()
        if not isinstance(task, QueueAttempt):
            break
        assert task.outgoing.file is not None
        tapped.append(task.outgoing.file.name)
        with tapping(task):
            pass
        counter.work.sent(task, Proof(tick=Tick.SENT))
    assert (tapped, counter.state(message_id)) == (left, state)


def test_each_file_counts_as_written_by_balie(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """So no row of it is taken for one that somebody typed on the phone."""
    counter.queues("Zo", media=several(counter, files, tmp_path, "a.jpg", "b.jpg"))
    for _ in range(2):
        counter.sends()
        counter.clock.advance(s=60)
    found = counter.reception.written(counter.device_id, ANNA, since_ms=0)
    assert [(each.text, each.has_file) for each in found] == [("Zo", True), ("", True)]


def test_a_text_is_typed_once_however_many_files_follow(
    counter: Counter, files: MediaFiles, tmp_path: Path
) -> None:
    """The second file waits for no typing."""
    media = several(counter, files, tmp_path, "a.jpg", "b.jpg")
    counter.accepts("Een hele lange tekst. " * 20, media=media)
    counter.clock.advance(s=900)
    counter.sends()
    counter.clock.advance(s=60)
    counter.sends()
