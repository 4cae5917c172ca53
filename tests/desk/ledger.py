"""What Balie said by itself, and what stands in the ledger of consent."""

from tests.queue.counter import ANNA, Counter


def rules(counter: Counter, number: str = ANNA) -> list[str]:
    return [str(each["rule"]) for each in counter.outgoing(number)]


def ledger(counter: Counter) -> list[tuple[str, str]]:
    rows = counter.all("SELECT value, kind FROM consent ORDER BY seq")
    return [(row["value"], row["kind"]) for row in rows]
