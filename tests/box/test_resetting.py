"""A box is as it was when it came, whenever the power goes, and whoever opted out stays out."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.box import asking_stick, box_reset, resetting
from appliance.box.box_reset import ResetPlaces
from appliance.box.keeper.entry import only_update
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


def box_in(folder: Path) -> ResetPlaces:
    """With keys, what an update left, and settings with a secret; its data are `folder/data`."""
    (folder / "adb").mkdir()
    (folder / "adb" / "adbkey").write_bytes(b"x")
    (folder / "home.key").write_bytes(b"x")
    for name in ("updates/lock", "updates/state.0", "updates/packages/good.deb", "etc/tls/ca.key"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    (folder / "etc" / "balie.toml").write_text("pin = '1234'")
    (folder / "etc" / "environment").write_text("BALIE_COPIES={}")
    (folder / "given").mkdir()
    (folder / "given" / "balie.toml").write_text("# as it came")
    return ResetPlaces(
        data=folder / "data",
        kept=folder / "kept",
        things=(folder / "adb", folder / "home.key", folder / "not-there"),
        updates=folder / "updates",
        settings=folder / "etc",
        given=folder / "given",
    )


def is_as_it_came(places: ResetPlaces) -> bool:
    """Of what is beside the data; a folder that something needs is there, empty."""
    folder = places.kept.parent
    left = {name: sorted(each.name for each in (folder / name).iterdir()) for name in EMPTIED}
    settings = (places.settings / "balie.toml").read_text()
    return left == EMPTIED and settings == "# as it came" and not (folder / "home.key").exists()


EMPTIED = {
    "kept": [],
    "adb": [],
    "updates": ["lock", "packages"],
    "updates/packages": [],
    "etc": ["balie.toml", "tls"],
    "etc/tls": [],
}


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
    places = box_in(tmp_path)
    box_reset.begin(places)
    box_reset.go_on(places)
    assert is_as_it_came(places)
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


@pytest.mark.parametrize("number", range(1, 18))
def test_a_power_cut_at_any_step_is_made_good(tmp_path: Path, number: int) -> None:
    """The next start does what is left; before the first step nothing was touched."""
    data = tmp_path / "data"
    lived_in(data)
    places = box_in(tmp_path)
    box_reset.begin(places)
    try:
        box_reset.go_on(places, step=cut_at(number))
    except PowerCut:
        if resetting.is_begun(data):
            (data / "balie.db").write_bytes(b"what a hasty program made meanwhile")
    box_reset.go_on(places)
    assert is_as_it_came(places)
    assert not resetting.is_begun(data)
    assert {each.name for each in data.iterdir()} <= {"erasures.jsonl", "house-key", "balie.lock"}
    closed = [each for each in erasure_journal.read(data) if each.what is JournalWhat.CLOSED]
    assert [each.line_id for each in closed] == [None]
    box_reset.go_on(places)


def test_root_clears_nothing_by_a_file_that_balies_user_can_write(tmp_path: Path) -> None:
    """Whoever broke into Balie would have the box forget its keys at the next start."""
    places = box_in(tmp_path)
    lived_in(places.data)
    (places.data / "reset.jsonl").write_bytes(b"")
    box_reset.go_on(places)
    assert (tmp_path / "adb" / "adbkey").exists()
    unit = Path(__file__).parents[2] / "systemd" / "box" / "balie-reset.service"
    conditions = re.findall(r"^Condition\w+=(.*)$", unit.read_text("utf-8"), re.MULTILINE)
    assert conditions == ["|/data/box/reset-*", "|/var/lib/balie-box/reset-*"]


def test_what_fails_is_done_at_the_next_start_and_nothing_is_done_twice(tmp_path: Path) -> None:
    """What Balie has made anew since then stays: the keys that browsers and phones know now."""
    places = box_in(tmp_path)
    lived_in(places.data)
    (tmp_path / "no-folder").touch()
    broken = replace(places, things=(tmp_path / "no-folder" / "key", *places.things))
    box_reset.begin(broken)
    with pytest.raises(NotADirectoryError):
        box_reset.go_on(broken)
    assert not (places.data / "media").exists()
    assert not (tmp_path / "adb" / "adbkey").exists()
    made_anew = (places.data / "balie.db", tmp_path / "adb" / "adbkey", tmp_path / "etc" / "more")
    for each in made_anew:
        each.write_bytes(b"new")
    (tmp_path / "no-folder").unlink()
    (tmp_path / "no-folder").mkdir()
    (tmp_path / "no-folder" / "key").write_bytes(b"x")
    box_reset.go_on(broken)
    assert not (tmp_path / "no-folder" / "key").exists()
    assert [each.read_bytes() for each in made_anew] == [b"new"] * 3
    assert list(places.kept.iterdir()) == []


def test_a_box_is_not_reset_in_the_middle_of_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would put its copy of the database back; nothing is stopped."""
    told = manager(tmp_path, "true")
    monkeypatch.setenv("PATH", str(told.with_name("bin")), prepend=":")
    places = box_in(tmp_path)
    lived_in(places.data)
    with only_update(places.updates), pytest.raises(SetupError, match="update"):
        box_reset.reset(places)
    assert (places.data / "media").exists()
    assert not places.kept.exists()
    assert not told.exists()


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
        box_reset.reset(box_in(tmp_path))
    assert told.read_text("ascii").splitlines() == [
        "stop balie-adb.service balie.service",
        "start --no-block balie-tls.service balie-adb.service balie.service",
    ]


def test_units_have_the_time_to_stop_that_they_were_promised() -> None:
    units = Path(__file__).parents[2] / "systemd"
    both = "".join((units / f"{name}.service").read_text() for name in ("balie-adb", "balie"))
    promised = [float(each) for each in re.findall(r"^TimeoutStopSec=(\d+)$", both, re.MULTILINE)]
    assert len(promised) == 2
    assert sum(promised) < box_reset.STOP_WITHIN_S


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
