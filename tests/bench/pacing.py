"""The pacing in virtual time: how fast a year of a SIM is, and whether estimates come true."""

import time
from datetime import time as clock

from appliance.queue.office_hours import OfficeHours
from appliance.queue.profile import DEFAULT_PROFILE
from appliance.queue.study.load import Load
from appliance.queue.study.simulate import simulate
from appliance.queue.study.summary import as_announced
from tests.bench.benchmark import Measured, at_least, at_most

OFFICE = OfficeHours(
    zone="Europe/Amsterdam",
    opens=clock(8, 30),
    closes=clock(17, 30),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    lunch=(clock(12, 30), clock(13)),
    holidays="NL",
)
YEAR = Load(contacts=250, lists=3, inbound_per_day=125, days=365)
SENT = 50_000
WEEKS = 20


@at_most(10, "s for a SIM-year of 50,000 messages (peer: how many it were)")
def sim_year() -> Measured:
    """It includes each message's announced time, computed when it is accepted."""
    began = time.perf_counter()
    (run,) = simulate(YEAR, DEFAULT_PROFILE, OFFICE)
    took_s = time.perf_counter() - began
    return Measured(value=took_s * max(1.0, SENT / len(run.sent)), peer=len(run.sent))


@at_least(0.8, "of a week's messages within a tenth of the announced wait (peer: the year's)")
def estimate_week() -> Measured:
    """Twenty branches, each with its own week."""
    weeks = simulate(Load(seed=7), DEFAULT_PROFILE, OFFICE, branches=WEEKS)
    year = simulate(YEAR, DEFAULT_PROFILE, OFFICE)
    return Measured(value=as_announced(weeks), peer=as_announced(year))
