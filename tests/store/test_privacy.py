"""The data directory is private, and stays its owner's whoever runs a command on it."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from appliance.clock import SystemClock
from appliance.errors import SetupError
from appliance.runtime.complaints import about_folder
from appliance.runtime.instance_lock import only_instance
from appliance.store import privacy
from appliance.store.store import Store

ROOT = Path(__file__).parents[2]
SERVICE = 65534
"""The user `nobody` stands for the service's user."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def modes(folder: Path) -> set[str]:
    """The rights of others on each part of the folder, and on the folder."""
    found = [folder, *folder.rglob("*")]
    return {oct(path.stat().st_mode & 0o077) for path in found}


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in [folder, *folder.rglob("*")]}


def balie(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    """As started from a shell with the usual umask."""
    command = [sys.executable, "-m", "appliance", *words, "--data", str(data)]
    return subprocess.run(
        command, cwd=ROOT, umask=0o022, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_a_running_balie_makes_is_private(tmp_path: Path, umask: None) -> None:
    """Database, lock, copies and pictures can be read by their owner only."""
    data = tmp_path / "data"
    privacy.keep_private(data)
    with only_instance(data):
        store = Store(data / "balie.db", SystemClock())
        (data / "media" / "evidence").mkdir(parents=True)
        (data / "media" / "evidence" / "screen.png").write_bytes(b"picture")
        assert modes(data) == {"0o0"}
        store.close()


def test_the_command_line_makes_nothing_that_others_read(tmp_path: Path) -> None:
    """A directory that a verb makes is as private as one that `run` makes, copies included."""
    data = tmp_path / "data"
    assert balie("backup", data=data).returncode == 0
    assert modes(data) == {"0o0"}


def test_an_open_directory_is_closed(tmp_path: Path, umask: None) -> None:
    """The next command closes what an older Balie left readable."""
    data = tmp_path / "data"
    Store(data / "balie.db", SystemClock()).close()
    (data / "backups").mkdir()
    (data / "backups" / "old.db").touch()
    data.chmod(0o755)
    assert modes(data) == {"0o55", "0o44"}
    privacy.keep_private(data)
    assert modes(data) == {"0o0"}


def test_a_folder_that_is_no_data_directory_is_left_alone(tmp_path: Path, umask: None) -> None:
    """A home directory that was named by mistake keeps its modes."""
    (tmp_path / "letter").touch()
    tmp_path.chmod(0o755)
    privacy.keep_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.fixture
def of_service() -> Iterator[Path]:
    """A data directory of the service, in a place that the service can reach."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        Store(data / "balie.db", SystemClock()).close()
        for path in [data, *data.iterdir()]:
            os.chown(path, SERVICE, SERVICE)
        yield data


@as_root
def test_root_leaves_nothing_behind_that_the_service_cannot_write(of_service: Path) -> None:
    """The files of root's backup belong to the service, also the folder of the copies."""
    beside = Store(of_service / "balie.db", SystemClock())
    done = balie("backup", data=of_service)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((of_service / "backups").iterdir())
    assert owners(of_service) == {SERVICE}
    beside.close()


@as_root
def test_a_database_that_root_makes_for_the_service_is_the_services(tmp_path: Path) -> None:
    """A first command as root, before the service ever ran, does not lock the service out."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    os.chown(data, SERVICE, SERVICE)
    assert balie("branch", "add", "--name", "Utrecht", data=data).returncode == 0
    assert owners(data) == {SERVICE}


@as_root
def test_a_file_with_a_second_name_is_given_to_nobody(of_service: Path, tmp_path: Path) -> None:
    """The service cannot make root give it a file from another place."""
    secret = tmp_path / "secret"
    secret.touch()
    os.link(secret, of_service / "mine-now") if _one_disk(secret, of_service) else None
    (of_service / "pointer").symlink_to(secret)
    privacy.hand_over(of_service)
    assert secret.stat().st_uid == 0


def _one_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


@as_root
@pytest.mark.parametrize("verb", ["run", "demo"])
def test_root_runs_no_balie_in_somebody_elses_directory(of_service: Path, verb: str) -> None:
    """The sentence names the user to run it as, and no file of root's is left there."""
    done = balie(verb, data=of_service)
    assert done.returncode == 1
    assert "belongs to nobody: run Balie as its owner, with sudo -u nobody" in done.stderr
    assert owners(of_service) == {SERVICE}


@as_root
def test_root_runs_balie_in_a_directory_of_its_own(tmp_path: Path, of_service: Path) -> None:
    """An existing directory, and a new one."""
    for data in (tmp_path, tmp_path / "new"):
        with only_instance(data):
            assert owners(data) == {0}
    with pytest.raises(SetupError, match="belongs to nobody"), only_instance(of_service):
        pass


@as_root
def test_pictures_that_root_left_are_told_and_given_back(of_service: Path, umask: None) -> None:
    """At any depth doctor names them, and root's next command gives them to the service."""
    privacy.keep_private(of_service)
    attempt = of_service / "media" / "evidence" / "attempt"
    attempt.mkdir(parents=True)
    (attempt / "screen.png").touch(0o600)
    for folder in (attempt, attempt.parent, attempt.parent.parent):
        os.chown(folder, SERVICE, SERVICE)
    (of_another,) = about_folder(of_service)
    assert of_another.sentence == "It is nobody's, but somebody else's is: screen.png."
    privacy.hand_over(of_service)
    assert owners(of_service) == {SERVICE}
    assert about_folder(of_service) == []


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A system folder with a file that everybody may read."""
    found = tmp_path / "system"
    found.mkdir()
    (found / "fresh").touch()
    (found / "fresh").chmod(0o644)
    found.chmod(0o755)
    return found


@pytest.mark.parametrize("link", ["backups", "backups/inner", "media"])
def test_a_link_leads_no_command_out_of_the_directory(
    tmp_path: Path, elsewhere: Path, umask: None, link: str
) -> None:
    """The content of a linked folder is another's: it is neither closed nor reported."""
    data = tmp_path / "data"
    Store(data / "balie.db", SystemClock()).close()
    (data / link).parent.mkdir(exist_ok=True)
    (data / link).symlink_to(elsewhere)
    privacy.keep_private(data)
    assert stat.S_IMODE((elsewhere / "fresh").stat().st_mode) == 0o644
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    assert privacy.loose(data) == []


@as_root
@pytest.mark.parametrize("link", ["backups", "backups/inner", "media"])
def test_a_link_makes_root_give_nothing_away(of_service: Path, elsewhere: Path, link: str) -> None:
    """The service links to a system folder; root's next command leaves that folder to root."""
    (of_service / link).parent.mkdir(exist_ok=True)
    (of_service / link).symlink_to(elsewhere)
    privacy.hand_over(of_service)
    assert owners(elsewhere) == {0}


@as_root
def test_a_link_that_comes_while_root_works_changes_nothing(
    of_service: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the look and before the change of owner, the folder of the copies becomes a link."""
    copies = of_service / "backups"
    copies.mkdir()
    (copies / "fresh").touch()
    give, modes_to = os.chown, os.chmod

    def swap() -> None:
        if not copies.is_symlink():
            copies.rename(of_service / "aside")
            copies.symlink_to(elsewhere)

    def swapped_chown(path: str, uid: int, gid: int, **how: bool) -> None:
        swap()
        give(path, uid, gid, **how)

    def swapped_chmod(path: str, mode: int, **how: bool) -> None:
        swap()
        modes_to(path, mode, **how)

    monkeypatch.setattr(os, "chown", swapped_chown)
    monkeypatch.setattr(os, "chmod", swapped_chmod)
    privacy.hand_over(of_service)
    privacy.keep_private(of_service)
    assert owners(elsewhere) == {0}
    assert stat.S_IMODE((elsewhere / "fresh").stat().st_mode) == 0o644


@as_root
def test_a_second_name_of_a_file_of_the_system_closes_nothing(
    of_service: Path, umask: None
) -> None:
    """A file that everybody may read stays so, whatever other name it gets."""
    system = of_service.parent / "system"
    system.touch()
    system.chmod(0o644)
    os.link(system, of_service / "mine-now")
    privacy.keep_private(of_service)
    assert stat.S_IMODE(system.stat().st_mode) == 0o644


def test_a_directory_that_is_a_link_is_closed(tmp_path: Path, umask: None) -> None:
    """The data stays private for an owner who keeps it on another disk."""
    data = tmp_path / "disk"
    Store(data / "balie.db", SystemClock()).close()
    data.chmod(0o755)
    (tmp_path / "data").symlink_to(data)
    privacy.keep_private(tmp_path / "data")
    assert modes(data) == {"0o0"}
    assert privacy.loose(tmp_path / "data") == []


@as_root
def test_doctor_says_what_is_open_and_whose_it_is(of_service: Path) -> None:
    """It names the command that repairs each."""
    (of_service / "backups").mkdir(mode=0o755)
    of_service.chmod(0o750)
    open_to_others, of_another = about_folder(of_service)
    assert "Others on this machine may read it: data" in open_to_others.sentence
    assert "chmod --recursive go=" in open_to_others.remedy
    assert of_another.sentence == "It is nobody's, but somebody else's is: backups."
    assert of_another.remedy == f"As root: chown --recursive nobody {of_service}"
