"""Each kind of event is told under one name, or it is said that it is not."""

import re

from appliance.desk.webhooks import event_names
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.store.consent import ConsentKind
from appliance.store.rounds import PersonState

CONTRACT = """
message.received message.queued message.sending message.unconfirmed message.sent message.delivered
message.read message.failed message.refused message.expired message.cancelled message.planned
call.missed contact.created contact.changed contact.joined contact.erased consent.given
consent.withdrawn consent.called consent.near_stop conversation.assigned conversation.done
conversation.reopened round.filled round.answered round.closed device.status device.enrolled
device.balance incident.opened incident.closed line.added line.changed line.removed line.stopped
line.resumed branch.added webhook.ping webhook.disabled
"""


def test_each_kind_is_told_or_named_as_not_told() -> None:
    told = {*event_names.PLAIN, *event_names.BY_FACT}
    assert told.isdisjoint(event_names.NOT_TOLD)
    assert told | event_names.NOT_TOLD == set(EventKind)


def test_the_names_are_those_of_the_contract() -> None:
    """And beside them those of colleagues and tokens."""
    more = set(event_names.NAMES) - set(CONTRACT.split())
    assert set(CONTRACT.split()) <= set(event_names.NAMES)
    assert {each.partition(".")[0] for each in more} == {"staff", "token"}
    assert all(re.fullmatch("[a-z0-9_.]+", each) for each in event_names.NAMES)


def test_what_a_fact_says_is_one_of_the_house() -> None:
    known = {each.value for kind in (MessageState, ConsentKind, PersonState) for each in kind}
    for _, names in event_names.BY_FACT.values():
        assert names.keys() <= known


def test_what_is_planned_and_who_works_here_is_for_who_asks() -> None:
    wanted = event_names.is_wanted
    assert wanted("message.sent", ["message.*"], may_audit=False)
    assert not wanted("message.planned", ["message.*", "*"], may_audit=True)
    assert wanted("message.planned", ["message.planned"], may_audit=False)
    assert wanted("staff.added", ["*"], may_audit=True)
    assert not wanted("staff.added", ["*", "staff.added"], may_audit=False)
    assert not wanted("contact.changed", ["consent.*"], may_audit=True)
