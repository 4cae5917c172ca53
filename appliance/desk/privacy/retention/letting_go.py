"""The run that lets go of what is older than its term, in steps of some milliseconds.

Each step is one transaction with how far it came, so a kill costs at most a step that is done
again. What a step empties is found and checked inside it: who is held since a moment ago is held.
Nobody waits for these commits to reach the disk; what a power cut takes back is found again.
"""

import calendar
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from appliance.desk.privacy.retention import along
from appliance.desk.privacy.retention.along import Along, Work
from appliance.desk.search import index
from appliance.store import aging, forgetting, retention_runs
from appliance.store.retention_runs import RetentionRun, RunPart
from appliance.store.store import Store, Tx
from appliance.store.terms import DAY_MS

CONVERSATIONS = 200
"""Looked at together; whoever is put under another term meanwhile is seen with the next ones."""
CALLS, READINGS, CHANGES, PAGES = 100, 100, 10, 16
"""Of one transaction."""
FILES_EVERY = 20
"""Steps, after which files are taken from the disk."""


class LettingGo:
    """`go_on` takes the next step of the run that is under way. One thread uses it."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._data = data
        self._run_id = ""
        self._steps: Iterator[Work] = iter(())
        self._taken = 0
        self._times_s: list[float] = []
        self.held_s = 0.0
        """How long the last step held the writer."""

    def go_on(self) -> bool:
        """False where no run is under way."""
        self.held_s = 0.0
        run = self._store.read(retention_runs.current)
        if run is None:
            return False
        if run.id != self._run_id:
            self._run_id, self._steps = run.id, self._all(run)
        try:
            self._go_on(run)
        except BaseException:
            self._run_id = ""  # what was not done is found anew
            raise
        return True

    def _go_on(self, run: RetentionRun) -> None:
        if (step := next(self._steps, None)) is not None:
            self._take(step)
        if step is None or self._taken % FILES_EVERY == 0:
            self._note_times(run.id)
            forgetting.forget_files(self._store, self._data)
        if step is None:
            self._store.write(lambda tx: retention_runs.end(tx, run.id))
            self._run_id = ""

    def _take(self, step: Work) -> None:
        def timed(tx: Tx) -> None:
            began_s = time.perf_counter()
            step(tx)
            self.held_s = time.perf_counter() - began_s
            self._times_s.append(self.held_s)

        self._store.write(timed, durable=False)
        self._taken += 1

    def _note_times(self, run_id: str) -> None:
        times, self._times_s = self._times_s, []
        if times:
            busy_ms, longest_ms = round(sum(times) * 1000), round(max(times) * 1000)
            self._store.write(
                lambda tx: retention_runs.took(tx, run_id, len(times), busy_ms, longest_ms),
                durable=False,
            )

    def _all(self, run: RetentionRun) -> Iterator[Work]:
        """From where it is; a part begins where the one before it ended."""
        parts = list(RunPart)
        for part in parts[parts.index(run.part) :]:
            if part is not run.part:
                yield lambda tx, part=part: retention_runs.came_to(tx, run.id, part)  # type: ignore[misc]
            yield from _PARTS[part](self, run, run.after if part is run.part else "")

    def _conversations(self, run: RetentionRun, after: str) -> Iterator[Work]:
        now_ms = self._store.clock.now_ms()
        while True:
            found = self._store.read(
                lambda conn, after=after: aging.stretch(  # type: ignore[misc]
                    conn, run.terms, after=after, most=CONVERSATIONS
                )
            )
            if found.last is None:
                return
            after = found.last
            visits = [
                Along(self._store, run.id, list(walks), now_ms)
                for _, walks in groupby(found.walks, key=lambda walk: walk.conversation_id)
            ]
            for each in visits:
                yield from each.steps()
            yield lambda tx, visits=visits, after=after: along.came_to(tx, run.id, visits, after)  # type: ignore[misc]

    def _calls(self, run: RetentionRun, after: str) -> Iterator[Work]:
        now_ms = self._store.clock.now_ms()
        while found := self._store.read(
            lambda conn, after=after: aging.calls(  # type: ignore[misc]
                conn, run.terms, now_ms, after=after, most=CALLS
            )
        ):
            after = found[-1].id
            yield lambda tx, found=found: along.forget_calls(tx, run.id, found)  # type: ignore[misc]

    def _readings(self, run: RetentionRun, after: str) -> Iterator[Work]:
        del after
        if run.terms.audit is None:
            return
        before_ms = self._store.clock.now_ms() - run.terms.audit * DAY_MS
        yield from _while(lambda tx: along.forget_readings(tx, run.id, before_ms, READINGS))

    def _index(self, run: RetentionRun, after: str) -> Iterator[Work]:
        del after
        yield from _while(lambda tx: index.settle_changes(tx.conn, CHANGES) > 0)
        if run.by is not None or _is_sunday(self._store.clock.now_ms()):
            yield from _while(lambda tx: index.merge_some(tx.conn, PAGES))

    def _room(self, run: RetentionRun, after: str) -> Iterator[Work]:
        del after
        yield from _while(lambda tx: along.give_back(tx, run.id))


def _is_sunday(now_ms: int) -> bool:
    """By night the index is brought together once a week: it is written anew then. Until then a
    word that was taken out is found no more, and may still stand in the file.
    """
    return datetime.fromtimestamp(now_ms / 1000, UTC).weekday() == calendar.SUNDAY


def _while(work: Callable[[Tx], bool]) -> Iterator[Work]:
    """The same step until it finds nothing more to do."""
    more = True

    def step(tx: Tx) -> None:
        nonlocal more
        more = work(tx)

    while more:
        yield step


_PARTS: Mapping[RunPart, Callable[[LettingGo, RetentionRun, str], Iterator[Work]]] = {
    RunPart.CONVERSATIONS: LettingGo._conversations,  # noqa: SLF001 -- its own
    RunPart.CALLS: LettingGo._calls,  # noqa: SLF001
    RunPart.READINGS: LettingGo._readings,  # noqa: SLF001
    RunPart.INDEX: LettingGo._index,  # noqa: SLF001
    RunPart.ROOM: LettingGo._room,  # noqa: SLF001
}
