"""Files over the API and the pages: who may upload, who may see, and as what."""

import hashlib
import json
import socket
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import httpx
import pytest

from appliance.channels import Channel
from appliance.desk.access.tokens import Scope
from appliance.desk.intake.reception import Reception
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import Incoming
from appliance.media.kinds import LIMITS, MediaKind
from appliance.store import media
from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.media import samples

ANNA = "+31655500701"
PHOTO = samples.photo()


def upload(
    caller: Caller, content: bytes, name: str = "foto.jpg", *, key: str | None = None
) -> httpx.Response:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return caller.client.post("/api/v1/media", files={"file": (name, content)}, headers=headers)


def exchanged(office: Office, desk: Desk, media_id: str) -> str:
    """Somebody writes to the branch, and this file comes with it."""
    office.writes(ANNA, desk, text="📷 Foto")
    message_id = office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM message WHERE direction = 'in' ORDER BY seq DESC LIMIT 1"
            ).fetchone()[0]
        )
    )
    office.store.write(lambda tx: media.attach(tx.conn, message_id, [media_id]))
    return message_id


def test_an_upload_is_told_by_its_content(office: Office, planning: Caller) -> None:
    """201 with what it is; it can be downloaded as it was, whole and in part."""
    answer = upload(planning, PHOTO, "map/../vakantie.png")
    assert answer.status_code == 201
    body = answer.json()
    assert body == {
        "id": body["id"],
        "kind": "image",
        "type": "image/jpeg",
        "name": "vakantie.png",
        "bytes": len(PHOTO),
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
    }
    path = f"/media/{body['id']}"
    whole = planning.get(path)
    assert (whole.status_code, whole.content) == (200, PHOTO)
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["content-disposition"].startswith("inline;")
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = planning.client.get(f"/api/v1{path}", headers=planning.headers | {"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, PHOTO[2:6])
    known = planning.headers | {"If-None-Match": whole.headers["etag"]}
    assert planning.client.get(f"/api/v1{path}", headers=known).status_code == 304
    small = planning.get(f"{path}/thumbnail")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PHOTO, "foto.jpg", "image/jpeg"),
        (samples.voice(), "memo.ogg", "audio/ogg"),
        (b"BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n", "anna.vcf", "text/vcard"),
        (b"%PDF-1.7\n", "rooster.pdf", "application/pdf"),
    ],
)
def test_a_file_comes_as_a_type_that_the_document_names(
    office: Office, planning: Caller, content: bytes, name: str, media_type: str
) -> None:
    answer = planning.get(f"/media/{upload(planning, content, name).json()['id']}")
    told = answer.headers["content-type"].split(";")[0]
    assert (answer.status_code, told) == (200, media_type)
    document = office.client.get("/api/v1/openapi.json").json()
    good = document["paths"]["/api/v1/media/{media_id}"]["get"]["responses"]["200"]
    assert any(fnmatchcase(told, each) for each in good["content"])


