"""The scripts: strict, with few assumptions, and clear when they cannot go on."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASH = [
    path
    for folder in ("scripts", "provisioning", ".ci")
    for path in sorted((ROOT / folder).iterdir())
    if path.is_file() and "bash" in path.read_text("utf-8").partition("\n")[0]
]
#: #: Every Debian has these; the machine of these tests has nothing else.
ESSENTIAL = (
    *("bash", "cat", "dirname", "env", "flock", "grep", "head"),
    *("id", "mkdir", "sha256sum", "tail", "touch", "uname"),
)


def machine(folder: Path, **programs: str) -> dict[str, str]:
    """The environment of a machine that has the essential programs and these.

    A program is made exclusively: written through a link it would replace the real one.
    """
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True)
    for name in set(ESSENTIAL) - set(programs):
        real = shutil.which(name)
        assert real is not None
        (bin_folder / name).symlink_to(real)
    for name, text in programs.items():
        with (bin_folder / name).open("x", encoding="utf-8") as program:
            program.write(f"#!{bin_folder}/bash\n{text}\n")
        (bin_folder / name).chmod(0o755)
    return {"PATH": str(bin_folder), "HOME": str(folder)}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in a folder with a space in its name, in which nothing is prepared yet."""
    folder = tmp_path / "a clone"
    for name in ("scripts", "provisioning", "appliance/api/web/frontend"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def prepare(clone: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "scripts" / "prepare", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("path", BASH, ids=lambda path: path.name)
def test_a_script_is_strict_and_can_be_run(path: Path) -> None:
    """An error, an unset name or a broken pipe ends a script; git keeps it executable."""
    assert "\nset -euo pipefail\n" in path.read_text("utf-8")
    assert path.stat().st_mode & stat.S_IXUSR


def test_no_script_names_a_registry() -> None:
    """The machine's settings decide where packages come from, not the project."""
    assert [path.name for path in BASH if "://" in path.read_text("utf-8")] == []


def test_a_wrong_argument_is_refused(clone: Path) -> None:
    """Wrong usage ends with status 2 and the usage, before anything is done."""
    done = prepare(clone, dict(os.environ), "--test")
    assert done.returncode == 2
    assert "Usage: scripts/prepare" in done.stderr
    assert not (clone / ".artifacts").exists()


def test_what_is_missing_is_named_where_nothing_can_install_it(clone: Path, tmp_path: Path) -> None:
    """On a machine without apt-get one sentence names the programs and what to do."""
    done = prepare(clone, machine(tmp_path, npm="exit 0", uname="echo aarch64"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "prepare: This machine lacks python3 python3-venv adb and has no apt-get. "
        "Install them, then run this again.\n"
    )


def test_an_old_python_is_named(clone: Path, tmp_path: Path) -> None:
    """If python3 is too old, nothing is installed and the sentence names the needed version."""
    old = '[[ $1 == --version ]] && echo "Python 3.9.2"; exit $(( $# > 1 ))'
    done = prepare(clone, machine(tmp_path, python3=old))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_apt_is_asked_for_all_at_once_and_its_failure_is_told(clone: Path, tmp_path: Path) -> None:
    """One call installs all; if it fails even after an update, the sentence names the log."""
    calls = tmp_path / "calls"
    programs = {
        "apt-get": f'echo "$*" >>"{calls}"; exit 1',
        "sudo": '[[ $1 == --non-interactive ]] && shift; "$@"',
    }
    env = machine(tmp_path, **programs)
    done = prepare(clone, env, "--tests")
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert str(clone / ".artifacts" / "prepare.log") in done.stderr
    asked = calls.read_text("utf-8").splitlines()
    assert [line.split("recommends ")[1].split()[0] for line in asked] == ["install", "update"]
    assert asked[0].endswith(
        " npm chromium shellcheck gammu gammu-smsd smstools age openssh-client"
    )


def test_tests_do_without_the_headless_shell_where_it_cannot_be_had(
    clone: Path, tmp_path: Path
) -> None:
    """apt-get is asked for it once, and what that means is said each time."""
    calls = tmp_path / "calls"
    present = ("adb", "npm", "chromium", "shellcheck", "gammu", "gammu-smsd", "smsd", "age", "sftp")
    env = machine(
        tmp_path,
        **dict.fromkeys(present, "exit 0"),
        **{"apt-get": f'echo "$*" >>"{calls}"; exit 1', "sudo": 'shift; "$@"'},
        python3="[[ $2 != venv ]]",
    )
    said = [prepare(clone, env, "--tests").stderr for _ in range(2)]
    assert all("chromium-headless-shell is missing, so tests use chromium" in each for each in said)
    assert all("could not make" in each for each in said)  # it went on to the next step
    asked = calls.read_text("utf-8").splitlines()
    assert [line.split("recommends ")[1] for line in asked] == [
        "install chromium-headless-shell",
        "update",
    ]
