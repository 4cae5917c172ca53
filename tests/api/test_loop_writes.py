"""Writes of the event loop: each on its own, all on one commit, none after its caller left."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.errors import Refused, StoreUnavailable
from appliance.reasons import Reason
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store


def put(name: str) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.conn.execute("INSERT INTO meta (name, value) VALUES (?, '')", (name,))
        if name == "refused":
            raise Refused(Reason.CANNOT_CANCEL, "No.")
        return name

    return work


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", clock)
    yield opened
    opened.close()


def names(store: Store) -> set[str]:
    return store.read(lambda conn: {row[0] for row in conn.execute("SELECT name FROM meta")})


def test_writes_of_one_round_share_a_commit(store: Store) -> None:
    commits: list[None] = []
    store.on_commit(lambda: commits.append(None))

    async def burst() -> list[str]:
        return await asyncio.gather(*(store.awrite(put(f"n{each}")) for each in range(40)))

    assert asyncio.run(burst()) == [f"n{each}" for each in range(40)]
    assert len(commits) == 1


def test_one_that_fails_takes_only_itself_back(store: Store) -> None:
    async def burst() -> list[str | BaseException]:
        works = [put(name) for name in ("before", "refused", "after")]
        return await asyncio.gather(*map(store.awrite, works), return_exceptions=True)

    first, second, third = asyncio.run(burst())
    assert (first, third) == ("before", "after")
    assert isinstance(second, Refused)
    assert names(store) >= {"before", "after"}
    assert "refused" not in names(store)


def test_a_caller_who_went_away_has_nothing_written(store: Store) -> None:
    async def leave() -> None:
        writing = asyncio.create_task(store.awrite(put("gone")))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await store.awrite(put("stayed"))

    asyncio.run(leave())
    assert "stayed" in names(store)
    assert "gone" not in names(store)


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable):
        asyncio.run(store.awrite(put("late")))


def test_each_loop_has_its_own(store: Store) -> None:
    """A store lives longer than a loop: the tests and the command line use several loops."""
    for name in ("one", "two"):
        assert asyncio.run(store.awrite(put(name))) == name