@pytest.mark.parametrize(
    "told",
    [
        "bytes",
        "bytes=",
        "bytes=x-y",
        "bytes=5-2",
        "bytes=2-5,foto",
        "lines=1-2",
        f"bytes={'9' * 5000}-",
    ],
)
def test_a_range_that_names_no_part_is_as_none(office: Office, planning: Caller, told: str) -> None:
    """RFC 9110 §14.2: the whole file comes. A part beyond its end is 416."""
    path = f"/api/v1/media/{upload(planning, PHOTO).json()['id']}"
    answer = planning.client.get(path, headers=planning.headers | {"Range": told})
    assert (answer.status_code, answer.content) == (200, PHOTO)
    beyond = planning.client.get(path, headers=planning.headers | {"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(PHOTO)}")
    assert beyond.headers["content-type"] == "application/problem+json"
    assert (beyond.json()["status"], beyond.json()["code"]) == (416, "range-not-satisfiable")
    assert str(len(PHOTO)) in beyond.json()["detail"]


def test_what_a_browser_must_not_draw_is_saved(office: Office, planning: Caller) -> None:
    """A document has no thumbnail either."""
    found = upload(planning, samples.PDF, "rooster week 9.pdf").json()
    answer = planning.get(f"/media/{found['id']}")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert planning.get(f"/media/{found['id']}/thumbnail").status_code == 404


def test_the_same_key_gives_the_first_answer_again(office: Office, planning: Caller) -> None:
    """One file is kept; the key with another file is refused."""
    first = upload(planning, PHOTO, key="a")
    again = upload(planning, PHOTO, key="a")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert office.count("media") == 1
    other = upload(planning, samples.PDF, key="a")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-mismatch")


@pytest.mark.parametrize(
    ("content", "name", "status", "sentence"),
    [
        (samples.PROGRAM, "foto.jpg", 415, "Save it as one of them"),
        (b"", "leeg.txt", 422, "is empty"),
        (PHOTO + bytes(LIMITS[MediaKind.IMAGE]), "foto.jpg", 413, "at most 16 MB"),
    ],
)
def test_what_cannot_be_sent_is_not_kept(
    office: Office, planning: Caller, content: bytes, name: str, status: int, sentence: str
) -> None:
    """A sentence says why and what to do."""
    answer = upload(planning, content, name)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert office.count("media") == 0
    folder = office.store.path.parent / "media"
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("boundary", ["", "x" * 500])
def test_a_form_that_cannot_be_taken_apart_is_refused(planning: Caller, boundary: str) -> None:
    form = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = planning.client.post(
        "/api/v1/media", content=b"--x\r\n", headers=planning.headers | form
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "file")


@pytest.mark.parametrize(
    ("head", "size", "status"),
    [
        (b"", 200_000_000, 413),
        (PHOTO + bytes(8192), 50_000_000, 413),
        (samples.PROGRAM + bytes(8192), 1_000_000, 415),
    ],
)
def test_a_refusal_does_not_wait_for_the_rest(
    office: Office, planning: Caller, head: bytes, size: int, status: int
) -> None:
    """What is announced as too large, or begins as nothing that is carried, is answered at once."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    lines = (
        "POST /api/v1/media HTTP/1.1",
        "Host: balie",
        f"Authorization: {planning.headers['Authorization']}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {size}",
    )
    address = urlsplit(office.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        client.sendall("\r\n".join((*lines, "", "")).encode() + form + head)
        answer = client.recv(4096)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert office.count("media") == 0


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
        ("multipart/form-data; boundary=x", b"nonsense"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nabc\r\n--x--\r\n',
        ),
    ],
)
def test_a_form_without_the_file_is_refused(
    planning: Caller, content_type: str, body: bytes
) -> None:
    """422 names the field."""
    headers = planning.headers | {"Content-Type": content_type}
    answer = planning.client.post("/api/v1/media", content=body, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "file")


def test_a_file_is_seen_with_its_message_and_by_who_uploaded_it(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    """For everybody else there is no such file."""
    of_tilburg = office.caller(branch_id=tilburg.branch_id)
    colleague = office.caller(branch_id=tilburg.branch_id)
    of_breda = office.caller(branch_id=breda.branch_id)
    path = f"/media/{(found := upload(of_tilburg, PHOTO).json())['id']}"
    assert of_tilburg.get(path).status_code == 200
    assert colleague.get(path).status_code == 404
    message_id = exchanged(office, tilburg, found["id"])
    assert colleague.get(path).status_code == 200
    assert of_breda.get(path).status_code == 404
    assert office.client.get(f"/api/v1{path}").status_code == 401
    scopes = frozenset({Scope.MESSAGES_READ})
    assert office.caller(scopes).get(path).status_code == 403
    (told,) = colleague.get(f"/messages/{message_id}").json()["media"]
    assert told == found | {"width": 64, "height": 48, "state": "here"}


def test_the_thread_shows_the_picture(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller, sanne: Browser
) -> None:
    """With words for who does not see it; another branch's picture does not exist."""
    media_id = upload(planning, PHOTO).json()["id"]
    message_id = exchanged(office, tilburg, media_id)
    of_message = planning.get(f"/messages/{message_id}").json()
    page = sanne.get(f"/c/{of_message['conversation']}").text
    assert f'src="/media/{media_id}/thumbnail"' in page
    assert 'alt="Foto, opent groot"' in page
    assert sanne.get(f"/media/{media_id}").content == PHOTO
    elsewhere = upload(planning, samples.PDF).json()["id"]
    exchanged(office, breda, elsewhere)
    assert sanne.get(f"/media/{elsewhere}").status_code == 404


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("📷 Foto", False),
        ("🎤 Spraakbericht (0:07)", False),
        ("📄 foto.jpg (2 pagina's)", False),
        ("📷 Mijn pas", True),
    ],
)
def test_a_caption_is_shown_and_the_phone_s_own_word_is_not(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, *, text: str, shown: bool
) -> None:
    """The picture says it."""
    office.writes(ANNA, tilburg, text=text)
    (message,) = planning.get("/messages", direction="in").json()["items"]
    media_id = upload(planning, PHOTO).json()["id"]
    office.store.write(lambda tx: media.attach(tx.conn, message["id"], [media_id]))
    page = sanne.get(f"/c/{message['conversation']}/messages").text
    assert (text in page) is shown


def test_what_is_not_here_says_why(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser
) -> None:
    """In the thread and over the API; there is nothing to download."""
    medium = IncomingMedia(kind=MediaKind.IMAGE, sign="①", words="Foto", once=True)
    incoming = Incoming(
        channel=Channel.WHATSAPP,
        key="wa:1",
        sender=ANNA,
        text="① Foto",
        at_ms=office.clock.now_ms(),
        media=medium,
    )
    Reception(office.store, office.gate).received(tilburg.device_id, [incoming])
    (message,) = planning.get("/messages", direction="in").json()["items"]
    (told,) = message["media"]
    assert (told["kind"], told["state"], told["sha256"]) == ("image", "on-phone-only", None)
    assert planning.get(f"/media/{told['id']}").status_code == 404
    page = sanne.get(f"/c/{message['conversation']}").text
    assert "Het is één keer te zien, alleen op de telefoon" in page


def test_the_event_of_an_upload_tells_no_content(office: Office, planning: Caller) -> None:
    """Ids and facts."""
    found = upload(planning, PHOTO, "geheim.jpg").json()
    facts = office.store.read(
        lambda conn: conn.execute(
            "SELECT facts FROM event_log WHERE kind = 'media.added'"
        ).fetchone()[0]
    )
    assert json.loads(facts) == {"media": found["id"], "kind": "image", "bytes": len(PHOTO)}
