"""`balie office`: a head office over many boxes."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.api.json.times import iso
from appliance.api.web.words import rollout_sentences
from appliance.box.whole_files import put_whole
from appliance.cli.output import ConfigOption, DataOption, JsonOption, says_what_is_wrong, show
from appliance.clock import MachineClock
from appliance.config import load
from appliance.errors import InvalidInput, SetupError
from appliance.office import nkeys
from appliance.office.head import (
    alarms,
    broker_config,
    broker_keys,
    inviting,
    joining,
    privacy_choice,
    rollouts,
)
from appliance.office.head.joining import OFFICE
from appliance.office.head.office_store import open_office
from appliance.office.nkeys import KeyKind
from appliance.office.tables import box_epochs, boxes
from appliance.office.tables import rollouts as rollout_rows
from appliance.office.tables.boxes import OfficeBox
from appliance.slices import Privacy
from appliance.store import privacy as private_files
from appliance.store.store import Store, Tx

office_app = typer.Typer(no_args_is_help=True, help="A head office over many boxes.")

BoxArgument = Annotated[str, typer.Argument(metavar="BOX", help="The box, by id or name.")]
_AGAIN = typer.Option("--box", metavar="BOX", help="Lets a known box in again, by id or name.")
_LISTEN = typer.Option(metavar="HOST:PORT", help="Elsewhere than on this machine by https only.")
_PEM = typer.Option(metavar="FILE", help="For https: the certificate with its chain, as PEM.")
_KEY = typer.Option(metavar="FILE", help="For https: the certificate's key, as PEM.")
_SERVER = typer.Option(metavar="HOST[:PORT]", help="1, 3 or 5 of them, one option each.")
_AT = typer.Option(metavar="FOLDER", help="Where that folder lies on the servers, if elsewhere.")
_BELIEVE = typer.Option(metavar="EPOCH", help="Of several numberings: the one that is its own.")


_STEP = typer.Argument(metavar="STEP", help="begin, show, again, go-on or end.")
_VERSION = typer.Option(metavar="VERSION", help="None: the newest that the first box finds.")
_FIRST = typer.Option(metavar="BOX", help="The box that is the first ring, by id or name.")


class UpdateStep(StrEnum):
    BEGIN = "begin"
    SHOW = "show"
    AGAIN = "again"
    GO_ON = "go-on"
    END = "end"


@office_app.command("run")
@says_what_is_wrong
def run(
    config: ConfigOption = None,
    data: DataOption = None,
    listen: Annotated[str, _LISTEN] = "127.0.0.1:8090",
    cert: Annotated[Path | None, _PEM] = None,
    key: Annotated[Path | None, _KEY] = None,
) -> None:
    """Runs a head office until it is stopped.

    Beside another one on the same data directory it waits, and goes on once that has ended.
    """
    from appliance.runtime.office import run_office

    run_office(config=config, data=data, listen=listen, cert=cert, key=key)


@office_app.command("invite")
@says_what_is_wrong
def invite(
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the office is to call the box.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the box finds the office.")
    ] = None,
    box: Annotated[str | None, _AGAIN] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prints a token that lets one box join, for three days: balie office join TOKEN.

    With --box it is for that box alone, which was struck off or put back on another card; whatever
    else speaks as that box opens nothing once the token was used.
    """
    if box is not None and branch is not None:
        raise InvalidInput("branch", "Say --branch or --box: a known box keeps its name.")
    folder = load(None, data=data).data
    with _opened(data) as store:
        known = None if box is None else store.read(lambda conn: boxes.ever_named(conn, box)).id
        token = inviting.invite(store, folder, branch=branch, url=url, box_id=known)
    show(as_json, {"token": token}, token)


