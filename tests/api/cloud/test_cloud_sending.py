"""Messages that come in by the WhatsApp Cloud API: accepted as any other."""

from typing import Any

import httpx

from appliance.api.cloud import ids
from appliance.identities import WHATSAPP_LID, Identity
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
LID = "123456789012345@lid"


def text(body: str = "Dag", to: str = "31687654321", **more: Any) -> dict[str, Any]:
    message = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}}
    return message | more


def post(caller: Caller, desk: Desk, body: object, *, version: str = "v21.0") -> httpx.Response:
    path = f"/{version}/{desk.number[1:]}/messages"
    return caller.client.post(path, json=body, headers=caller.headers)


def kept(office: Office, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    message_id = ids.message_from(answer.json()["messages"][0]["id"])
    row = office.store.read(
        lambda conn: conn.execute("SELECT * FROM message WHERE id = ?", (message_id,)).fetchone()
    )
    return dict(row)


def test_a_text_is_accepted_whatever_the_version_and_the_spelling(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """It waits for WhatsApp alone, and its author is the program."""
    office.writes(ANNA, tilburg)
    for version, to in (
        ("v13.0", "31687654321"),
        ("v21.0", "+31 6 8765 4321"),
        ("v25", "0031687654321"),
        ("v99.9", "0687654321"),
    ):
        answer = post(planning, tilburg, text(to=to), version=version)
        message = kept(office, answer)
        assert answer.json()["messaging_product"] == "whatsapp"
        assert answer.json()["contacts"] == [{"input": to, "wa_id": "31687654321"}]
        assert (message["value"], message["wanted"], message["text"]) == (ANNA, "whatsapp", "Dag")
        assert message["token_id"] == planning.token.id
    assert len(office.planned) == 4


def test_an_answer_quotes_what_it_answers(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The context may be empty, as some clients send it, and may not be of somebody else."""
    office.writes(ANNA, tilburg)
    office.writes("+31687654399", tilburg)
    anna, other = (each["id"] for each in planning.get("/messages", direction="in").json()["items"])
    context = {"message_id": ids.message_to(anna)}
    answered = kept(office, post(planning, tilburg, text(context=context)))
    shown = planning.get(f"/messages/{answered['id']}").json()
    assert shown["quotes"] == anna
    assert kept(office, post(planning, tilburg, text(context=None)))
    for wrong in (ids.message_to(other), "wamid.HBgLMTY"):
        answer = post(planning, tilburg, text(context={"message_id": wrong}))
        assert answer.json()["error"]["code"] == 131009


def test_people_are_answered_by_their_user_id(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    """Hidden ones, too, whose number is told to nobody; and not by who may not know them."""
    office.writes(LID, tilburg, name="Anna")
    (came,) = planning.get("/messages", direction="in").json()["items"]
    user_id = ids.user_to(came["contact"]["id"], Identity(LID, WHATSAPP_LID))
    for said in ({"to": None, "recipient": user_id}, {"to": user_id}):
        answer = post(planning, tilburg, text(**said))
        assert kept(office, answer)["value"] == LID
        assert answer.json()["contacts"] == [{"input": user_id, "user_id": user_id}]
    elsewhere = office.caller(branch_id=breda.branch_id)
    answer = post(elsewhere, breda, text(to=user_id))
    assert answer.json()["error"]["code"] == 131009


def test_what_came_is_marked_as_read(office: Office, tilburg: Desk, planning: Caller) -> None:
    """With and without the sign that somebody types; a message that did not come here is none."""
    office.writes(ANNA, tilburg)
    (came,) = planning.get("/messages", direction="in").json()["items"]
    read = {"messaging_product": "whatsapp", "status": "read"}
    mine = read | {"message_id": ids.message_to(came["id"])}
    for body in (mine, mine | {"typing_indicator": {"type": "text"}}):
        answer = post(planning, tilburg, body)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    sent = post(planning, tilburg, text()).json()["messages"][0]["id"]
    for wrong in ({"message_id": sent}, {"message_id": "wamid.X"}, {}, {**mine, "status": "seen"}):
        assert post(planning, tilburg, read | wrong).json()["error"]["code"] == 131009
