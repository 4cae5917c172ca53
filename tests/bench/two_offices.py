"""Two offices on one data directory, behind nginx: how long a browser is without one."""

import tempfile
import time
from pathlib import Path

from tests.bench.benchmark import Measured, at_most
from tests.e2e.chromium import whole_browser
from tests.office.office_watch import OfficeWatch, office_watch

_KILLS = 5


@at_most(5, "s from the kill of an office until a browser shows what a box tells after that")
def other_office_s() -> Measured:
    """The longest of five, each killed in turn; the box tells as soon as it is heard."""
    with (
        tempfile.TemporaryDirectory() as folder,
        whole_browser() as browser,
        office_watch(Path(folder) / "office", browser) as watch,
    ):
        taken = [_without_office_s(watch, f"Bent u er nog? {number}") for number in range(_KILLS)]
    return Measured(value=max(taken))


def _without_office_s(watch: OfficeWatch, text: str) -> float:
    began_s = time.monotonic()
    watch.pair.kill()
    watch.writes(text)
    watch.shows(text)
    took_s = time.monotonic() - began_s
    watch.pair.start()
    watch.pair.until_up()
    return took_s
