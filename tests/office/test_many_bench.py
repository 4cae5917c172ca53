"""The loads of `scripts/bench many`, small: they say what they have to, so they cannot rot."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock, SystemClock
from appliance.desk.access import tokens
from appliance.office.head import privacy_choice
from appliance.runtime import kinds
from appliance.slices import Privacy
from tests.bench import many_loads
from tests.bench.many_growth import cost_at, draw
from tests.bench.many_house import BoxHouse
from tests.bench.many_size import SIZE
from tests.bench.many_stage import BenchOffice, settled
from tests.office.head_office import OfficeServer, open_head_office

SECONDS = 0.4


@dataclass(slots=True)
class HouseHere:
    """Boxes in threads of this process."""

    boxes: BoxHouse

    def ask(self, name: str, *arguments: Any) -> Any:
        return getattr(self.boxes, name)(*arguments)


@contextmanager
def bench_office(server: OfficeServer, data: Path) -> Iterator[BenchOffice]:
    with open_head_office(server, data, ManualClock(SystemClock().now_ms())) as opened:
        opened.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        token = opened.store.write(lambda tx: tokens.add(tx, "bench", life_days=None)).token
        yield BenchOffice(url=opened.url, token=token, pid=os.getpid(), data=data)


def test_each_load_measures_what_it_says(
    office_server: OfficeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds.load()
    monkeypatch.setattr(SIZE, "boxes", 2)
    monkeypatch.setattr(SIZE, "seconds", SECONDS)
    house = HouseHere(BoxHouse(tmp_path / "house"))
    with bench_office(office_server, tmp_path / "office") as office:
        here = settled(office, [house], 2)
        live = many_loads.steady(here, 50.0, SECONDS)
        assert live.rate > 0
        assert len(live.late_ms) == round(live.rate * SECONDS)
        assert live.list_ms
        assert min(many_loads.commands_ms(here, SECONDS)) > 0
        assert many_loads.list_over_branches_ms(here, 2)
        assert many_loads.search_over_boxes_ms(here, 2)
        assert many_loads.after_a_cut(here, 40).list_ms
        together = many_loads.burst_of(here)
        assert (together.worked_on, together.refused) == (2, 0)
        house.ask("close")
        made_up = cost_at(office, 2, 5.0)
        assert made_up.events_a_second > 0
        assert "2 boxes" in draw([made_up])


def test_what_the_link_costs_is_beside_the_same_box_without_it(
    office_server: OfficeServer, tmp_path: Path
) -> None:
    """That is measured at one box, which is joined and cut at first."""
    kinds.load()
    house = HouseHere(BoxHouse(tmp_path / "house"))
    with bench_office(office_server, tmp_path / "office") as office:
        here = settled(office, [house], 1)
        house.ask("cut")
        _, quiet, busy = many_loads.link_cost(here, SECONDS)
        assert quiet >= 0
        assert busy >= 0
        house.ask("close")
