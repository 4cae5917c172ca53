"""Archives by the API, made by the thread that makes them in Balie."""

import io
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from pypdf import PdfReader

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import ALL_SCOPES, Scope
from appliance.desk.privacy.archive import making, quarters
from appliance.desk.privacy.archive.making import ForgottenArchives
from appliance.desk.privacy.archive.verifying import verify
from appliance.media.files import MediaFiles
from appliance.runtime.archivist import Archivist
from appliance.store import archives, media
from appliance.store.archives import ArchiveFormat, QuarterSettings
from appliance.store.store import Tx
from tests.api.office import Caller, Desk, Office
from tests.media import samples

ANNA, PIET = "+31687654321", "+31687654322"
DAY_MS = 86_400_000
PHOTO = samples.photo()


@pytest.fixture
def archivist(office: Office) -> Iterator[Archivist]:
    data = office.store.path.parent
    thread = Archivist(office.store, data, MediaFiles(data / "media"))
    thread.start()
    yield thread
    thread.stop()


def ask(caller: Caller, body: Mapping[str, Any], key: str | None = None) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post("/api/v1/archive", json=body, headers=headers)


def made(caller: Caller, body: Mapping[str, Any], state: str = "complete") -> dict[str, Any]:
    """The job when it has come to its end."""
    asked = ask(caller, body)
    assert asked.status_code == 202, asked.text
    return ended(caller, asked.json()["id"], state)


def ended(caller: Caller, job_id: str, state: str = "complete") -> dict[str, Any]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job: dict[str, Any] = caller.get(f"/archive/{job_id}").json()
        if job["state"] not in ("queued", "running"):
            assert job["state"] == state, job
            return job
        time.sleep(0.05)
    raise AssertionError("the archive was not made")


def taken(caller: Caller, job: Mapping[str, Any]) -> bytes:
    answer = caller.client.get(job["url"], headers=caller.headers)
    assert answer.status_code == 200
    return answer.content


