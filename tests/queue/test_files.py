"""A message with a file on its way through the queue."""

from pathlib import Path

import pytest

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import Proof, Tick
from appliance.errors import Unconfirmed
from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.messages import MessageState
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.store.media import NewUpload, add_upload
from tests.queue.counter import ANNA, SMS, WHATSAPP, Counter, tapping


@pytest.fixture
def files(counter: Counter, tmp_path: Path) -> MediaFiles:
    kept = MediaFiles(tmp_path / "media")
    counter.work = QueueWork(
        counter.store, counter.gate, counter.profile, evidence=counter.evidence, media=kept
    )
    counter.knows(ANNA)
    return kept


def uploaded(counter: Counter, files: MediaFiles, tmp_path: Path) -> str:
    path = tmp_path / "helm.jpg"
    path.write_bytes(b"jpeg")
    new = NewUpload(
        told=FileType(MediaKind.IMAGE, "image/jpeg"), name="helm.jpg", kept=files.keep(path)
    )
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
