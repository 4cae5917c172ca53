"""A webhook of pywa: what its handlers are told, one JSON object a line.

Arguments: Balie's address, a token, the number's id, the signing key. It listens on a free port,
says which, has itself registered, and takes what comes until its input ends.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cloud_transport import ToBalie
from pywa import WhatsApp, utils

BALIE, TOKEN, PHONE, KEY = sys.argv[1:]
VERIFY = "een woord & meer"
session = httpx.Client(transport=ToBalie(BALIE), timeout=60)
wa = WhatsApp(phone_id=PHONE, token=TOKEN, session=session, verify_token=VERIFY, app_secret=KEY)


def say(**what: Any) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


@wa.on_message
def on_message(_: WhatsApp, message: Any) -> None:
    told = {"type": message.type, "text": message.text or message.caption, "name": None}
    user = message.from_user
    told |= {"name": user.name, "wa_id": user.wa_id, "user": user.bsuid, "id": message.id}
    if message.media is not None:
        told["bytes"] = len(message.get_media_bytes())
    if message.reaction is not None:
        told["emoji"] = message.reaction.emoji
    say(what="message", **told)
    if message.text == "Mag ik antwoord?":
        say(what="answered", id=message.reply("Ja", tracker="t-1").id)


@wa.on_message_status
def on_status(_: WhatsApp, status: Any) -> None:
    error = status.error and status.error.code
    say(what="status", id=status.id, status=status.status, tracker=status.tracker, error=error)


@wa.on_edited_message
def on_edit(_: WhatsApp, edited: Any) -> None:
    say(what="edit", of=edited.original_message_id, text=edited.message.text)


@wa.on_deleted_message
def on_delete(_: WhatsApp, deleted: Any) -> None:
    say(what="delete", of=deleted.original_message_id)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        told = wa.webhook_challenge_handler(asked.get(utils.HUB_VT), asked.get(utils.HUB_CH))
        self.answer(*told)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        wrong = wa.webhook_update_validator(body, self.headers.get(utils.HUB_SIG))
        self.answer(*(wrong or wa.webhook_update_handler(body)))

    def answer(self, text: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/webhook"
say(what="ready", url=address, done=bool(wa.override_phone_callback_url(address, VERIFY)))
sys.stdin.read()
