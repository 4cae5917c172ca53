"""The log of reading lets go of what is old by itself."""

from appliance.desk.privacy.retention import nightly
from appliance.desk.privacy.retention.letting_go import LettingGo
from appliance.store import readings
from appliance.store.readings import KEEP_DAYS, ReadingKind
from appliance.store.store import Tx
from tests.desk.test_retention import days_pass, is_done, says, silent, texts
from tests.queue.counter import ANNA, Counter

__all__ = ["silent"]  # the fixture


def nights(counter: Counter, days: int) -> int:
    """How many entries are left after so many days and a run of that night."""
    days_pass(counter, days)
    counter.store.write(nightly.begin)
    letting_go = LettingGo(counter.store, counter.store.path.parent)
    while letting_go.go_on():
        pass
    return int(counter.one("SELECT count(*) AS n FROM reading")["n"])


def test_the_log_of_reading_has_a_term_before_anybody_says_one(counter: Counter) -> None:
    """What people wrote stays; an officer who says "ever" keeps the log, too."""
    counter.hears("Hoi", ANNA)
    is_done(counter, ANNA)

    def reads(tx: Tx) -> None:
        readings.set_on(tx.conn, on=True)
        readings.note(tx, "cli", ReadingKind.READ, contact_id=counter.contact_id(ANNA))

    counter.store.write(reads)
    assert nights(counter, KEEP_DAYS) == 1
    assert counter.all("SELECT 1 FROM retention_run") == []
    assert nights(counter, 1) == 0
    report = counter.one("SELECT readings, messages FROM retention_run")
    assert report == {"readings": 1, "messages": 0}
    counter.store.write(reads)
    says(counter)
    assert nights(counter, KEEP_DAYS) == nights(counter, 1) == 1
    assert texts(counter) == ["Hoi"]
