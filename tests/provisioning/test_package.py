"""The package: what lies in it, and that the same project gives the same bytes.

Its Python packages are fetched by `provisioning/deb` alone; here some small ones stand for them.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from provisioning.package.archive import check_version, write_archive
from provisioning.package.tree import ROOT, Release, lay_out
from provisioning.package.wheels import (
    PYTHONS,
    PackageError,
    Target,
    lay_over,
    pins_for,
    tidy,
)

RELEASE = Release(version="1.2.3", epoch=1_700_000_000)
LOCK = """one==1.0 \\
    --hash=sha256:aa
old==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
windows==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:dd
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def built(folder: Path) -> Path:
    """With a tree of its own, as another machine would make it."""
    libraries = write(
        folder / "libraries", {"pure/__init__.py": "", "pure-1.dist-info/METADATA": ""}
    )
    tree = folder / "tree"
    tree.mkdir(parents=True)
    lay_out(tree, RELEASE, libraries)
    return write_archive(tree, RELEASE, "arm64", folder / "out", effort=0)


def told(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("package"))


def test_two_builds_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    """Whoever builds it, whenever, with whatever umask."""
    before = os.umask(0o077)
    try:
        time.sleep(1.1)  # an archive that held the time of the build would differ by now
        again = built(tmp_path)
    finally:
        os.umask(before)
    assert again.name == "balie_1.2.3_arm64.deb"
    assert again.read_bytes() == package.read_bytes()


def test_everything_is_at_its_place_and_roots(package: Path) -> None:
    """Programs can be run, the rest can be read, and nothing is anybody's but root's."""
    lines = [line.split() for line in told("dpkg-deb", "--contents", package).splitlines()]
    modes = {words[5]: words[0] for words in lines}
    assert {words[1] for words in lines} == {"root/root"}
    for name in ("usr/bin/balie", "usr/lib/balie/bin/balie", "usr/lib/balie/bin/compile"):
        assert modes[f"./{name}"] == "-rwxr-xr-x"
    for name in (
        "usr/lib/balie/lib/pure/__init__.py",
        "usr/lib/balie/lib/appliance/api/web/locale/nl/balie.po",
        "usr/lib/balie/lib/appliance/api/web/static/vendor/htmx.min.js",
        "usr/lib/balie/lib/appliance/box/nginx_site.conf",
        "usr/lib/systemd/system/balie.service",
        "usr/lib/systemd/system/balie-tls.timer",
        "usr/lib/systemd/system/nginx.service.d/balie.conf",
        "usr/lib/sysusers.d/balie.conf",
        "usr/lib/udev/rules.d/70-balie-modem.rules",
        "etc/nginx/sites-available/balie",
        "etc/balie/balie.toml",
        "usr/share/balie/etc-balie/balie.toml",
    ):
        assert modes[f"./{name}"] == "-rw-r--r--"
    assert not [name for name in modes if "__pycache__" in name or "node_modules" in name]


def test_it_brings_every_template_compiled(package: Path) -> None:
    """No page of an installed Balie waits for the compiler, and nobody beside it."""
    folder = "./usr/lib/balie/lib/appliance/api/web/templates/"
    lines = told("dpkg-deb", "--contents", package).splitlines()
    names = {line.split()[5].removeprefix(folder) for line in lines if folder in line}
    texts = {name for name in names if name.endswith((".html", ".js"))}
    assert texts
    brought = {f"compiled/{ModuleLoader.get_module_filename(name)}" for name in texts}
    assert brought == {name for name in names if name.endswith(".py")}


def test_what_an_administrator_changes_is_a_setting(package: Path, tmp_path: Path) -> None:
    """It stays on upgrades; nginx's site is no part of what is enabled before its certificates
    exist.
    """
    told("dpkg-deb", "--control", package, tmp_path)
    settings = (tmp_path / "conffiles").read_text("utf-8").split()
    assert settings == ["/etc/balie/balie.toml", "/etc/nginx/sites-available/balie"]
    assert "sites-enabled" not in told("dpkg-deb", "--contents", package)
    for name in ("postinst", "prerm", "postrm"):
        assert os.access(tmp_path / name, os.X_OK)
    assert (tmp_path / "templates").is_file()


