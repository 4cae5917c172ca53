"""The tree that the package lays onto a machine: where each file of the project goes."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.api.web import compiled_templates, templating
from provisioning.package.wheels import PackageError

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "provisioning" / "debian"
HOME = Path("usr/lib/balie")
LIB = HOME / "lib"

_DOCS = (
    "README.md",
    "GUIDE.md",
    "API.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CHANNELS.md",
    "SECURITY.md",
)
_VENDOR = ("appliance/api/web/static/vendor", "appliance/paper/vendor")
"""Not in git: `scripts/prepare` fetched them."""
_PLACES = {
    ".service": "usr/lib/systemd/system/{name}",
    ".timer": "usr/lib/systemd/system/{name}",
    ".path": "usr/lib/systemd/system/{name}",
    ".socket": "usr/lib/systemd/system/{name}",
    ".sysusers": "usr/lib/sysusers.d/{stem}.conf",
    ".tmpfiles": "usr/lib/tmpfiles.d/{stem}.conf",
    ".rules": "usr/lib/udev/rules.d/70-{name}",
}
_UNITS = frozenset({".service", ".timer", ".path", ".socket"})
_EXAMPLES = "usr/share/doc/balie/examples/{name}"
_NGINX_DROP_IN = "nginx-balie.conf"
_SETTINGS = "balie.toml"
"""A box takes it from `/usr` when `/etc/balie` is empty: at its first start, and after a reset."""
_ALSO = {
    "launcher": "usr/lib/balie/bin/balie",
    "balie": "usr/bin/balie",
    _SETTINGS: f"etc/balie/{_SETTINGS}",
    "site": "etc/nginx/sites-available/balie",
    "rtupdate": "usr/share/python3/runtime.d/balie.rtupdate",
    "compile": "usr/lib/balie/bin/compile",
    "copyright": "usr/share/doc/balie/copyright",
}
PROGRAMS = frozenset({"launcher", "balie", "rtupdate", "compile"})
_VERSION_LINE = re.compile(r'^__version__ = ".*"$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """`epoch`: seconds since 1970 that every file of the package has as its time."""

    version: str
    epoch: int


def lay_out(tree: Path, release: Release, libraries: Path) -> None:
    """Everything of the package below `tree`; `libraries` are the packages that Balie needs."""
    shutil.copytree(libraries, tree / LIB)
    _lay_balie(tree / LIB, release)
    for name, place in _ALSO.items():
        put(DEBIAN / name, tree / place, mode=0o755 if name in PROGRAMS else 0o644)
    put(DEBIAN / _SETTINGS, tree / "usr/share/balie/etc-balie" / _SETTINGS)
    rooms = (str(page.relative_to(ROOT)) for page in ROOT.glob("appliance/*/README.md"))
    for name in (*_DOCS, *rooms):
        put(ROOT / name, tree / "usr/share/doc/balie" / name)
    _lay_units(tree, ROOT / "systemd")
    (tree / "etc/balie/nginx.d").mkdir(parents=True)
    (tree / "etc/balie/tls").mkdir(mode=0o700)


def _lay_units(tree: Path, folder: Path) -> None:
    """With lists for the scripts of the package: what starts with the machine, and what an
    installation starts at once. What is for a machine that is Balie's alone lies in a folder of its
    own: its units come along, and nothing of it is enabled.
    """
    enabled, started = [], []
    for path in sorted(folder.glob("*")) + sorted(folder.glob("*.d/*")):
        if not path.is_file():
            continue
        put(path, tree / _place(path))
        lines = path.read_text("utf-8").splitlines()
        is_template = path.stem.endswith("@")  # it starts where somebody names what it is for
        if path.suffix in _UNITS and "[Install]" in lines and not is_template:
            enabled.append(path.name)
            if "Type=oneshot" not in lines:
                started.append(path.name)
    for path in sorted((folder / "box").iterdir()):
        form = _PLACES[path.suffix] if path.suffix in _UNITS else _EXAMPLES
        put(path, tree / form.format(name=path.name))
    for name, units in (("enabled", enabled), ("started", started)):
        listed = tree / HOME / "units" / name
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.write_text("".join(f"{unit}\n" for unit in units), "utf-8")


def put(path: Path, there: Path, *, mode: int = 0o644) -> None:
    there.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, there)
    there.chmod(mode)


def _place(path: Path) -> str:
    if path.name == _NGINX_DROP_IN:
        return "usr/lib/systemd/system/nginx.service.d/balie.conf"
    if path.parent.name.endswith(".d"):
        return f"usr/lib/systemd/system/{path.parent.name}/{path.name}"
    form = _PLACES.get(path.suffix, _EXAMPLES)
    return form.format(name=path.name, stem=path.stem)


def _lay_balie(lib: Path, release: Release) -> None:
    """What git has of it, and what `scripts/prepare` fetched for the pages."""
    for name in _of_git("appliance"):
        put(ROOT / name, lib / name)
    for name in _VENDOR:
        folder = ROOT / name
        if not any(folder.glob("*")):
            raise PackageError(f"{name} is empty. Do scripts/prepare first.")
        for path in sorted(each for each in folder.iterdir() if each.name != ".ready"):
            put(path, lib / name / path.name)
    templates = lib / templating.TEMPLATES.relative_to(ROOT)
    compiled_templates.write_modules(templating.environment(), templates)
    _say_version(lib, release)


def _of_git(folder: str) -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kept = [each for each in done.stdout.split("\0") if each and (ROOT / each).is_file()]
    return [each for each in sorted(kept) if "/frontend/" not in each]


def _say_version(lib: Path, release: Release) -> None:
    module = lib / "appliance" / "__init__.py"
    line = f'__version__ = "{release.version}"'
    module.write_text(_VERSION_LINE.sub(line, module.read_text("utf-8"), count=1), "utf-8")
    built = datetime.fromtimestamp(release.epoch, UTC).isoformat()
    told = json.dumps({"version": release.version, "built": built})
    (lib / "appliance" / "box" / "build.json").write_text(f"{told}\n", "utf-8")
    facts = lib / f"balie-{release.version}.dist-info" / "METADATA"
    facts.parent.mkdir()
    facts.write_text(f"Metadata-Version: 2.1\nName: balie\nVersion: {release.version}\n", "utf-8")