@office_app.command("boxes")
@says_what_is_wrong
def list_boxes(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists the boxes: when each was seen, how far behind it is, and what is wrong with it."""
    with _opened(data) as store:
        found = store.read(boxes.every)
        now_ms = store.clock.now_ms()
        epochs = {each.id: _epochs(store, each) for each in found if each.conflict}
    items = [{**_facts(each, now_ms), "epochs": epochs.get(each.id, [])} for each in found]
    show(as_json, {"items": items}, "\n".join(map(_line, items)) or "No box has joined yet.")


@office_app.command("strike-off")
@says_what_is_wrong
def strike_off(box: BoxArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lets a box in no more, from its next request on. It holds its lines then."""
    with _opened(data) as store:
        found = store.read(lambda conn: boxes.named(conn, box))
        store.write(lambda tx: joining.strike_off(tx, found.id))
    show(as_json, {"id": found.id, "name": found.name}, f"{found.name} is struck off.")


@office_app.command("settle")
@says_what_is_wrong
def settle(
    box: BoxArgument,
    believe: Annotated[str | None, _BELIEVE] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says that somebody has looked at a box from which nothing was taken any more."""
    with _opened(data) as store:
        found = store.read(lambda conn: boxes.named(conn, box))
        store.write(lambda tx: joining.settle(tx, found.id, believe))
    show(as_json, {"id": found.id, "held": None}, f"What {found.name} tells is taken again.")


@office_app.command("update")
@says_what_is_wrong
def update(
    do: Annotated[UpdateStep, _STEP] = UpdateStep.SHOW,
    version: Annotated[str | None, _VERSION] = None,
    first: Annotated[str | None, _FIRST] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Updates all boxes in rings (1, 10, all others), which stop by themselves when one is ill.

    begin; show; again or go-on, where it stands still: with or without the boxes that are not well;
    end.
    """
    with _opened(data) as store:
        named = None if first is None else store.read(lambda conn: boxes.named(conn, first)).id
        store.write(lambda tx: _change_update(tx, do, version, named))
        told = store.read(_update_told)
    show(as_json, told, _update_sentence(told))


def _change_update(tx: Tx, do: UpdateStep, version: str | None, first: str | None) -> None:
    if do is UpdateStep.BEGIN:
        rollouts.begin(tx, OFFICE, version=version, first=first)
    elif do is UpdateStep.END:
        rollouts.end(tx)
    elif do is not UpdateStep.SHOW:
        rollouts.go_on(tx, again=do is UpdateStep.AGAIN)


def _update_told(conn: sqlite3.Connection) -> dict[str, Any]:
    found = rollout_rows.newest(conn)
    if found is None:
        return {"state": None, "version": None, "ring": None, "boxes": []}
    names = {each.id: each.name for each in boxes.every(conn)}
    told = [
        {
            "id": each.box_id,
            "name": names.get(each.box_id),
            "ring": each.ring + 1,
            "state": each.state.value,
            "why": each.why,
        }
        for each in rollout_rows.boxes_of(conn, found.id)
    ]
    return {
        "state": found.state.value,
        "version": found.version,
        "ring": found.ring + 1,
        "boxes": told,
    }


def _update_sentence(told: dict[str, Any]) -> str:
    if told["state"] is None:
        return "No update of the boxes was begun: balie office update begin."
    head = f"{rollout_sentences.STATES[told['state']]} Version: {told['version'] or 'the newest'}."
    return "\n".join([head, *(_turn_line(each) for each in told["boxes"])])


def _turn_line(each: dict[str, Any]) -> str:
    why = f" ({each['why']})" if each["why"] else ""
    turn = rollout_sentences.TURNS[each["state"]]
    return f"ring {each['ring']}  {each['name'] or each['id']}: {turn}{why}"


@office_app.command("privacy")
@says_what_is_wrong
def choose_privacy(
    choice: Annotated[
        str | None, typer.Argument(metavar="CHOICE", help="all, on-demand or figures.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows or says what the office may know of people; a box may have chosen less."""
    with _opened(data) as store:
        if choice is not None:
            wanted = _choice(choice)
            store.write(lambda tx: privacy_choice.choose(tx, wanted))
        chosen = store.read(privacy_choice.chosen)
    show(as_json, {"privacy": chosen.value}, chosen.value)


@office_app.command("nats-config")
@says_what_is_wrong
def nats_config(
    folder: Annotated[Path, typer.Argument(help="Where a folder for each server is written.")],
    server: Annotated[list[str], _SERVER],
    at: Annotated[Path | None, _AT] = None,
    most_gb: Annotated[int, typer.Option(min=1, help="Room for the stream on each disk.")] = 20,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Writes what the servers of a broker (NATS) are started with: nats-server --config FILE.

    From the next start of the office on, boxes that join tell it by them, and others once they have
    a new credential. Written again, for other servers, with the same keys.
    """
    private = load(None, data=data).data
    servers = [broker_config.BrokerServer.said(each) for each in server]
    private_files.keep_private(private)
    private.mkdir(parents=True, exist_ok=True)
    try:
        written = broker_config.write(private, folder, servers, at=at, most_gb=most_gb)
    except OSError as exc:
        raise SetupError(f"{exc.filename} cannot be written ({exc.strerror}).") from exc
    private_files.hand_over(private)
    items = [{"name": each.name, "url": each.url, "config": str(each.config)} for each in written]
    show(as_json, {"items": items}, "\n".join(f"{each['url']}\t{each['config']}" for each in items))


@office_app.command("nats-reader")
@says_what_is_wrong
def nats_reader(
    name: Annotated[str, typer.Argument(help="Small letters, digits and -.")],
    out: Annotated[Path, typer.Argument(help="Where its file is written (.creds).")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lets another program read all that boxes tell over the broker: an archive, or figures."""
    if not re.fullmatch("[a-z0-9-]{1,40}", name):
        raise InvalidInput("name", "A name has small letters, digits and -, 40 at most.")
    keys = broker_keys.known(load(None, data=data).data)
    if keys is None:
        raise SetupError("This office has no broker yet: balie office nats-config.")
    key = Ed25519PrivateKey.generate()
    jwt = keys.reader_pass(name, key, MachineClock().now_ms() // 1000)
    try:
        put_whole(out, nkeys.creds(jwt, nkeys.seed_of(KeyKind.USER, key)).encode())
    except OSError as exc:
        raise SetupError(f"{out} cannot be written ({exc.strerror}).") from exc
    told = {"urls": list(keys.urls), "inbox": f"{broker_keys.READER_INBOX}_{name}"}
    show(as_json, told, f"{' '.join(keys.urls)}\t--inbox-prefix {told['inbox']}")


def _choice(text: str) -> Privacy:
    try:
        return Privacy(text.replace("-", "_"))
    except ValueError:
        raise InvalidInput("choice", "Say all, on-demand or figures.") from None


@contextmanager
def _opened(data: Path | None) -> Iterator[Store]:
    """office.db of the data directory, made when it is not there."""
    folder = load(None, data=data).data
    private_files.keep_private(folder)
    store = open_office(folder, MachineClock())
    try:
        private_files.hand_over(folder)
        yield store
    finally:
        store.close()
        private_files.hand_over(folder)


def _epochs(store: Store, box: OfficeBox) -> Sequence[str]:
    return list(store.read(lambda conn: box_epochs.of_box(conn, box.id)))


def _facts(box: OfficeBox, now_ms: int) -> dict[str, Any]:
    alarm = alarms.alarm_of(box, now_ms)
    return {
        "id": box.id,
        "name": box.name,
        "seen": None if box.seen_ms is None else iso(box.seen_ms),
        "behind": box.behind,
        "version": box.version,
        "alarm": None if alarm is None else alarms.sentence(box, alarm),
        "held": box.held,
        "conflict": box.conflict,
    }


def _line(item: dict[str, Any]) -> str:
    told: Sequence[str] = (
        item["name"],
        item["seen"] or "never seen",
        f"{item['behind']} behind",
        item["version"],
        item["alarm"] or "well",
    )
    return "\t".join(told)