def sends(caller: Caller, desk: Desk, text: str, **more: Any) -> str:
    answer = caller.post({"line": desk.number, "to": ANNA, "text": text, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_a_conversation_as_a_judge_reads_it(
    office: Office, tilburg: Desk, planning: Caller, archivist: Archivist
) -> None:
    """Who, when with the zone, what, in which state, a missed call, the hashes and the pages. The
    welcome is told, too.
    """
    office.writes(ANNA, tilburg, "Dzień dobry, kan ik morgen werken? 👍", name="Anna Kowalska")
    office.calls(ANNA, tilburg)
    sends(planning, tilburg, "Ja, om 07:00 in Tilburg.")
    job = made(planning, {"contact": ANNA, "language": "en"})
    assert (job["format"], job["messages"], job["done"]) == ("pdf", 3, 3)
    reader = PdfReader(io.BytesIO(taken(planning, job)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for said in (
        "Archive of Anna Kowalska",
        "Dzień dobry, kan ik morgen werken? 👍",
        "Ja, om 07:00 in Tilburg.",
        "2 March 2026 09:30:00 CET",
        "Missed call",
        "accepted by Balie",
        "planning",
        ANNA,
        tilburg.number,
        "page 1 of",
        job["chain"],
    ):
        assert said in text


def test_everything_in_one_file_and_proven(
    office: Office, tilburg: Desk, planning: Caller, archivist: Archivist, tmp_path: Path
) -> None:
    """The ZIP has the same entries as JSON and on paper, the files of messages and a manifest; one
    changed letter, one entry or file less is found.
    """
    office.writes(ANNA, tilburg, "Hier is mijn foto")
    uploaded = planning.client.post(
        "/api/v1/media", files={"file": ("a.jpg", PHOTO)}, headers=planning.headers
    ).json()
    message_id = sends(planning, tilburg, "Dank je")
    office.store.write(lambda tx: media.attach(tx.conn, message_id, [uploaded["id"]]))
    job = made(planning, {"line": tilburg.number, "format": "zip", "period": "2026-Q1"})
    whole = tmp_path / "whole.zip"
    whole.write_bytes(taken(planning, job))
    with ZipFile(whole) as zipped:
        names = zipped.namelist()
        told = json.loads(zipped.read("archive.json"))
        photo = next(each for each in names if each.startswith("media/"))
        assert zipped.read(photo) == PHOTO
    assert {"archive.pdf", "archive.json", "manifest.json"} < set(names)
    kinds = [entry["kind"] for entry in told["entries"]]
    assert kinds == ["conversation", "message", "message", "message"]
    assert told["entries"][-1]["media"][0]["file"] == photo
    found = verify(whole)
    assert (found.problems, found.chain, found.sha256) == ([], job["chain"], job["sha256"])
    assert verify(changed(whole, "archive.json", b"Dank je", b"Dank u!")).problems
    assert verify(changed(whole, photo, PHOTO, b"other")).problems
    assert verify(changed(whole, photo, None, None)).problems == [f"{photo} is missing."]


def changed(whole: Path, name: str, before: bytes | None, after: bytes | None) -> Path:
    """A copy in which one file is other, or not there."""
    target = whole.with_name("changed.zip")
    with ZipFile(whole) as source, ZipFile(target, "w") as copy:
        for each in source.namelist():
            content = source.read(each)
            if each == name and before is not None and after is not None:
                content = content.replace(before, after)
            if each != name or before is not None:
                copy.writestr(each, content)
    return target


def test_only_who_guards_privacy_where_it_was_said(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, archivist: Archivist
) -> None:
    """Another scope is refused; another branch's line, person and archive are not there; of a
    person in both branches one gets one's own part, and the archive of both is for who sees both.
    """
    office.writes(ANNA, tilburg, "aan Tilburg")
    office.writes(ANNA, breda, "aan Breda")
    office.writes(PIET, tilburg, "alleen Tilburg")
    assert (
        ask(office.caller(ALL_SCOPES - {Scope.PRIVACY_WRITE}), {"line": tilburg.number}).status_code
        == 403
    )
    of_breda = office.caller(branch_id=breda.branch_id)
    for body in ({"line": tilburg.number}, {"contact": PIET}):
        assert ask(of_breda, body).status_code == 404
    own = made(of_breda, {"contact": ANNA, "format": "json"})
    told = taken(of_breda, own).decode()
    assert "aan Breda" in told
    assert "aan Tilburg" not in told
    whole = made(planning, {"contact": ANNA, "format": "json"})
    assert "aan Tilburg" in taken(planning, whole).decode()
    assert of_breda.get(f"/archive/{whole['id']}").status_code == 404
    assert of_breda.client.get(whole["url"], headers=of_breda.headers).status_code == 404
    assert [each["id"] for each in of_breda.get("/archive").json()["items"]] == [own["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "line"),
        ({"line": "+31612345678", "contact": ANNA}, "line"),
        ({"line": "+31612345678", "from": "next week"}, "from"),
        ({"line": "+31612345678", "from": "2026-02-02", "to": "2026-02-01"}, "to"),
        ({"line": "+31612345678", "period": "2026-Q5"}, "period"),
        ({"line": "+31612345678", "period": "2027"}, "period"),
    ],
)
def test_what_cannot_be_is_refused(
    office: Office, tilburg: Desk, planning: Caller, body: dict[str, str], field: str
) -> None:
    office.writes(ANNA, tilburg)
    answer = ask(planning, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_beginning_before_all_time_is_the_beginning(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    asked = ask(planning, {"line": tilburg.number, "from": "0001-01-01"})
    assert asked.status_code == 202, asked.text
    assert planning.get("/archive").status_code == 200


def test_days_count_in_the_zone_of_the_branch(
    office: Office, tilburg: Desk, planning: Caller, archivist: Archivist, clock: ManualClock
) -> None:
    """A message of half past midnight, and its welcome, belong to the new day there."""
    clock.advance(ms=DAY_MS - clock.now_ms() % DAY_MS - 30 * 60_000)  # 23:30 UTC
    office.writes(ANNA, tilburg, "na middernacht")
    clock.advance(ms=DAY_MS)
    before = made(
        planning,
        {"line": tilburg.number, "from": "2026-03-02", "to": "2026-03-02", "format": "json"},
    )
    after = made(
        planning,
        {"line": tilburg.number, "from": "2026-03-03", "to": "2026-03-03", "format": "json"},
    )
    assert (before["messages"], after["messages"]) == (0, 2)


def test_the_same_key_asks_once(office: Office, tilburg: Desk, planning: Caller) -> None:
    office.writes(ANNA, tilburg)
    first, second = (ask(planning, {"line": tilburg.number}, key="once") for _ in range(2))
    assert first.json() == second.json()
    assert len(planning.get("/archive").json()["items"]) == 1


def test_what_was_begun_is_begun_again(office: Office, tilburg: Desk, planning: Caller) -> None:
    """A process that ended in the midst of it leaves a row and half a file, which nobody gets; the
    next one makes it whole. One at which it ended three times is given up.
    """
    office.writes(ANNA, tilburg)
    first, second = (ask(planning, {"line": tilburg.number}).json()["id"] for _ in range(2))
    data = office.store.path.parent
    left = data / archives.FOLDER / f"{first}.work"
    left.mkdir(parents=True)
    (left / "archive-1.pdf").write_bytes(b"half")
    office.store.write(lambda tx: archives.begin(tx, first))
    for _ in range(3):
        office.store.write(lambda tx: archives.begin(tx, second))
    thread = Archivist(office.store, data, MediaFiles(data / "media"))
    thread.start()
    job = ended(planning, first)
    assert ended(planning, second, "failed")["why"] == "broken"
    thread.stop()
    assert taken(planning, job).startswith(b"%PDF")
    assert [each.name for each in left.parent.iterdir()] == [f"{first}.pdf"]


def test_a_restart_is_no_fault_of_an_archive(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """However often the process is asked to end while it makes one, the last makes it whole."""
    office.writes(ANNA, tilburg)
    job_id = ask(planning, {"line": tilburg.number}).json()["id"]
    data = office.store.path.parent
    for _ in range(making.MOST_TRIES):
        thread = Archivist(office.store, data, MediaFiles(data / "media"))
        thread.stop()
        assert not thread.catch_up()
    thread = Archivist(office.store, data, MediaFiles(data / "media"))
    thread.start()
    ended(planning, job_id)
    thread.stop()


def test_a_file_goes_after_a_week(
    office: Office, tilburg: Desk, planning: Caller, archivist: Archivist, clock: ManualClock
) -> None:
    """Its row stays, so that a file that somebody kept can still be told to be ours."""
    office.writes(ANNA, tilburg)
    job = made(planning, {"line": tilburg.number, "format": "json"})
    clock.advance(ms=7 * DAY_MS)
    office.writes(ANNA, tilburg)  # something is written, so the thread looks
    until = time.monotonic() + 120
    while planning.get(f"/archive/{job['id']}").json()["state"] == "complete":
        assert time.monotonic() < until
        time.sleep(0.05)
    later = planning.get(f"/archive/{job['id']}").json()
    assert (later["state"], later["url"], later["sha256"]) == ("expired", None, job["sha256"])
    assert planning.client.get(job["url"], headers=planning.headers).status_code == 404
    folder = office.store.path.parent / archives.FOLDER
    assert list(folder.iterdir()) == []


def test_who_lost_the_right_meanwhile_gets_nothing(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    other = office.caller()
    job_id = ask(other, {"line": tilburg.number}).json()["id"]
    office.store.write(lambda tx: tokens.revoke(tx, other.token.id))
    data = office.store.path.parent
    thread = Archivist(office.store, data, MediaFiles(data / "media"))
    thread.start()
    assert ended(planning, job_id, "failed")["why"] == "rights"
    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE api_token SET revoked_ms = NULL, expires_ms = ? WHERE id = ?",
            (tx.now_ms, other.token.id),
        )
    )
    make_again = "UPDATE archive SET state = 'queued', why = NULL, ended_ms = NULL WHERE id = ?"
    office.store.write(lambda tx: tx.conn.execute(make_again, (job_id,)))
    assert ended(planning, job_id, "failed")["why"] == "rights"
    thread.stop()


def test_an_erased_persons_archives_go(
    office: Office, tilburg: Desk, planning: Caller, archivist: Archivist
) -> None:
    """Those that hold them and no others; one that is being made is made again."""
    office.writes(ANNA, tilburg)
    office.writes(PIET, tilburg)
    of_piet = made(planning, {"contact": PIET, "format": "json"})
    of_both = made(planning, {"line": tilburg.number, "format": "json"})
    archivist.stop()
    begun = ask(planning, {"contact": ANNA, "format": "json"}).json()["id"]
    conversation = planning.get("/conversations", contact=ANNA).json()["items"][0]["id"]
    contact = planning.get(f"/contacts/{ANNA}").json()["id"]

    def erase(tx: Tx) -> ForgottenArchives:
        archives.begin(tx, begun)
        archives.note_parts(tx, begun, [conversation])
        return making.forget_person(tx, office.store.path.parent, contact)

    found = office.store.write(erase)
    assert [each.name for each in found.files] == [f"{of_both['id']}.json"]
    states = {each["id"]: each["state"] for each in planning.get("/archive").json()["items"]}
    assert states == {of_piet["id"]: "complete", of_both["id"]: "expired", begun: "queued"}


def test_each_quarter_goes_into_the_companys_folder(
    office: Office,
    tilburg: Desk,
    planning: Caller,
    archivist: Archivist,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    """Once a line and quarter. A stick that was pulled out is an incident, and its place on the
    machine's own disk gets nothing; when it is back, the archive comes and the incident ends.
    """
    stick = tmp_path / "stick"
    stick.mkdir()
    office.writes(ANNA, tilburg, "in het eerste kwartaal")
    told = QuarterSettings(
        folder=quarters.prepare(str(stick)), format=ArchiveFormat.ZIP, language="nl"
    )
    office.store.write(lambda tx: quarters.change(tx, told, staff_id=None))
    quarters.look(office.store)
    assert planning.get("/archive").json()["items"] == []
    clock.advance(ms=40 * DAY_MS)
    (sign := stick / quarters.SIGN).unlink()
    quarters.look(office.store)
    kinds = [each["kind"] for each in planning.get("/incidents").json()["items"]]
    assert kinds == ["archive-folder"]
    sign.touch()
    for _ in range(2):
        quarters.look(office.store)
    (asked,) = planning.get("/archive").json()["items"]
    job = ended(planning, asked["id"])
    assert [each.name for each in sorted(stick.iterdir())] == [
        "balie-31612345678-2026-Q1.zip",
        quarters.SIGN,
    ]
    assert verify(stick / "balie-31612345678-2026-Q1.zip").sha256 == job["sha256"]
    assert planning.get("/incidents", open="true").json()["items"] == []


def test_a_quarter_that_failed_is_asked_for_again_a_day_later(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock, tmp_path: Path
) -> None:
    office.writes(ANNA, tilburg)
    told = QuarterSettings(
        folder=quarters.prepare(str(tmp_path)), format=ArchiveFormat.JSON, language="nl"
    )
    office.store.write(lambda tx: quarters.change(tx, told, staff_id=None))
    clock.advance(ms=40 * DAY_MS)
    counts = []
    for wait_ms in (0, DAY_MS - 1, 1):
        clock.advance(ms=wait_ms)
        quarters.look(office.store)
        items = planning.get("/archive").json()["items"]
        counts.append(len(items))
        job = office.store.read(archives.next_open)
        if job is not None:
            office.store.write(lambda tx, job=job: making.failed(tx, job, "disk"))  # type: ignore[misc]
    assert counts == [1, 1, 2]
