"""What Balie said by itself, what stands in the ledger of consent, and what that refuses."""

from typing import Any

import pytest

from appliance.channels import Channel
from appliance.errors import Refused
from appliance.store import consent
from tests.queue.counter import ANNA, Counter, who


def rules(counter: Counter, number: str = ANNA) -> list[str]:
    return [str(each["rule"]) for each in counter.outgoing(number)]


def ledger(counter: Counter) -> list[tuple[str, str]]:
    rows = counter.all("SELECT value, kind FROM consent ORDER BY seq")
    return [(row["value"], row["kind"]) for row in rows]


def code(counter: Counter, number: str = ANNA, channel: Channel | None = None) -> str:
    return counter.store.read(
        lambda conn: consent.verdict(conn, counter.line_id, who(number), channel)
    ).code


def refused(counter: Counter, to: str = ANNA, **about: Any) -> str:
    """The code of the refusal; nothing may be stored."""
    before = counter.one("SELECT count(*) AS n FROM message")["n"]
    with pytest.raises(Refused) as refusal:
        counter.accepts(to=to, **about)
    assert counter.one("SELECT count(*) AS n FROM message")["n"] == before
    assert refusal.value.remedy
    return refusal.value.code
