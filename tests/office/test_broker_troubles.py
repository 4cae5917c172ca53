"""A broker that cannot be used is an alarm of the office until it can."""

import asyncio
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.office.head import broker_troubles
from appliance.office.head.broker_troubles import LOST_SHOWN_MS, BrokerTroubles
from appliance.office.head.office_store import OFFICE_DATABASE, open_office
from appliance.office.troubles import LinkAway
from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from appliance.store.store import Store
from tests.fresh_store import fresh_store
from tests.office.plain_box import NOW_MS


def opened(store: Store) -> list[str]:
    found = store.read(lambda conn: incidents.open_of(conn, IncidentKind.BROKER))
    return sorted(each.facts["what"] for each in found)


def test_a_broker_that_is_away_is_an_alarm_until_it_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once, because servers choose another leader within seconds. What was lost is shown for
    a day; an office that begins anew closes what the one before it opened.
    """
    clock = ManualClock(NOW_MS)
    fresh_store(tmp_path / OFFICE_DATABASE, clock).close()
    store = open_office(tmp_path, clock)
    troubles = BrokerTroubles(store)
    asyncio.run(troubles.met(LinkAway("timeout")))
    assert opened(store) == []
    monkeypatch.setattr(broker_troubles, "ALARM_AFTER_S", 0.0)
    asyncio.run(troubles.met(LinkAway("timeout")))
    asyncio.run(troubles.lost())
    assert opened(store) == ["broker-away", "broker-lost"]
    asyncio.run(BrokerTroubles(store).well())
    assert opened(store) == ["broker-lost"]
    clock.advance(ms=LOST_SHOWN_MS + 1)
    asyncio.run(BrokerTroubles(store).well())
    assert opened(store) == []
    store.close()
