"""What the start of a box found stands on the one page that a new box has."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.box import findings
from appliance.clock import ManualClock
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.desk.lines.incidents.watch import IncidentWatch
from tests.api.office import Office, WebServer, open_office


@pytest.fixture
def fresh(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    with open_office(web_server, tmp_path / "fresh", clock, setup_code="code") as opened:
        yield opened


def page(office: Office, language: str) -> str:
    answer = httpx.get(f"{office.url}/setup", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def test_a_wrong_key_of_the_card_is_named_before_anybody_is_there(fresh: Office) -> None:
    """In the language of the browser, and as text; a start that found nothing says nothing."""
    assert 'class="note"' not in page(fresh, "en")
    facts: list[dict[str, str] | None] = [{"what": findings.UNKNOWN_KEY, "about": "<b>{nmae}"}]
    watch = IncidentWatch(fresh.store, lambda: MachineFacts(box=facts[0]))
    watch.look()
    assert "say “&lt;b&gt;{nmae}”, which Balie does not know" in page(fresh, "en")
    assert "staat “&lt;b&gt;{nmae}”, en dat kent Balie niet" in page(fresh, "nl")
    facts[0] = None
    watch.look()
    assert 'class="note"' not in page(fresh, "en")
