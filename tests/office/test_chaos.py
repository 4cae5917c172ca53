"""Faults of some seconds at a head office and its boxes; `scripts/office-chaos` has them longer,
and puts boxes and office back from copies.
"""

from pathlib import Path

import pytest

from tests.office import chaos


@pytest.mark.parametrize("nats", [False, True], ids=["https", "nats"])
def test_nothing_is_lost_or_done_twice_while_cables_are_cut_and_all_are_killed(
    tmp_path: Path, *, nats: bool
) -> None:
    """Each box's own log is the judge of what the office has and of what was done, over HTTPS and
    over a broker whose servers are killed and hang, too.
    """
    found = chaos.run(2, 4.0, 7, tmp_path, rate=10.0, restores=False, nats=nats)
    assert found.is_well, found
    assert found.events > 0
    assert found.commands > 0
    assert found.killed + found.cut + found.servers_killed + found.servers_hung > 0
