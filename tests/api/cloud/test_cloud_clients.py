"""The real clients of the Cloud API, unmodified, against Balie's own server and relay."""

import hashlib
import json
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from appliance.api.cloud import ids, links
from appliance.api.cloud.dialect import Cloud
from appliance.channels import Channel
from appliance.desk.access.tokens import Scope
from appliance.desk.intake.reception import Reception
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import Incoming, TextForm
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import MediaKind
from appliance.media.probing import Measured
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.relay.relay import Relay
from appliance.store import media_fetches, messages
from appliance.webhook_settings import Allowed
from tests.api.cloud.test_cloud_errors import error
from tests.api.cloud.test_cloud_sending import LID, post, text
from tests.api.office import Caller, Desk, Office, WebServer
from tests.clients.environment import PROGRAMS, PYTHON
from tests.media import samples

ANNA, STRANGER = "31687654321", "31687654398"
PHOTO = samples.photo()
PATIENCE_S = 120
_S = MessageState


class _Pictures(BaseHTTPRequestHandler):
    """A server of pictures; `/elsewhere` sends on, `/hangs` answers once it is told to."""

    server: "_Server"

    def do_GET(self) -> None:
        if self.path == "/hangs":
            self.server.goes_on.wait(PATIENCE_S)
            return
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/foto.jpg")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(PHOTO)))
        self.end_headers()
        self.wfile.write(PHOTO)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pictures)
        self.goes_on = threading.Event()


@contextmanager
def pictures() -> Iterator[str]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.goes_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def here(web_server: WebServer, office: Office) -> Iterator[str]:
    """A server of pictures that the config allows; gives its address."""
    with pictures() as url:
        opens(web_server, url.removeprefix("http://"))
        yield url


def opens(web_server: WebServer, place: str) -> UrlPolicy:
    host, _, port = place.partition(":")
    policy = UrlPolicy(Allowed(frozenset({(host, int(port) if port else None)})))
    assert isinstance(web_server.app, FastAPI)
    state = web_server.app.state
    state.services = replace(state.services, urls=policy)
    return policy


