"""What one conversation, and what the calls and the log of reading let go, step by step."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.events import EventKind
from appliance.store import aging, forgetting, readings, retention_runs, shrinking
from appliance.store.aging import OldCall, OldMessage, Walk
from appliance.store.retention_runs import RunPart
from appliance.store.store import Store, Tx
from appliance.store.terms import DAY_MS, Keeps

AT_ONCE = 12
"""Messages of one transaction."""
NOTES = 12
PAGES = 64
"""Given back in one transaction."""
FAR_MS = 30 * DAY_MS
"""A place that moved less far is not written: the same short stretch is looked at again."""

Work = Callable[[Tx], object]


@dataclass(slots=True)
class Along:
    """A conversation. `went`: something of it was let go."""

    store: Store
    run_id: str
    walks: Sequence[Walk]
    now_ms: int
    went: bool = False

    def steps(self) -> Iterator[Work]:
        for walk in self.walks:
            from_ms = walk.from_ms
            while (next_ms := self._next_ms(walk, from_ms)) is not None:
                from_ms = next_ms
                yield lambda tx, walk=walk, at_ms=from_ms: self._forget(tx, walk, at_ms)  # type: ignore[misc]
            if walk.keeps is Keeps.TEXTS:
                yield from self._notes(walk)

    @property
    def conversation_id(self) -> str:
        return self.walks[0].conversation_id

    def _next_ms(self, walk: Walk, from_ms: int) -> int | None:
        if from_ms >= walk.until_ms(self.now_ms):
            return None
        found = self.store.read(
            lambda conn: aging.messages(conn, walk, self.now_ms, from_ms=from_ms, most=1)
        )
        return found[0].happened_ms if found else None

    def _forget(self, tx: Tx, walk: Walk, from_ms: int) -> None:
        found = aging.messages(tx.conn, walk, self.now_ms, from_ms=from_ms, most=AT_ONCE)
        if found:
            self.went = True
            retention_runs.count(tx, self.run_id, **_FORGETS[walk.keeps](tx, found))
            if walk.keeps is not Keeps.EVIDENCE:
                retention_runs.met(tx, self.run_id, {each.contact_id for each in found})

    def _notes(self, walk: Walk) -> Iterator[Work]:
        until_ms = walk.until_ms(self.now_ms)
        while self.store.read(lambda conn: aging.has_notes(conn, walk, until_ms)):
            yield lambda tx: self._forget_notes(tx, walk, until_ms)

    def _forget_notes(self, tx: Tx, walk: Walk, until_ms: int) -> None:
        if not aging.has_notes(tx.conn, walk, until_ms):
            return
        self.went = True
        notes, files = retention_runs.forget_notes(tx, walk.conversation_id, until_ms, NOTES)
        if files:
            forgetting.forget_media(tx, files)
        retention_runs.count(tx, self.run_id, notes=notes)


def came_to(tx: Tx, run_id: str, visited: Collection[Along], after: str) -> None:
    """These conversations are done, up to `after`."""
    places: dict[str, Mapping[str, int]] = {}
    for each in visited:
        if each.went or any(_is_far(walk, each.now_ms) for walk in each.walks):
            places[each.conversation_id] = {
                walk.keeps.value: aging.done_until_ms(tx.conn, walk, each.now_ms)
                for walk in each.walks
                if walk.from_ms < walk.until_ms(each.now_ms)
            }
        if each.went:
            _tell(tx, run_id, each)
    retention_runs.put_places(tx, places)
    retention_runs.came_to(tx, run_id, RunPart.CONVERSATIONS, after)


def forget_calls(tx: Tx, run_id: str, found: Sequence[OldCall]) -> None:
    gone = aging.forget_calls(tx, [each.id for each in found if each.goes])
    retention_runs.count(tx, run_id, calls=gone)
    retention_runs.came_to(tx, run_id, RunPart.CALLS, found[-1].id)


def forget_readings(tx: Tx, run_id: str, before_ms: int, most: int) -> bool:
    """False where that was the last."""
    gone = readings.forget_before(tx, before_ms, most=most)
    retention_runs.count(tx, run_id, readings=gone)
    return gone == most


def give_back(tx: Tx, run_id: str) -> bool:
    """False where the file has nothing to give back."""
    freed = shrinking.give_back(tx, PAGES)
    if freed:
        retention_runs.count(tx, run_id, freed=freed)
    return freed > 0


def _is_far(walk: Walk, now_ms: int) -> bool:
    return walk.until_ms(now_ms) - walk.from_ms > FAR_MS


def _tell(tx: Tx, run_id: str, each: Along) -> None:
    before = {walk.keeps.value: walk.until_ms(each.now_ms) for walk in each.walks}
    tx.emit(
        EventKind.CONVERSATION_LET_GO,
        line_id=each.walks[0].line_id,
        conversation_id=each.conversation_id,
        contact_id=each.walks[0].contact_id,
        facts={"run": run_id, "before_ms": before},
    )


def _forget_texts(tx: Tx, found: Sequence[OldMessage]) -> dict[str, int]:
    ids = [each.id for each in found]
    files = aging.files_of(tx.conn, ids)
    gone = forgetting.forget_messages(tx, ids)
    return {"messages": len(ids), "evidence": len(gone.evidence), **_files(files, gone.media)}


def _forget_files(tx: Tx, found: Sequence[OldMessage]) -> dict[str, int]:
    files = aging.files_of(tx.conn, [each.id for each in found])
    gone = forgetting.forget_media(tx, aging.old_files(tx.conn, found))
    return _files(files, gone)


def _forget_evidence(tx: Tx, found: Sequence[OldMessage]) -> dict[str, int]:
    return {"evidence": len(forgetting.forget_evidence(tx, [each.id for each in found]))}


def _files(files: Mapping[str, tuple[str | None, int]], gone: Collection[str]) -> dict[str, int]:
    """`files` are those that messages had, by id: the hash and the bytes."""
    sizes = {sha256: size for sha256, size in files.values() if sha256 in gone}
    return {"media": len(files), "bytes": sum(sizes.values())}


_FORGETS: Mapping[Keeps, Callable[[Tx, Sequence[OldMessage]], dict[str, int]]] = {
    Keeps.TEXTS: _forget_texts,
    Keeps.MEDIA: _forget_files,
    Keeps.EVIDENCE: _forget_evidence,
}
