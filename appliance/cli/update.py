"""`balie update`: what newer version there is, installing it on trial, and going back."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from appliance.api.web.words import update_sentences
from appliance.box.keeper import data_side
from appliance.box.keeper.keeper import HELD
from appliance.box.keeper.plan import Plan
from appliance.box.keeper.state import Ending, Phase, StateFile
from appliance.box.updates import (
    checking,
    fetching,
    handing_over,
    installing,
    request,
    signing,
    sources,
)
from appliance.box.updates.checking import Offer
from appliance.box.updates.installing import UpdateMachine
from appliance.box.updates.standing import UpdateStanding, standing, which_way
from appliance.cli.output import (
    DATABASE,
    ConfigOption,
    DataOption,
    JsonOption,
    says_what_is_wrong,
    show,
)
from appliance.config import Settings, load
from appliance.errors import SetupError, UpdateRefused
from appliance.store.connection import connect_reader
from appliance.store.open_attempts import count_open_attempts

update_app = typer.Typer(no_args_is_help=True, help="Newer versions, on trial first.")

_ENVIRONMENT = Path("/etc/balie/environment")
_DATA = Path("/var/lib/balie")
_ROOT = 0
_LIMIT_S, _LOOK_S = Plan().limit_s, Plan().look_s
SystemOption = Annotated[
    Path, typer.Option("--system", hidden=True, help="The root of the machine's files.")
]
_SOURCE = typer.Argument(
    metavar="[FILE|FOLDER]",
    help=f"Without: a stick named {sources.LABEL}, else the address in the config.",
)
_EVERY = typer.Option(min=0.05, hidden=True, help="How many seconds lie between two looks.")
_LIMIT = typer.Option(
    min=5, max=3600, help="How many seconds a trial may take; more for much data."
)


@update_app.command()
@says_what_is_wrong
def check(
    source: Annotated[Path | None, _SOURCE] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
    as_json: JsonOption = False,
) -> None:
    """Says which version there is, and whether it is newer. Changes nothing."""
    settings = _settings(config, data)
    now = standing(settings.updates.folder, system=str(system))
    offer = checking.look(settings.updates, now, source)
    facts = {"running": now.runs, "way": now.way, **_of_offer(offer)}
    show(as_json, facts, offer.sentence)


@update_app.command()
@says_what_is_wrong
def status(
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
    as_json: JsonOption = False,
) -> None:
    """Says what runs, what is on trial, and what came back and why."""
    now = standing(_settings(config, data).updates.folder, system=str(system))
    show(as_json, _of_standing(now), update_sentences.in_english(now))


@update_app.command()
@says_what_is_wrong
def install(
    source: Annotated[Path | None, _SOURCE] = None,
    limit: Annotated[float, _LIMIT] = _LIMIT_S,
    every: Annotated[float, _EVERY] = _LOOK_S,
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
    as_json: JsonOption = False,
) -> None:
    """Installs a newer version on trial: it sends nothing until three looks in a row are good, and
    otherwise the version before comes back with its database. As root.

    A package by its FILE may lack a signature; all others need one by a key of this box.
    """
    _must_be_root()
    settings = _settings(config, data)
    machine = _machine(settings, system, limit, every)
    _end_what_was_cut_off(machine)
    package, by_root = _package(settings, source, system)
    taken = installing.prepare(machine, package, by_root=by_root)
    _say(f"Version {taken.facts.version} goes on trial.")
    _hand_over(machine, as_json=as_json)


@update_app.command()
@says_what_is_wrong
def back(
    limit: Annotated[float, _LIMIT] = _LIMIT_S,
    every: Annotated[float, _EVERY] = _LOOK_S,
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
    as_json: JsonOption = False,
) -> None:
    """Ends a trial, or puts the version before this one on trial. As root.

    The database stays as it is. A version that cannot use it does not stay.
    """
    _must_be_root()
    machine = _machine(_settings(config, data), system, limit, every)
    if installing.stop_trial(machine):
        facts = {"outcome": "came-back", "why": "asked"}
        show(as_json, facts, "The trial ends; the version before comes back.")
        return
    _end_what_was_cut_off(machine)
    taken = installing.prepare_back(machine)
    _say(f"Version {taken.facts.version}, the one before, goes on trial.")
    _hand_over(machine, as_json=as_json)


@update_app.command(hidden=True)
@says_what_is_wrong
def take(
    limit: Annotated[float, _LIMIT] = _LIMIT_S,
    every: Annotated[float, _EVERY] = _LOOK_S,
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
) -> None:
    """Installs what the page asked for. The unit `balie-update` calls it."""
    _must_be_root()
    settings = _settings(config, data)
    machine = _machine(settings, system, limit, every)
    _end_what_was_cut_off(machine)
    machine.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        package = request.take_request(settings.data)
        if package is None:
            return
        installing.prepare(machine, package, by_root=False)
    except UpdateRefused as exc:
        installing.note_refusal(machine, exc)
        raise
    _hand_over(machine, as_json=False)


@update_app.command(hidden=True)
@says_what_is_wrong
def nightly(
    limit: Annotated[float, _LIMIT] = _LIMIT_S,
    every: Annotated[float, _EVERY] = _LOOK_S,
    config: ConfigOption = None,
    data: DataOption = None,
    system: SystemOption = Path("/"),
    as_json: JsonOption = False,
) -> None:
    """Tries a newer version, where the config says `by_night`. A timer calls it."""
    settings = _settings(config, data)
    if not settings.updates.by_night:
        return
    now = standing(settings.updates.folder, system=str(system))
    offer = checking.look(settings.updates, now)
    if offer.verdict == checking.NEWER:
        install(None, limit, every, config, data, system, as_json)
    else:
        _say(offer.sentence)


@update_app.command()
@says_what_is_wrong
def sign(
    package: Annotated[Path, typer.Argument(metavar="FILE", help="A package of Balie.")],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="A private key, PEM, Ed25519.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Writes FILE.sig, for boxes that have the public half in /etc/balie/update.pub.

    `openssl genpkey -algorithm ed25519` makes a key. Keep it away from every box.
    """
    try:
        content = signing.content_of(package)
        target = package.with_name(package.name + signing.SUFFIX)
        target.write_text(signing.sign(content, signing.private_key(key)), "ascii")
    except OSError as exc:
        raise SetupError(f"{package} cannot be signed: {exc}.") from exc
    show(as_json, {"file": str(target), "sha256": content.sha256}, f"Signed: {target}.")


