"""Files at head office: they lie at the box, and are fetched when somebody opens one."""

import base64
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from appliance.desk.access import tokens
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import commands
from appliance.office.web.fetched_files import PIECE
from appliance.slices import Privacy
from appliance.store.media import NewUpload, add_upload, attach
from appliance.store.store import Tx
from tests.api.browser import Browser, log_in
from tests.media import samples
from tests.office.head_office import HeadOffice
from tests.office.real_box import RealBox
from tests.office.test_office_inbox import conversation
from tests.office.test_office_search_page import followed_all

ANNA, DORA = "+31655500701", "+31655500702"
LONG_MS = 10 * 60_000
PDF = FileType(MediaKind.DOCUMENT, "application/pdf")
PHOTO = FileType(MediaKind.IMAGE, "image/jpeg")


@dataclass(slots=True)
class Sent:
    """A conversation in which somebody sent two files."""

    place: str
    message: str
    photo: str
    paper: str
    bytes: bytes

    def address(self, media: str, part: str = "") -> str:
        return f"{self.place}/media/{media}{part}?of={self.message}"


@dataclass(slots=True)
class Fetching:
    """A box that answers what its own API says; `paths` is what it was asked."""

    box: RealBox
    token: str
    after: int = 0
    ended: bool = False
    paths: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        with httpx.Client(base_url=self.box.branch.url, timeout=60) as own:
            while not self.ended:
                for each in self.box.plain.commands(self.after).json()["commands"]:
                    self.after = each["n"]
                    if each["kind"] == "fetch":
                        self._answer(own, each["body"])

    def _answer(self, own: httpx.Client, body: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        headers |= {"Range": body["range"]} if "range" in body else {}
        found = own.get(body["path"], headers=headers)
        told = {"status": found.status_code, "type": found.headers["content-type"]}
        told["body"] = base64.b64encode(found.content).decode()
        plain = self.box.plain
        plain.client.post(f"/link/v1/answers/{body['ask']}", json=told, headers=plain.headers)
        self.paths.append(body["path"])


@contextmanager
def fetching(head: HeadOffice, box: RealBox) -> Iterator[Fetching]:
    made = box.branch.store.write(lambda tx: tokens.add(tx, f"own {secrets.token_hex(4)}"))
    found = Fetching(box, made.token)
    thread = threading.Thread(target=found.go_on)
    thread.start()
    try:
        yield found
    finally:
        found.ended = True
        by = CommandAsker(name="test")
        head.store.write(lambda tx: commands.give(tx, box.id, CommandKind.BACKUP, {}, by))
        thread.join()


@pytest.fixture(scope="module")
def noor(head: HeadOffice, boxes: Sequence[RealBox]) -> Iterator[Browser]:
    browser = log_in(head, "Noor", role="staff", branch_id=None)
    yield browser
    browser.client.close()


@pytest.fixture(scope="module")
def sent(head: HeadOffice, boxes: Sequence[RealBox]) -> Sent:
    tilburg = boxes[0]
    tilburg.hears(ANNA, "Zie de foto", name="Anna")
    tilburg.hears(DORA, "Zonder bestand", name="Dora")
    here = conversation(tilburg, ANNA)
    paper = b"%PDF-1.4 " + secrets.token_bytes(2 * PIECE)
    found = "SELECT id FROM message WHERE value = ? AND direction = 'in'"

    def put(tx: Tx) -> Sent:
        message = str(tx.conn.execute(found, (ANNA,)).fetchone()["id"])
        folder = Path(tilburg.branch.store.path).parent
        photo = _kept(tx, folder, message, PHOTO, samples.photo())
        whole = _kept(tx, folder, message, PDF, paper)
        return Sent(f"/c/{here}", message, photo, whole, paper)

    put_there = tilburg.branch.store.write(put)
    tilburg.tells_all()
    followed_all(head, boxes)
    return put_there


def _kept(tx: Tx, folder: Path, message: str, told: FileType, content: bytes) -> str:
    with MediaFiles(folder / FOLDER).growing() as growing:
        growing.write(content)
        kept = growing.keep()
    found = add_upload(tx, NewUpload(told=told, name="Bestand één.pdf", kept=kept))
    attach(tx.conn, message, [found.id])
    return found.id


def test_a_file_is_fetched_from_its_box_when_it_is_opened(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser, sent: Sent
) -> None:
    """Piece by piece and in parts; kept in memory; nothing of it lies on the office's disk."""
    page = noor.get(sent.place).text
    assert f'src="{sent.address(sent.photo, "/thumbnail")}"' in page
    assert f'href="{sent.address(sent.paper)}"' in page
    with fetching(head, boxes[0]) as asked:
        small = noor.get(sent.address(sent.photo, "/thumbnail"))
        assert small.headers["content-type"] == "image/webp"
        assert small.content[8:12] == b"WEBP"
        opened = noor.get(sent.address(sent.photo))
        assert opened.content == samples.photo()
        assert opened.headers["content-disposition"].startswith("inline")
        whole = noor.get(sent.address(sent.paper))
        assert whole.content == sent.bytes
        assert len(asked.paths) == 5
        part = noor.get(sent.address(sent.paper), Range=f"bytes={PIECE - 5}-{PIECE + 4}")
        assert (part.status_code, part.content) == (206, sent.bytes[PIECE - 5 : PIECE + 5])
        assert part.headers["content-range"] == f"bytes {PIECE - 5}-{PIECE + 4}/{len(sent.bytes)}"
        assert noor.get(sent.address(sent.paper), Range="bytes=-7").content == sent.bytes[-7:]
        beyond = noor.get(sent.address(sent.paper), Range=f"bytes={len(sent.bytes)}-")
        assert beyond.status_code == 416
        assert len(asked.paths) == 5
    same = {"If-None-Match": opened.headers["etag"]}
    assert noor.get(sent.address(sent.photo), **same).status_code == 304
    marker = sent.bytes[PIECE : PIECE + 40]
    kept = [each for each in head.data.rglob("*") if each.is_file()]
    assert not [each for each in kept if marker in each.read_bytes()]


def test_a_file_is_its_conversations_and_its_readers(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser, sent: Sent
) -> None:
    breda = log_in(head, "Bo", role="staff", branch_id=boxes[1].desk.branch_id)
    assert breda.get(sent.address(sent.photo)).status_code == 404
    breda.client.close()
    other = f"/c/{conversation(boxes[0], DORA)}/media/{sent.photo}"
    for wrong in (f"?of={sent.message}", "", "?of=x", f"?of={sent.photo}"):
        assert noor.get(f"{other}{wrong}").status_code == 404, wrong
    nothing = f"{sent.place}/media/{sent.message}?of={sent.message}"
    assert noor.get(nothing).status_code == 404


def test_what_a_company_keeps_at_its_boxes_is_fetched_and_kept_by_no_browser(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser, sent: Sent
) -> None:
    tilburg = boxes[0]
    tilburg.privacy = Privacy.ON_DEMAND
    tilburg.says_it_lives()
    head.head.upkeep.look()
    other = f"/c/{conversation(tilburg, DORA)}/media/{sent.photo}?of={sent.message}"
    with fetching(head, tilburg):
        page = noor.get(sent.place).text
        assert f'src="{sent.address(sent.photo, "/thumbnail")}"' in page
        opened = noor.get(sent.address(sent.paper))
        assert opened.content == sent.bytes
        assert opened.headers["cache-control"] == "private, no-store"
        assert noor.get(other).status_code == 404
        assert noor.get(sent.address(sent.message)).status_code == 404
    head.clock.at_ms += LONG_MS
    assert "en die is nu niet bereikbaar" in noor.get(sent.place).text
    head.head.forgotten.tell(tilburg.id)
    assert noor.get(sent.address(sent.paper)).status_code == 404
    tilburg.privacy = Privacy.FIGURES
    tilburg.says_it_lives()
    head.head.upkeep.look()
    assert noor.get(sent.address(sent.paper)).status_code == 404


def test_a_box_that_is_away_is_named(
    head: HeadOffice, boxes: Sequence[RealBox], noor: Browser
) -> None:
    breda = boxes[1]
    breda.hears(DORA, "Nog een foto", name="Dora")
    here = conversation(breda, DORA)
    found = "SELECT id FROM message WHERE value = ? AND direction = 'in'"

    def put(tx: Tx) -> tuple[str, str]:
        message = str(tx.conn.execute(found, (DORA,)).fetchone()["id"])
        folder = Path(breda.branch.store.path).parent
        return message, _kept(tx, folder, message, PHOTO, samples.photo())

    message, photo = breda.branch.store.write(put)
    breda.tells_all()
    followed_all(head, boxes)
    assert "/thumbnail" in noor.get(f"/c/{here}").text
    head.clock.at_ms += LONG_MS
    assert "Het ligt bij de vestiging" in noor.get(f"/c/{here}").text
    away = noor.get(f"/c/{here}/media/{photo}?of={message}")
    assert away.status_code == 503
    assert "Breda" in away.text
