"""A box is as it was when it came, whenever the power goes, and whoever opted out stays out."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.box import asking_stick, resetting
from appliance.clock import SystemClock
from appliance.desk.privacy.erasing import again
from appliance.errors import SetupError
from appliance.identities import Identity, tel
from appliance.runtime import setup_code
from appliance.store import branches, consent, contacts, erasure_journal, lines
from appliance.store.consent import ConsentKind
from appliance.store.erasure_journal import ErasureEntry, JournalWhat
from appliance.store.house_key import HouseKey
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store

OUT, IN, AGAIN = (tel(f"+3165550040{n}") for n in range(3))
LATER_NUMBER = "+31612345699"


class PowerCut(Exception):
    """At this step."""


def lived_in(data: Path) -> None:
    """A box on which one person opted out, one agreed, and one opted out and in again."""
    store = fresh_store(data / "balie.db", SystemClock())

    def live(tx: Tx) -> None:
        branch = branches.add_branch(tx, "Utrecht")
        line = lines.add_line(tx, branch_id=branch, number="+31612345678")
        told = {
            OUT: [ConsentKind.WROTE_FIRST, ConsentKind.OPTED_OUT],
            IN: [ConsentKind.WROTE_FIRST],
            AGAIN: [ConsentKind.OPTED_OUT, ConsentKind.OPTED_IN_AGAIN],
        }
        for who, kinds in told.items():
            contact = contacts.ensure(tx, who)
            for kind in kinds:
                consent.record(
                    tx,
                    identity=who,
                    contact_id=contact,
                    line_id=line,
                    kind=kind,
                    recorded_by="test",
                )

    store.write(live)
    store.close()
    (data / "media").mkdir()
    (data / "media" / "photo").write_bytes(b"x")
    (data / "backups").mkdir()
    (data / "backups" / "balie-1.db").write_bytes(b"x")
    (data / "link").symlink_to(data.parent / "elsewhere")
    (data.parent / "elsewhere").mkdir()
    (data.parent / "elsewhere" / "keep").write_bytes(b"x")


def beside(folder: Path) -> list[Path]:
    (folder / "adb").mkdir()
    (folder / "adb" / "adbkey").write_bytes(b"x")
    (folder / "home.key").write_bytes(b"x")
    return [folder / "adb", folder / "home.key", folder / "not-there"]


def is_out(store: Store, who: Identity) -> bool:
    """Whether this person may not be written to, once they write to a number of later."""

    def writes(tx: Tx) -> bool:
        line = next(iter(lines.lines(tx.conn)), None)
        line_id = (
            line.id
            if line
            else lines.add_line(tx, branch_id=branches.add_branch(tx, "Breda"), number=LATER_NUMBER)
        )
        contacts.ensure(tx, who)
        return consent.verdict(tx.conn, line_id, who).opted_out

    return store.write(writes)


def says_start(tx: Tx) -> None:
    contact = contacts.by_identity(tx.conn, OUT)
    assert contact is not None
    consent.record(
        tx,
        identity=OUT,
        contact_id=contact.id,
        line_id=lines.lines(tx.conn)[0].id,
        kind=ConsentKind.OPTED_IN_AGAIN,
        recorded_by="test",
    )


def cut_at(number: int) -> Callable[[str], None]:
    steps = []

    def step(what: str) -> None:
        steps.append(what)
        if len(steps) == number:
            raise PowerCut(what)

    return step


def test_everything_goes_but_who_opted_out(tmp_path: Path) -> None:
    """Of them only what stands for them is left; a link goes, and not what it leads to."""
    data = tmp_path / "data"
    lived_in(data)
    key = HouseKey.of(data).names
    resetting.begin(data)
    resetting.finish(data, beside(tmp_path))
    left = {each.name for each in data.iterdir()}
    assert left <= {"erasures.jsonl", "house-key", "balie.lock"}
    assert OUT.value not in (data / "erasures.jsonl").read_text("utf-8")
    assert (tmp_path / "elsewhere" / "keep").exists()
    assert list((tmp_path / "adb").iterdir()) == []
    assert not (tmp_path / "home.key").exists()
    assert HouseKey.of(data).names == key
    store = fresh_store(data / "balie.db", SystemClock())
    try:
        again.obey_journal(store)
        assert [is_out(store, each) for each in (OUT, IN, AGAIN)] == [True, False, False]
        store.write(says_start)
        assert not is_out(store, OUT)
        again.obey_journal(store)
        assert not is_out(store, OUT), "a later start does not close it again"
    finally:
        store.close()


@pytest.mark.parametrize("number", range(1, 11))
def test_a_power_cut_at_any_step_is_made_good(tmp_path: Path, number: int) -> None:
    """The next start does what is left; before the first step nothing was touched."""
    data = tmp_path / "data"
    lived_in(data)
    places = beside(tmp_path)
    resetting.begin(data)
    try:
        resetting.finish(data, places, step=cut_at(number))
    except PowerCut:
        if resetting.is_begun(data):
            (data / "balie.db").write_bytes(b"what a hasty program made meanwhile")
    resetting.finish(data, places)
    assert not resetting.is_begun(data)
    assert {each.name for each in data.iterdir()} <= {"erasures.jsonl", "house-key", "balie.lock"}
    closed = [each for each in erasure_journal.read(data) if each.what is JournalWhat.CLOSED]
    assert [each.line_id for each in closed] == [None]
    resetting.finish(data, places)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_begins_is_the_box_s_own_as_soon_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut behind it leaves a journal that Balie can read, and not one of root's."""
    data = tmp_path / "data"
    lived_in(data)
    os.chown(data, 65534, 65534)

    def cut(part: Path, target: Path) -> Path:
        named = rename(part, target)
        raise PowerCut(named)

    rename = Path.replace
    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(PowerCut):
        resetting.begin(data)
    monkeypatch.undo()
    resetting.finish(data)
    journal = (data / erasure_journal.FILE).stat()
    assert (journal.st_uid, journal.st_gid) == (65534, 65534)


