"""`balie update`: what newer version there is, installing it on trial, and going back."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from appliance.api.web.words import update_sentences
from appliance.box.keeper.keeper import HELD
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
from appliance.box.updates.standing import UpdateStanding
from appliance.box.updates.taking import Taken
from appliance.cli.output import JsonOption, says_what_is_wrong, show
from appliance.cli.update_place import UpdatePlace, looking, on_place, trying
from appliance.errors import SetupError, UpdateRefused

update_app = typer.Typer(no_args_is_help=True, help="Newer versions, on trial first.")

_SOURCE = typer.Argument(
    metavar="[FILE|FOLDER]",
    help=f"Without: a stick named {sources.LABEL}, else the address in the config.",
)


@update_app.command()
@says_what_is_wrong
@on_place(looking)
def check(
    place: UpdatePlace, source: Annotated[Path | None, _SOURCE] = None, as_json: JsonOption = False
) -> None:
    """Says which version there is, and whether it is newer. Changes nothing."""
    now = place.standing()
    offer = checking.look(place.settings.updates, now, source)
    facts = {"running": now.runs, "way": now.way, **_of_offer(offer)}
    show(as_json, facts, offer.sentence)


@update_app.command()
@says_what_is_wrong
@on_place(looking)
def status(place: UpdatePlace, as_json: JsonOption = False) -> None:
    """Says what runs, what is on trial, and what came back and why."""
    now = place.standing()
    show(as_json, _of_standing(now), update_sentences.in_english(now))


@update_app.command()
@says_what_is_wrong
@on_place(trying)
def install(
    place: UpdatePlace, source: Annotated[Path | None, _SOURCE] = None, as_json: JsonOption = False
) -> None:
    """Installs a newer version on trial: it sends nothing until three looks in a row are good, and
    otherwise the version before comes back with its database. As root.

    A package by its FILE may lack a signature; all others need one by a key of this box.
    """
    machine = _settled(place)
    if source is not None and not source.is_dir():
        taken = installing.prepare(machine, source.absolute(), by_root=True)
    else:
        taken = _prepared(place, machine, place.look(source))
    _try_out(machine, taken, as_json=as_json)


@update_app.command()
@says_what_is_wrong
@on_place(trying)
def back(place: UpdatePlace, as_json: JsonOption = False) -> None:
    """Ends a trial, or puts the version before this one on trial. As root.

    The database stays as it is. A version that cannot use it does not stay.
    """
    machine = place.machine()
    if installing.stop_trial(machine):
        facts = {"outcome": "came-back", "why": "asked"}
        show(as_json, facts, "The trial ends; the version before comes back.")
        return
    _end_what_was_cut_off(machine)
    _try_out(machine, installing.prepare_back(machine), as_json=as_json)


@update_app.command(hidden=True)
@says_what_is_wrong
@on_place(trying)
def take(place: UpdatePlace) -> None:
    """Installs what the page asked for. The unit `balie-update` calls it."""
    machine = _settled(place)
    machine.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        package = request.take_request(place.settings.data)
        if package is None:
            return
        taken = installing.prepare(machine, package, by_root=False)
    except UpdateRefused as exc:
        installing.note_refusal(machine, exc)
        raise
    _try_out(machine, taken)


@update_app.command(hidden=True)
@says_what_is_wrong
@on_place(trying)
def nightly(place: UpdatePlace, as_json: JsonOption = False) -> None:
    """Tries a newer version, where the config says `by_night`. A timer calls it."""
    if not place.settings.updates.by_night:
        return
    offer = place.look()
    if offer.verdict != checking.NEWER:
        _say(offer.sentence)
        return
    machine = _settled(place)
    _try_out(machine, _prepared(place, machine, offer), as_json=as_json)


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


def _settled(place: UpdatePlace) -> UpdateMachine:
    """The machine, on which nothing is under way. Raises UpdateRefused."""
    machine = place.machine()
    _end_what_was_cut_off(machine)
    return machine


def _prepared(place: UpdatePlace, machine: UpdateMachine, offer: Offer) -> Taken:
    """What nobody named by hand, so it needs a signature. Raises UpdateRefused."""
    found = offer.found
    if found is None:
        raise UpdateRefused("no-package", offer.sentence)
    package = found.path or fetching.fetch_as_owner(found, place.settings.data)
    return installing.prepare(machine, package, by_root=False)


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


def _try_out(machine: UpdateMachine, taken: Taken, *, as_json: bool = False) -> NoReturn:
    _say(f"Version {taken.facts.version} goes on trial.")
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
