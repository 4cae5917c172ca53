"""Chatwoot's requests to its Cloud API inbox, as it sends them: another version for each, the token
in an address, empty members, the file of a message by its own address and then by the one told.
"""

from typing import Any

import httpx

from appliance.api.cloud import ids
from tests.api.cloud.test_cloud_clients import PHOTO, opens, pictures
from tests.api.cloud.test_cloud_files import upload
from tests.api.cloud.test_cloud_sending import ANNA
from tests.api.office import Caller, Desk, Office, WebServer

HEALTH = (
    "id,quality_rating,whatsapp_business_manager_messaging_limit,status,code_verification_status,"
    "account_mode,display_phone_number,name_status,verified_name,webhook_configuration,throughput,"
    "last_onboarded_time,is_on_biz_app,platform_type"
)


def test_an_inbox_is_set_up(office: Office, tilburg: Desk, planning: Caller) -> None:
    """It tries the token by asking for templates, and asks whether the number is ready."""
    number, key = tilburg.number[1:], planning.token.token
    client, headers = planning.client, {**planning.headers, "Content-Type": "application/json"}
    templates = f"/v14.0/{number}/message_templates?access_token="
    assert client.get(f"{templates}{key}").json()["data"] == []
    assert client.get(f"{templates}wrong").status_code == 401
    found = client.get(f"/v22.0/{number}/phone_numbers", params={"access_token": key}).json()
    assert [each["display_phone_number"] for each in found["data"]] == ["+31 6 12345678"]
    known = client.get(f"/v22.0/{number}", headers=headers).json()
    assert known["code_verification_status"] == "VERIFIED"
    asked = {"fields": HEALTH, "access_token": key}
    health = client.get(f"/v24.0/{number}", params=asked).json()
    assert (health["platform_type"], health["throughput"]["level"]) == ("CLOUD_API", "STANDARD")
    asked = {"fields": "id,name,owner_business_info", "access_token": key}
    account = client.get(f"/v24.0/{number}", params=asked).json()
    assert (account["id"], account["name"]) == (number, "Tilburg")
    registered = client.post(
        f"/v22.0/{number}/register",
        json={"messaging_product": "whatsapp", "pin": "123456"},
        headers=headers,
    )
    assert registered.json() == {"success": True}


def test_an_agent_answers(
    web_server: WebServer, office: Office, tilburg: Desk, planning: Caller
) -> None:
    """With and without a quote, with a file at a link; a refusal says to the agent why."""
    office.writes(ANNA, tilburg)
    (first,) = planning.get("/messages", direction="in").json()["items"]
    headers = {**planning.headers, "Content-Type": "application/json"}

    def send(**body: Any) -> httpx.Response:
        path = f"/v13.0/{tilburg.number[1:]}/messages"
        whole = {"messaging_product": "whatsapp", "context": None, "to": "31687654321", **body}
        return planning.client.post(path, json=whole, headers=headers)

    with pictures() as url:
        opens(web_server, url.removeprefix("http://"))
        link = f"{url}/rails/active_storage/disk/eyJf--08/foto.jpg"
        for body in (
            {"text": {"body": "Goedemorgen"}, "type": "text"},
            {
                "context": {"message_id": ids.message_to(first["id"])},
                "text": {"body": "Ja hoor"},
                "type": "text",
            },
            {"type": "image", "image": {"link": link, "caption": None}},
            {
                "type": "document",
                "document": {"link": link, "caption": "Zie dit", "filename": "kaart.jpg"},
            },
        ):
            answer = send(**body)
            assert answer.status_code == 200, answer.text
            assert answer.json()["messages"][0]["id"].startswith("wamid.")
    interactive = {"type": "button", "body": {"text": "Kies"}, "action": "{}"}
    refused = send(type="interactive", interactive=interactive).json()["error"]["message"]
    assert refused == "(#131051) Unsupported message type"
    office.writes(ANNA, tilburg, "STOP")
    refused = send(type="text", text={"body": "Nog iets?"}).json()["error"]["message"]
    assert refused == "(#131050) Opted out"


def test_a_file_that_came_is_had(tilburg: Desk, planning: Caller) -> None:
    file, number = upload(planning, tilburg), tilburg.number[1:]
    path = f"/v13.0/{file}?phone_number_id={number}"
    url = planning.client.get(path, headers=planning.headers).json()["url"]
    assert httpx.get(url, headers=planning.headers, timeout=60).content == PHOTO