def test_what_was_opened_again_is_not_closed_by_a_reset() -> None:
    """Of each line the last word counts; the newest closing stands for all of them."""

    def said(what: JournalWhat, at_ms: int, line: str | None) -> ErasureEntry:
        return ErasureEntry(what=what, scheme="tel", stands_for="x", at_ms=at_ms, line_id=line)

    closed, opened, erased_ = JournalWhat.CLOSED, JournalWhat.OPENED, JournalWhat.ERASED
    entries = [said(closed, 1, "a"), said(closed, 2, "b"), said(opened, 3, "a")]
    assert list(resetting.condensed(entries)) == [said(closed, 2, None)]
    assert list(resetting.condensed([*entries, said(opened, 4, "b")])) == []
    kept = list(resetting.condensed([said(erased_, 1, None), said(erased_, 5, None)]))
    assert kept == [said(erased_, 5, None)]


def manager(folder: Path, stop: str) -> Path:
    """A `systemctl` that notes what it is asked; `stop` is how it stops."""
    program = folder / "bin" / "systemctl"
    program.parent.mkdir()
    told = folder / "told"
    program.write_text(f'#!/bin/sh\necho "$@" >>{told}\n[ "$1" = start ] || {stop}\n', "ascii")
    program.chmod(0o755)
    return told


@pytest.mark.parametrize("stop", ["true", "exit 1"])
def test_a_reset_that_cannot_begin_costs_nobody_the_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    """What was stopped is started again, also where there is nothing to reset."""
    told = manager(tmp_path, stop)
    monkeypatch.setenv("PATH", str(told.with_name("bin")), prepend=":")
    with pytest.raises(SetupError):
        asking_stick.reset(tmp_path / "gone")
    assert told.read_text("ascii").splitlines() == [
        "stop balie-adb.service balie.service",
        "start --no-block balie-tls.service balie-adb.service balie.service",
    ]


def test_units_have_the_time_to_stop_that_they_were_promised() -> None:
    units = Path(__file__).parents[2] / "systemd"
    both = "".join((units / f"{name}.service").read_text() for name in ("balie-adb", "balie"))
    promised = [float(each) for each in re.findall(r"^TimeoutStopSec=(\d+)$", both, re.MULTILINE)]
    assert len(promised) == 2
    assert sum(promised) < asking_stick.STOP_WITHIN_S


def test_no_link_of_a_stick_leads_root_to_a_file_of_the_box(tmp_path: Path) -> None:
    folder, data = tmp_path / "stick", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    (data / "setup-code").write_text("k7qd-aaaa-bbbb-cccc\n", "ascii")
    (data / "balie.db").write_bytes(b"all")
    (folder / asking_stick.TELLS).symlink_to(data / "balie.db")
    asking_stick.obey(folder, data, lambda: None)
    assert (data / "balie.db").read_bytes() == b"all"
    assert b"k7qd" in (folder / asking_stick.TELLS).read_bytes()


def test_a_set_up_code_that_a_terminal_would_obey_is_none(tmp_path: Path) -> None:
    """Root shows it on its own screen, and Balie's user may have written it."""
    folder = tmp_path / "stick"
    folder.mkdir()
    (tmp_path / "setup-code").write_bytes(b"k7qd\x1b]0;root\x07-aaaa\n")
    asking_stick.obey(folder, tmp_path, lambda: None)
    assert list(folder.iterdir()) == []
    assert setup_code.kept(tmp_path).isprintable()


def test_a_stick_asks_once(tmp_path: Path) -> None:
    """With the word alone; its file has another name before anything is deleted, so that a stick
    that is left in resets the box once.
    """
    folder, data = tmp_path / "stick", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    asked: list[bool] = []

    def reset() -> None:
        asked.append((folder / asking_stick.ASKED).exists())

    (folder / asking_stick.ASKS).write_text("please", "ascii")
    asking_stick.obey(folder, data, reset)
    assert asked == []
    (folder / asking_stick.ASKS).write_text("RESET\r\n", "ascii")
    asking_stick.obey(folder, data, reset)
    asking_stick.obey(folder, data, reset)
    assert asked == [True]
    assert not (folder / asking_stick.TELLS).exists(), "there is no set-up code"
    (data / "setup-code").write_text("k7qd-aaaa-bbbb-cccc\n", "ascii")
    asking_stick.obey(folder, data, reset)
    assert b"Set-up code: k7qd-aaaa-bbbb-cccc\r\n" in (folder / asking_stick.TELLS).read_bytes()
