"""`/usr/bin/balie` of the package: whoever calls it, the data stay Balie's own, and each verb has
the settings of the machine.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from provisioning.package.tree import DEBIAN
from tests.open_folder import open_folder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")

OWNER = "nobody"
STRANGER = "daemon"
_STUB = '#!/bin/sh\necho "$(id -un) ${BALIE_DATA:-none} $*"\n'


@pytest.fixture
def home() -> Iterator[Path]:
    """Where the data lie; the folders above it are open, as they are on a machine."""
    with TemporaryDirectory(dir=open_folder()) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder, "data")


@pytest.fixture
def program(home: Path) -> Path:
    """The real one, with places and the user of this machine."""
    stub = home.parent / "stub"
    stub.write_text(_STUB, "utf-8")
    text = (DEBIAN / "balie").read_text("utf-8")
    for old, new in (
        ("program=/usr/lib/balie/bin/balie", f"program={stub}"),
        ("user=balie", f"user={OWNER}"),
        ("home=/var/lib/balie", f"home={home}"),
        ('-g "$user"', "-g nogroup"),
        ('--regid="$user"', "--regid=nogroup"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = home.parent / "balie"
    path.write_text(text, "utf-8")
    for each in (path, stub):
        each.chmod(0o755)
    return path


def said(program: Path, *words: str, user: str = "root") -> tuple[int, str]:
    command = ["setpriv", f"--reuid={user}", "--clear-groups", str(program), *words]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("more", [[], ["--data", "{home}"], ["--data={home}/"]])
def test_root_works_on_the_data_as_their_owner(program: Path, home: Path, more: list[str]) -> None:
    """Also where the folder was moved aside for a restore: it is made again, for the owner."""
    words = ["restore", "a copy", *(each.format(home=home) for each in more)]
    assert said(program, *words) == (0, f"{OWNER} {home} {' '.join(words)}")
    assert home.owner() == OWNER
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "words",
    [
        ["tls", "renew"],
        ["update", "check"],
        ["box", "reset", "--typed", "RESET"],
        ["line", "list", "--data", "/elsewhere"],
        [],
    ],
)
def test_what_keeps_to_no_data_of_the_machine_stays_the_callers(
    program: Path, words: list[str]
) -> None:
    assert said(program, *words) == (0, f"root none {' '.join(words)}".strip())


def test_another_user_is_told_what_to_do(program: Path) -> None:
    """Help is for everybody."""
    status, sentence = said(program, "line", "list", user=STRANGER)
    assert status == 1
    assert sentence.endswith("Do: sudo balie line list")
    assert said(program, "box", "code", user=STRANGER)[1].endswith("Do: sudo balie box code")
    assert said(program, "line", "--help", user=STRANGER) == (0, f"{STRANGER} none line --help")


@pytest.mark.parametrize("words", [["run", "--data", "/d"], ["doctor"], ["backup"], ["update"]])
def test_every_verb_has_the_settings_of_the_machine(home: Path, words: list[str]) -> None:
    """As the running Balie has them; who may not read them, or names others, has none or those."""
    settings, python = home.parent / "balie.toml", home.parent / "python"
    settings.write_text("port = 9000\n", "utf-8")
    python.write_text('#!/bin/sh\necho "${BALIE_CONFIG-none} $*"\n', "utf-8")
    text = (DEBIAN / "launcher").read_text("utf-8")
    for old, new in (("/etc/balie/balie.toml", settings), ("/usr/bin/python3", python)):
        assert old in text
        text = text.replace(old, str(new))
    launcher = home.parent / "launcher"
    launcher.write_text(text, "utf-8")
    for each in (launcher, python):
        each.chmod(0o755)
    called = f"-sP -m appliance {' '.join(words)}"
    assert said(launcher, *words) == (0, f"{settings} {called}")
    settings.chmod(0o600)
    assert said(launcher, *words, user=STRANGER) == (0, f"none {called}")
    other = ("env", "BALIE_CONFIG=/other", str(launcher), *words)
    assert subprocess.check_output(other, text=True) == f"/other {called}\n"


@pytest.mark.parametrize(
    ("owner", "mode", "becomes"),
    [
        ("root:root", "644", "root:nogroup:640"),
        (f"{OWNER}:nogroup", "600", "root:nogroup:640"),
        ("root:root", "600", "root:root:600"),
        (f"{OWNER}:nogroup", "640", f"{OWNER}:nogroup:640"),
    ],
)
def test_settings_are_roots_to_write_and_balies_to_read(
    tmp_path: Path, owner: str, mode: str, becomes: str
) -> None:
    """As each package left them; what an administrator did stays."""
    settings = tmp_path / "balie.toml"
    settings.touch()
    subprocess.run(["chown", owner, settings], check=True)
    settings.chmod(int(mode, 8))
    script = (DEBIAN / "postinst").read_text("utf-8")
    _, name, rest = script.partition("keep_settings_private() {\n")
    body = rest.partition("\n}\n")[0].replace("balie:balie", f"{OWNER}:nogroup")
    body = body.replace("root:balie", "root:nogroup")
    command = f"settings={settings}\n{name}{body}\n}}\nkeep_settings_private"
    subprocess.run(["sh", "-euc", command], check=True)
    told = subprocess.check_output(["stat", "-c", "%U:%G:%a", settings], text=True)
    assert told.strip() == becomes
