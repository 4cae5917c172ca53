"""Software that knows SMSGate only, and what it sent."""

import base64
from dataclasses import dataclass
from typing import Any

import httpx

from appliance.desk.access.tokens import NewToken, Scope
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages
from appliance.store.store import Tx
from tests.api.office import Office

ANNA, BRAM, STRANGER = "+31687654321", "+31687654322", "+31687654399"


@dataclass(frozen=True, slots=True)
class SmsClient:
    office: Office
    token: NewToken

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        pair = base64.b64encode(f"sms:{self.token.token}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}"}
        url = f"/3rdparty/v1{path}"
        return self.office.client.request(method, url, headers=headers, **more)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.call("GET", path, params=params)

    def send(self, *to: str, text: str = "Tot morgen", **more: Any) -> httpx.Response:
        body = {"phoneNumbers": to, "textMessage": {"text": text}, **more}
        return self.call("POST", "/messages", json=body)

    def with_scopes(self, *scopes: Scope) -> "SmsClient":
        return SmsClient(self.office, self.office.token(frozenset(scopes)))

    def by(self, text: str) -> "SmsClient":
        """Who comes in with this token or pass."""
        return SmsClient(
            self.office, NewToken(id="", token=text, expires_ms=None, signing_key=None)
        )


def moved(office: Office, number: str, *states: MessageState) -> None:
    """The newest message to this number comes into these states, one after the other."""

    def move(tx: Tx) -> None:
        row = tx.conn.execute(
            "SELECT id FROM message WHERE value = ? AND direction = 'out' ORDER BY seq DESC",
            (number,),
        ).fetchone()
        for state in states:
            assert messages.move(tx, row["id"], state, reason=Reason.BY_PERSON)

    office.store.write(move)


def sent(office: Office) -> list[dict[str, Any]]:
    """What software wrote, not the line itself."""
    found = office.caller().get("/messages", direction="out").json()["items"]
    return [each for each in found if each["author"] == "planning"]


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal, which has that API's form."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert body["code"] == answer.status_code
    assert body["message"]
    return answer.status_code, body["data"]["code"]