def _settings(config: Path | None, data: Path | None) -> Settings:
    """As Balie's unit has them, also from the shell of root."""
    if data is None and _DATA.is_dir():
        data = _DATA
    if os.access(_ENVIRONMENT, os.R_OK):
        for line in _ENVIRONMENT.read_text("utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith("BALIE_"):
                os.environ.setdefault(name, value.strip().strip("\"'"))
    return load(config, data=data)


def _must_be_root() -> None:
    if os.geteuid() != _ROOT:
        raise SetupError("Only root installs: put sudo before the command.")


def _machine(settings: Settings, system: Path, limit_s: float, look_s: float) -> UpdateMachine:
    way, _ = which_way(settings.updates.folder, system=str(system))
    scheme = "https" if settings.cert else "http"
    plan = Plan(
        way=way,
        data=str(settings.data),
        ready_url=f"{scheme}://127.0.0.1:{settings.port}/readyz",
        units=tuple(installing.active_units()),
        limit_s=installing.limit_s(settings.data, limit_s),
        look_s=look_s,
        system=str(system),
    )
    return UpdateMachine(
        folder=settings.updates.folder,
        key=settings.updates.key,
        plan=plan,
        open_attempts=lambda: _open_attempts(settings.data),
    )


def _open_attempts(data: Path) -> int:
    """As the owner of the data: root reads no database that another user writes."""
    path = data / DATABASE
    if not path.exists():
        return 0

    def counted() -> str:
        conn = connect_reader(path)
        try:
            return str(count_open_attempts(conn))
        finally:
            conn.close()

    return int(data_side.as_owner(data, counted))


def _package(settings: Settings, source: Path | None, system: Path) -> tuple[Path, bool]:
    """Where the package lies, and whether root named it."""
    if source is not None and not source.is_dir():
        return source.absolute(), True
    now = standing(settings.updates.folder, system=str(system))
    offer = checking.look(settings.updates, now, source)
    if offer.found is None:
        raise UpdateRefused("no-package", offer.sentence)
    if offer.found.path is not None:
        return offer.found.path, False
    return fetching.fetch_as_owner(offer.found, settings.data), False


def _end_what_was_cut_off(machine: UpdateMachine) -> None:
    """A process that was killed leaves its step on the disk; while the machine is up, this ends
    it. Raises UpdateRefused while another process works on it.
    """
    state = StateFile(machine.folder).read()
    run = machine.folder / handing_over.FOLDER / "run"
    is_left = state.phase is not Phase.IDLE or (machine.folder / HELD).exists()
    if not is_left or state.phase is Phase.RESTARTING or not run.exists():
        return
    done = subprocess.run([sys.executable, "-I", str(run), "resume"], check=False)
    if done.returncode != 0:
        raise UpdateRefused("busy", "An update is under way already; see balie update status.")


def _hand_over(machine: UpdateMachine, *, as_json: bool) -> NoReturn:
    handing_over.become(machine.folder, "go", *(["--json"] if as_json else []))


def _say(sentence: str) -> None:
    """On stderr: what is printed is the answer."""
    typer.echo(sentence, err=True)


def _of_offer(offer: Offer) -> dict[str, Any]:
    found = offer.found
    return {
        "available": found.version if found else None,
        "newer": offer.verdict == checking.NEWER,
        "verdict": offer.verdict,
        "source": str(found.path or found.url) if found else None,
        "sentence": offer.sentence,
    }


def _of_standing(now: UpdateStanding) -> dict[str, Any]:
    state = now.state
    in_hand = state.phase is not Phase.IDLE
    return {
        "running": now.runs,
        "way": now.way,
        "phase": state.phase.value,
        "since_ms": state.since_ms or None,
        "version": state.version if in_hand else None,
        "trial": state.version if state.phase is Phase.TRYING else None,
        "came_back": _of_ending(now.came_back),
        "last": _of_ending(state.last),
        "torn": state.torn,
    }


def _of_ending(ending: Ending | None) -> dict[str, Any] | None:
    if ending is None:
        return None
    _, why = update_sentences.of_ending(ending)
    return {
        "version": ending.version or None,
        "outcome": ending.outcome.value,
        "why": ending.why or None,
        "sentence": why,
        "at_ms": ending.at_ms,
    }
