"""What a welcome and the sentence about privacy said, and since when."""

from functools import partial

import pytest

from appliance.clock import ManualClock
from appliance.store import branch_settings, branches, line_rules, lines, wordings
from appliance.store.store import Store, Tx
from appliance.store.wordings import SaidWording, WordingKind

PRIVACY = ("Privacy: https://flexwerk.nl/privacy", "Wij bewaren dit: https://flexwerk.nl/p")


@pytest.fixture
def line(store: Store) -> tuple[str, str]:
    def add(tx: Tx) -> tuple[str, str]:
        branch_id = branches.add_branch(tx, "Tilburg")
        return branch_id, lines.add_line(tx, branch_id=branch_id, number="+31612345678")

    return store.write(add)


def said(store: Store, line: tuple[str, str], kind: WordingKind, at_ms: int) -> SaidWording | None:
    branch_id, line_id = line
    return store.read(
        lambda conn: wordings.said_at(conn, kind, branch_id=branch_id, line_id=line_id, at_ms=at_ms)
    )


def test_a_change_of_the_words_leaves_what_was_said_before(
    store: Store, clock: ManualClock, line: tuple[str, str]
) -> None:
    """A change of something else is no new version."""
    times = []
    for text in PRIVACY:
        clock.advance(s=60)
        for patch in ({"privacy_text": text}, {"opens": "07:30"}, {"opens": "08:00"}):
            store.write(partial(branch_settings.change, branch_id=line[0], patch=patch, by="cli"))
        times.append(clock.now_ms())
    found = [said(store, line, WordingKind.PRIVACY, at_ms) for at_ms in times]
    assert [each and each.words for each in found] == [(PRIVACY[0],), (PRIVACY[1],)]
    assert said(store, line, WordingKind.PRIVACY, times[0] - 60_000) is None
    assert len(store.read(lambda conn: wordings.of_branch(conn, line[0]))) == 2


def test_a_number_says_its_own_words_until_it_has_none(
    store: Store, clock: ManualClock, line: tuple[str, str]
) -> None:
    branch = {"welcome_text": "Welkom bij Tilburg"}
    store.write(lambda tx: branch_settings.change(tx, line[0], branch, by="cli"))
    heard = []
    for rule in ({"on": True, "variants": ("Hoi", "Hallo")}, {"on": False}, {"on": True}):
        clock.advance(s=60)
        patch = {"welcome": rule}
        store.write(partial(line_rules.change, line_id=line[1], patch=patch, by="cli"))
        found = said(store, line, WordingKind.WELCOME, clock.now_ms())
        heard.append(found and found.words)
    assert heard == [("Hoi", "Hallo"), (), ("Welkom bij Tilburg",)]