def test_the_control_file_says_what_it_needs(package: Path) -> None:
    """A Debian whose Python has no compiled parts in it does not take it."""
    fields = {
        name: told("dpkg-deb", "--field", package, name)
        for name in ("Version", "Architecture", "Depends", "Installed-Size")
    }
    assert fields["Version"].strip() == "1.2.3"
    assert fields["Architecture"].strip() == "arm64"
    assert int(fields["Installed-Size"]) > 1000
    for needed in ("python3 (>= 3.11)", "python3 (<< 3.14)", "adb", "nginx-light | nginx"):
        assert needed in fields["Depends"]


def test_it_starts_what_lasts_and_enables_what_the_machine_starts(
    package: Path, tmp_path: Path
) -> None:
    """A unit says by itself which it is; what runs once is started by nothing but its trigger."""
    told("dpkg-deb", "--extract", package, tmp_path)
    enabled, started = (
        (tmp_path / "usr/lib/balie/units" / name).read_text("utf-8").split()
        for name in ("enabled", "started")
    )
    assert {"balie.service", "balie-adb.service", "balie-tls.timer"} <= set(started)
    assert "balie-tls.service" in enabled
    assert "balie-tls.service" not in started
    assert set(started) <= set(enabled)
    assert "balie-office@.service" not in enabled, "nobody has said at which port"


def test_it_knows_its_own_version(package: Path, tmp_path: Path) -> None:
    """Also where Python is asked for it; no clock that stands before its day counts."""
    told("dpkg-deb", "--extract", package, tmp_path)
    lib = tmp_path / "usr/lib/balie/lib"
    ask = (
        "from importlib.metadata import version; from appliance import __version__;"
        " from appliance.box.build import this_build; b = this_build();"
        " print(version('balie'), __version__, b.version, int(b.built.timestamp()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(lib)}
    command = [str(ROOT / ".venv/bin/python"), "-P", "-c", ask]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.2.3", "1.2.3", "1.2.3", str(RELEASE.epoch)]


def test_a_pin_counts_where_its_marker_says() -> None:
    """Judged for the Python of the target, not for the one that builds."""
    pins = [dict(pins_for(LOCK, Target(arch="arm64", python=python))) for python in PYTHONS]
    assert [sorted(each) for each in pins] == [["old", "one"], ["one"]]
    assert pins[0]["old"] == "old==2.0 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    with pytest.raises(PackageError, match="no pin"):
        list(pins_for("one>=1.0", Target(arch="arm64", python="3.11")))


def test_what_is_pure_stands_once(tmp_path: Path) -> None:
    """What is compiled stands beside itself, once a Python; what differs otherwise is refused."""
    for python in ("311", "313"):
        facts = {"a/__init__.py": "same", f"a/_c.cpython-{python}-aarch64-linux-gnu.so": python}
        facts |= {"a-1.dist-info/RECORD": python, "bin/a": python, "a/t64.exe": python}
        tidy(write(tmp_path / python, facts))
    folders = [tmp_path / "311", tmp_path / "313"]
    lay_over(folders, tmp_path / "laid")
    names = sorted(each.name for each in (tmp_path / "laid").rglob("*") if each.is_file())
    assert names == [
        "__init__.py",
        "_c.cpython-311-aarch64-linux-gnu.so",
        "_c.cpython-313-aarch64-linux-gnu.so",
    ]
    write(tmp_path / "313", {"a/__init__.py": "other"})
    with pytest.raises(PackageError, match="differs"):
        lay_over(folders, tmp_path / "again")


@pytest.mark.parametrize("version", ["1.2.0", "1.3.0~rc1", "2.0+git1"])
def test_a_version_is_one_for_dpkg(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize("version", ["", "one", "1.0 2", "1_0", "1.0\nDepends: x"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(PackageError):
        check_version(version)