def runs(program: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [PYTHON, PROGRAMS / program, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def came(office: Office, desk: Desk, caller: Caller) -> str:
    """Anna wrote; the id of that as clients know it."""
    office.writes(f"+{ANNA}", desk, name="Anna")
    (found,) = caller.get("/messages", direction="in").json()["items"]
    return ids.message_to(found["id"])


def shown(caller: Caller, message_id: str) -> tuple[str, Sequence[str], str | None]:
    known = ids.message_from(message_id)
    message = caller.get(f"/messages/{known}").json()
    return message["text"], [each["name"] for each in message["media"]], message.get("quotes")


def test_pywa_does_here_all_that_it_can_ask_for(
    office: Office, tilburg: Desk, planning: Caller, here: str
) -> None:
    """And reads each refusal as its own error."""
    first, phone = came(office, tilburg, planning), tilburg.number[1:]
    arguments = (office.url, planning.token.token, phone, ANNA, STRANGER, f"{here}/foto.jpg", first)
    told = runs("cloud_pywa.py", *arguments)
    sent = {name: shown(planning, each) for name, each in told.pop("sent").items()}
    assert sent == {
        "text": ("Dag Anna", [], None),
        "answer": ("Ja hoor", [], ids.message_from(first)),
        "link": ("Zo vind je ons", ["foto.jpg"], None),
        "document": ("", ["week 12.pdf"], None),
    }
    assert told.pop("refused") == {
        "stranger": "ReEngagementMessage 131047",
        "location": "UnsupportedMessageType 131051",
        "reaction": "UnsupportedMessageType 131051",
        "raw template": "TemplateNotExists 132001",
        "token": "ExpiredAccessToken 190",
        "inner": "MediaUploadError 131053",
        "gone": "WhatsAppError 100",
    }
    assert told == {
        "read": True,
        "typing": True,
        "url": ["application/pdf", len(samples.PDF), True],
        "deleted": True,
        "number": [phone, "Tilburg", "+31 6 12345678"],
        "numbers": [phone],
        "account": phone,
    }


def test_heyoo_does_here_all_that_it_can_ask_for(
    office: Office, tilburg: Desk, planning: Caller, here: str, tmp_path: Path
) -> None:
    first, file = came(office, tilburg, planning), tmp_path / "kaart.jpg"
    file.write_bytes(PHOTO)
    token, phone = planning.token.token, tilburg.number[1:]
    arguments = (office.url, token, phone, ANNA, f"{here}/foto.jpg", first, str(file))
    told = runs("cloud_heyoo.py", *arguments)
    assert [shown(planning, each) for each in told["sent"]] == [
        ("Dag Anna", [], None),
        ("Ja hoor", [], ids.message_from(first)),
        ("Zo vind je ons", ["foto.jpg"], None),
        ("", ["kaart.jpg"], None),
    ]
    assert (told["same"], told["read"], told["deleted"]) == (True, *[{"success": True}] * 2)
    assert told["refused"] == [132001, 131051, 131051, 131051, 131047]


def test_a_link_leads_to_no_inner_address(
    web_server: WebServer,
    office: Office,
    tilburg: Desk,
    planning: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not by a redirection either; and nobody waits for long where it hangs."""
    office.writes(f"+{ANNA}", tilburg)
    with pictures() as url:
        for link in (
            f"{url}/foto.jpg",
            url.replace("127.0.0.1", "localhost") + "/foto.jpg",
            url.replace("127.0.0.1", "[::ffff:127.0.0.1]") + "/foto.jpg",
            url.replace("127.0.0.1", "0x7f000001") + "/foto.jpg",
            "file:///etc/passwd",
            "http://169.254.169.254/latest/meta-data",
        ):
            answer = post(planning, tilburg, text(type="image", image={"link": link}))
            assert error(answer) == (400, 131053), link
        opens(web_server, url.removeprefix("http://"))
        sent_on = text(type="image", image={"link": f"{url}/elsewhere"})
        assert error(post(planning, tilburg, sent_on)) == (400, 131053)
        film = text(type="video", video={"link": f"{url}/foto.jpg"})
        assert error(post(planning, tilburg, film)) == (400, 131053)
        monkeypatch.setattr(links, "WITHIN_S", 0.2)
        hangs = text(type="image", image={"link": f"{url}/hangs"})
        assert error(post(planning, tilburg, hangs)) == (400, 131053)
        monkeypatch.undo()
        good = text(type="image", image={"link": f"{url}/foto.jpg"})
        assert post(planning, tilburg, good).status_code == 200
    assert office.count("media") == 1


def test_a_link_says_nothing_of_what_lies_inside(
    office: Office, tilburg: Desk, planning: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the company's own network, which a webhook may reach; all that fails is told alike, and
    a token that may send up no file names none by a link either.
    """
    office.writes(f"+{ANNA}", tilburg)
    asked = list[str]()
    real = socket.getaddrinfo

    def look_up(host: object, *more: object, **named: object) -> object:
        asked.append(str(host))
        return real("192.168.1.9" if host == "kaart.test" else host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    details = set[str]()
    for link in (
        "http://192.168.1.9/foto.jpg",
        "https://10.0.0.8/foto.jpg",
        "https://100.64.0.9/foto.jpg",
        "https://[fd12::9]/foto.jpg",
        "https://kaart.test/foto.jpg",
        "http://8.8.8.8/foto.jpg",
        "https://nowhere.invalid/foto.jpg",
        "no link",
    ):
        answer = post(planning, tilburg, text(type="image", image={"link": link}))
        assert error(answer) == (400, 131053), link
        details.add(answer.json()["error"]["error_data"]["details"])
    assert len(details) == 1
    asked.clear()
    sender = office.caller(frozenset({Scope.MESSAGES_WRITE}))
    image = {"link": "https://kaart.test/foto.jpg"}
    assert error(post(sender, tilburg, text(type="image", image=image))) == (403, 10)
    assert "kaart.test" not in asked


def test_nothing_is_had_from_a_link_for_a_message_that_is_refused(
    office: Office, tilburg: Desk, planning: Caller, here: str
) -> None:
    """Nobody's link is followed for who may not be written to; what was had for a message that is
    refused after that does not stay on the disk.
    """
    link = {"link": f"{here}/foto.jpg"}
    stranger = text(to=STRANGER, type="image", image={"link": f"{here}/hangs"})
    assert error(post(planning, tilburg, stranger)) == (400, 131047)
    office.writes(f"+{ANNA}", tilburg)
    for refused in (
        text(type="video", video=link),
        text(type="image", image=link | {"caption": "x" * 5000}),
        text(type="image", image=link, context={"message_id": "wamid.HBgLMTY"}),
    ):
        assert post(planning, tilburg, refused).status_code == 400
    files = MediaFiles(office.store.path.parent / FOLDER)
    content = files.path_of(hashlib.sha256(PHOTO).hexdigest())
    assert not content.exists()
    assert post(planning, tilburg, text(type="image", image=link)).status_code == 200
    assert post(planning, tilburg, text(type="video", video=link)).status_code == 400
    assert content.exists()


class Program:
    """A program of ours that runs beside the test, and says one JSON object a line."""

    def __init__(self, name: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [PYTHON, PROGRAMS / name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def hears(self) -> Mapping[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program has ended"
        told: Mapping[str, Any] = json.loads(line)
        return told

    def ends(self) -> None:
        self._process.communicate(timeout=PATIENCE_S)


@contextmanager
def running(name: str, *arguments: str) -> Iterator[Program]:
    program = Program(name, *arguments)
    watchdog = threading.Timer(PATIENCE_S, program._process.kill)
    watchdog.start()
    try:
        yield program
    finally:
        watchdog.cancel()
        program.ends()


@pytest.fixture
def relay(web_server: WebServer, office: Office) -> Iterator[Relay]:
    running_relay = Relay(office.store, [Cloud()], opens(web_server, "127.0.0.1"))
    running_relay.start()
    yield running_relay
    running_relay.stop()


def brings(office: Office, desk: Desk) -> None:
    """Anna sends a photo, and the phone's file of it comes."""
    medium = IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words="Zo")
    incoming = Incoming(
        channel=Channel.WHATSAPP,
        key="wa:photo",
        sender=f"+{ANNA}",
        text="Zo",
        at_ms=office.clock.now_ms(),
        media=medium,
    )
    Reception(office.store, office.gate).received(desk.device_id, [incoming])
    find = "SELECT id FROM media"
    media_id = office.store.read(lambda conn: str(conn.execute(find).fetchone()[0]))
    files = MediaFiles(office.store.path.parent / FOLDER)
    with files.growing() as growing:
        growing.write(PHOTO)
        kept = growing.keep()
    office.store.write(
        lambda tx: media_fetches.keep_file(
            tx, media_id, name="a.jpg", media_type="image/jpeg", kept=kept, measured=Measured()
        )
    )


def moves(
    office: Office, message_id: str, *states: MessageState, reason: Reason | None = None
) -> None:
    known = ids.message_from(message_id) or ""
    for state in states:
        office.store.write(
            lambda tx, state=state: messages.move(tx, known, state, reason=reason)  # type: ignore[misc]
        )


def test_pywa_is_told_what_comes_and_what_becomes_of_its_messages(
    office: Office, tilburg: Desk, planning: Caller, relay: Relay
) -> None:
    """It registers itself, proves by the challenge that it wants this, and checks each signature;
    who hides their number is answered by their user id.
    """
    del relay
    token, phone = planning.token, tilburg.number[1:]
    arguments = (office.url, token.token, phone, token.signing_key or "")
    with running("cloud_pywa_webhook.py", *arguments) as it:
        assert it.hears()["done"] is True
        office.writes(f"+{ANNA}", tilburg, "Hoi 👋", name="Anna", key="wa:1")
        first = it.hears()
        assert (first["text"], first["name"], first["wa_id"]) == ("Hoi 👋", "Anna", ANNA)
        office.writes(f"+{ANNA}", tilburg, "Hallo", key="wa:1")
        assert it.hears() == {"what": "edit", "of": first["id"], "text": "Hallo"}
        office.writes(f"+{ANNA}", tilburg, "", key="wa:1", form=TextForm.DELETED)
        assert it.hears() == {"what": "delete", "of": first["id"]}
        brings(office, tilburg)
        photo = it.hears()
        assert (photo["type"], photo["text"], photo["bytes"]) == ("image", "Zo", len(PHOTO))
        office.writes(LID, tilburg, "Mag ik antwoord?", name="Bart")
        told = [it.hears() for _ in range(2)]
        asked = next(each for each in told if each["what"] == "message")
        assert (asked["name"], asked["wa_id"]) == ("Bart", None)
        answer = next(each for each in told if each["what"] == "answered")["id"]
        moves(office, answer, _S.SENDING, _S.SENT, _S.READ)
        for status in ("sent", "delivered", "read"):
            wanted = {"id": answer, "status": status, "tracker": "t-1", "error": None}
            assert it.hears() == {"what": "status", **wanted}
        lost = post(planning, tilburg, text()).json()["messages"][0]["id"]
        moves(office, lost, _S.FAILED, reason=Reason.NOT_ON_WHATSAPP)
        assert (it.hears())["error"] == 131026
