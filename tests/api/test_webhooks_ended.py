"""Webhooks that are switched off: by the receiver, by failures, by their token."""

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.store import webhooks
from appliance.store.webhooks import WebhookBy
from tests.api.office import Caller, Desk, Office
from tests.api.webhook_office import (
    asked,
    deliveries,
    make,
    office,
    policy,
    receiver,
    until,
)
from tests.webhook_receiver import Receiver, Say

__all__ = ["office", "policy", "receiver"]  # the fixtures

ANNA = "+31687654321"


def test_gone_is_switched_off_at_once(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """It is an incident until somebody switches it on again."""
    made = make(planning, receiver, "message.received")
    receiver.says = lambda _: Say(status=410)
    office.writes(ANNA, tilburg)
    until(planning, made, "failed")
    now = asked(planning, "GET", f"/{made['id']}").json()
    assert (now["enabled"], now["off_why"]) == (False, "gone")
    open_kinds = [each["kind"] for each in planning.get("/incidents").json()["items"]]
    assert "webhook-off" in open_kinds
    assert asked(planning, "POST", f"/{made['id']}/test").status_code == 422
    receiver.says = lambda _: Say()
    now = asked(planning, "PATCH", f"/{made['id']}", {"enabled": True}).json()
    assert (now["enabled"], now["off_why"]) == (True, None)
    asked(planning, "POST", f"/{made['id']}/test")
    receiver.wait_for(lambda got: got.type == "webhook.ping")


def test_five_days_of_failures_switch_it_off(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """Others who want to know are told."""
    made = make(planning, receiver, "message.received")
    receiver.says = lambda got: Say(status=500 if got.type == "message.received" else 204)
    make(planning, receiver, "webhook.*")
    office.writes(ANNA, tilburg)
    while not until(planning, made, "pending")["attempts"]:
        pass
    for _ in range(6):
        clock.advance(s=24 * 3600)
        seen = len(receiver.got)
        office.writes(ANNA, tilburg)
        receiver.wait(seen + 1)
    told = receiver.wait_for(lambda got: got.type == "webhook.disabled").told
    assert told["data"]["webhook"] == made["id"]
    assert asked(planning, "GET", f"/{made['id']}").json()["off_why"] == "failing"


def test_off_is_off_and_gone_is_gone(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """What happens meanwhile comes when somebody asks for it; a revoked token ends its own."""
    paused, removed = (make(planning, receiver, "message.received") for _ in range(2))
    owner = office.caller()
    orphan = make(owner, receiver, "message.received")
    asked(planning, "PATCH", f"/{paused['id']}", {"enabled": False})
    assert asked(planning, "DELETE", f"/{removed['id']}").status_code == 204
    assert asked(planning, "GET", f"/{removed['id']}").status_code == 404
    office.store.write(lambda tx: tokens.revoke(tx, owner.token.id))
    control = make(planning, receiver, "message.received")
    office.writes(ANNA, tilburg)
    until(planning, control, "delivered")
    assert deliveries(planning, paused) == deliveries(planning, orphan) == []
    assert len(receiver.got) == 1
    asked(planning, "PATCH", f"/{paused['id']}", {"enabled": True})
    asked(planning, "POST", f"/{paused['id']}/replay", {"since": "2026-03-01T00:00:00Z"})
    receiver.wait(2)


def test_what_a_revoked_token_left_goes_on_for_who_switches_it_on(
    office: Office, tilburg: Desk, planning: Caller, receiver: Receiver
) -> None:
    """It tells what the new one may see; who only tries it is told why nothing would come."""
    owner = office.caller()
    orphan = make(owner, receiver, "message.received", content="full")
    office.writes(ANNA, tilburg)
    (first,) = receiver.wait(1)
    until(planning, orphan, "delivered")
    office.store.write(lambda tx: tokens.revoke(tx, owner.token.id))
    only = office.caller(frozenset({Scope.WEBHOOKS_WRITE}))
    refused = asked(only, "PATCH", f"/{orphan['id']}", {"enabled": True})
    assert (refused.status_code, refused.json()["scope"]) == (403, "messages:read")
    now = asked(planning, "PATCH", f"/{orphan['id']}", {"enabled": True}).json()
    assert (now["enabled"], now["off_why"]) == (True, None)
    again = asked(planning, "POST", f"/{orphan['id']}/deliveries/{first.id}/replay")
    assert again.status_code == 202
    assert receiver.wait(2)[1].id == first.id


def test_a_token_that_ran_out_is_said(
    office: Office, tilburg: Desk, clock: ManualClock, planning: Caller, receiver: Receiver
) -> None:
    """The webhook is still on: nothing was switched."""
    token = office.store.write(lambda tx: tokens.add(tx, "short", life_days=1))
    made = make(planning, receiver, "message.received")
    office.store.write(
        lambda tx: webhooks.change(tx, made["id"], WebhookBy(token_id=token.id)) and None
    )
    clock.advance(s=24 * 3600 + 1)
    for path, body in (("/test", None), ("/replay", {"since": "2026-03-01T00:00:00Z"})):
        answer = asked(planning, "POST", f"/{made['id']}{path}", body)
        assert (answer.status_code, answer.json()["field"]) == (422, "token")
    asked(planning, "PATCH", f"/{made['id']}", {"enabled": True})
    assert asked(planning, "POST", f"/{made['id']}/test").status_code == 202
    receiver.wait(1)
