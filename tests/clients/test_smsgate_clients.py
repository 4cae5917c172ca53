"""SMSGate's own clients, unmodified, over a running Balie: only their address is another.

What they send leaves emulated phones, and the truth log says that it left once.
"""

import hashlib
import hmac
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.clients.environment import CLIENTS, PROGRAMS, PYTHON
from tests.running_demo import Demo, eventually, running_demo
from tests.webhook_receiver import Got, Receiver, receiving

WORKER = "+31655512345"


@dataclass(frozen=True, slots=True)
class Stage:
    demo: Demo
    receiver: Receiver
    line: str

    def runs(self, *command: str) -> dict[str, Any]:
        """What a program found out."""
        given = {
            "url": f"{self.demo.url}/3rdparty/v1",
            "token": self.demo.token,
            "to": WORKER,
            "line": self.line,
            "hook": self.receiver.url,
        }
        done = subprocess.run(
            command, input=json.dumps(given).encode(), capture_output=True, check=False, cwd=CLIENTS
        )
        assert done.returncode == 0, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A worker wrote to the first phone by SMS."""
    with pytest.MonkeyPatch.context() as patched, receiving() as receiver:
        patched.setenv("BALIE_WEBHOOKS", json.dumps({"allow": [f"127.0.0.1:{receiver.port}"]}))
        with running_demo("--no-traffic", "--speed", "24") as demo:
            phone = demo.numbers[0]
            demo.writes(phone, WORKER, "Hoi, werk?", channel="sms")
            eventually(lambda: came(demo), "the SMS came")
            (line,) = [each for each in demo.api("/lines")["items"] if each["number"] == phone]
            yield Stage(demo, receiver, line["id"])


def came(demo: Demo) -> Sequence[Any]:
    items: Sequence[Any] = demo.api("/messages?direction=in&order=newest&limit=5")["items"]
    return [each for each in items if each["contact"]["number"] == WORKER]


def raised(found: dict[str, Any], name: str) -> tuple[int, str | None]:
    it = found[name]
    return it["status"], (it.get("data") or {}).get("code")


def test_the_python_client_does_all_that_it_can(stage: Stage) -> None:
    found = stage.runs(str(PYTHON), str(PROGRAMS / "smsgate_client.py"))
    assert (found["send"]["id"], found["send"]["state"]) == ("python-1", "Pending")
    assert found["send"]["recipients"][0]["phone_number"] == WORKER
    assert found["get_state"]["recipients"][0]["phone_number"] == WORKER
    assert [each["id"] for each in found["get_messages"]] == ["python-1"]
    assert found["list_inbox_messages"][0]["content_preview"] == "Hoi, werk?"
    assert found["refresh_inbox"] == {}
    assert stage.line in [each["id"] for each in found["list_devices"]]
    assert [each["id"] for each in found["get_webhooks"]] == ["SMS_SENT", "SMS_RECEIVED"]
    assert found["get_logs"][-1]["module"] == "balie"
    for name in ("health_check", "liveness_check", "readiness_check", "startup_check"):
        assert found[name]["status"] == "pass"
    assert found["generate_token"]["token_type"] == "Bearer"
    assert found["get_state by a pass"]["id"] == "python-1"
    assert found["asynchronously"]["id"] == "python-3"
    for name in ("delete_webhook", "revoke_token"):
        assert found[name] is None
    assert raised(found, "send again") == (409, "message-exists")
    assert raised(found, "send to a stranger") == (400, "consent-required")
    assert raised(found, "send data") == (400, "invalid-input")
    assert raised(found, "create_webhook of a ping") == (400, "invalid-input")
    assert raised(found, "update_settings") == raised(found, "patch_settings")
    assert raised(found, "update_settings") == (400, "invalid-input")
    assert raised(found, "export_inbox") == (405, "method-not-allowed")
    assert raised(found, "download_attachment") == (404, "not-found")
    assert raised(found, "get_state of nothing") == (404, "not-found")
    assert raised(found, "send by a pass") == (403, "forbidden")
    assert raised(found, "a wrong password") == (401, "unauthorized")
    assert raised(found, "get_state by a revoked pass") == (401, "unauthorized")
    for name, status in (("cancel nothing", 404), ("remove_device", 405)):
        assert found[name]["status"] == status
    left_and_told(
        stage, "From Python", "python-1", found["get_settings"]["webhooks"]["signing_key"]
    )


def left_and_told(stage: Stage, text: str, name: str, signing_key: str) -> None:
    eventually(lambda: stage.demo.left(text), "it left the phone")
    got = stage.receiver.wait_for(lambda each: each.told["payload"]["messageId"] == name)
    assert signature(got, signing_key) == got.headers["x-signature"]
    told = got.told
    assert (told["event"], told["webhookId"], told["deviceId"]) == (
        "sms:sent",
        "SMS_SENT",
        stage.line,
    )
    payload = told["payload"]
    assert (payload["phoneNumber"], payload["recipient"]) == (WORKER, WORKER)
    assert (payload["sender"], payload["partsCount"]) == (stage.demo.numbers[0], 1)
    assert len(stage.demo.left(text)) == 1


def signature(got: Got, signing_key: str) -> str:
    signed = got.body + got.headers["x-timestamp"].encode()
    return hmac.new(signing_key.encode(), signed, hashlib.sha256).hexdigest()


def test_the_client_of_npm_does_all_that_it_can(stage: Stage) -> None:
    node = shutil.which("node")
    assert node is not None
    found = stage.runs(node, str(PROGRAMS / "smsgate_client.mjs"))
    assert (found["send"]["id"], found["send"]["state"]) == ("node-1", "Pending")
    assert found["getState"]["recipients"][0]["phoneNumber"] == WORKER
    assert found["registerWebhook"]["event"] == "sms:delivered"
    assert "node" in [each["id"] for each in found["getWebhooks"]]
    assert found["deleteWebhook"] is None
    assert stage.line in [each["id"] for each in found["getDevices"]]
    assert found["getHealth"]["status"] == "pass"
    assert found["getLogs"]
    assert len(found["getSettings"]["webhooks"]["signing_key"]) == 64
    refused = {name: each["code"] for name, each in found.items() if "raised" in (each or {})}
    assert refused == {
        "send again": 409,
        "deleteDevice": 405,
        "exportInbox": 405,
        "updateSettings": 400,
        "patchSettings": 400,
    }
    eventually(lambda: stage.demo.left("From Node"), "it left the phone")
    assert len(stage.demo.left("From Node")) == 1
