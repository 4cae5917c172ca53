"""Over the broker boxes get the answers of HTTPS, and each opens its own subjects only."""

import asyncio
import base64
import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import nats.errors
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.clock import ManualClock
from appliance.demo.cable import Cable
from appliance.office.at_box import credential, kept_broker, nats_link
from appliance.office.at_box import joining as joining_box
from appliance.office.at_box.https_link import HttpsLink
from appliance.office.at_box.nats_link import NatsLink
from appliance.office.batch import Batch
from appliance.office.broker import STREAM
from appliance.office.broker_wire import connected, ended
from appliance.office.head import joining
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.nkeys import KeyKind, spelled
from appliance.office.reading import Fields
from appliance.office.tables import commands, ended_keys, work_list
from appliance.office.troubles import LinkAway
from appliance.store import incidents, office_link
from appliance.store.feed import known_epoch
from appliance.store.incidents import IncidentKind
from appliance.store.office_link import OfficeLink
from tests.fresh_store import fresh_store
from tests.office import broker_field
from tests.office.head_office import HeadOffice, OfficeServer, open_head_office
from tests.office.nats_box import NatsBox, running_servers
from tests.office.plain_box import Log
from tests.office.test_pushing import foreign_line, no_gzip, numbers, told_otherwise
from tests.own_loop import OwnLoop
from tests.running_demo import SETTLES_S, eventually


@pytest.fixture(scope="module")
def loop() -> Iterator[OwnLoop]:
    made = OwnLoop("nats-boxes")
    yield made
    made.close()


@pytest.fixture(scope="module")
def office(
    office_server: OfficeServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HeadOffice]:
    """Its clock says about what its servers' do."""
    data = tmp_path_factory.mktemp("head")
    with (
        running_servers(data, tmp_path_factory.mktemp("servers")),
        open_head_office(office_server, data, ManualClock(int(time.time() * 1000))) as opened,
    ):
        yield opened


@contextmanager
def away_from_broker(server: OfficeServer) -> Iterator[None]:
    """As an office that is stopped, and then goes on."""
    assert server.made is not None
    broker, loop = server.made.state.broker, server.web.loop
    asyncio.run_coroutine_threadsafe(broker.close(), loop).result(SETTLES_S)
    yield
    loop.call_soon_threadsafe(broker.start)


@pytest.fixture
def tilburg(office: HeadOffice, loop: OwnLoop) -> Iterator[NatsBox]:
    box = joined(office, loop, "Tilburg")
    yield box
    box.close()


@pytest.fixture
def breda(office: HeadOffice, loop: OwnLoop) -> Iterator[NatsBox]:
    box = joined(office, loop, "Breda")
    yield box
    box.close()


def joined(office: HeadOffice, loop: OwnLoop, name: str) -> NatsBox:
    """The servers choose their leader in the first seconds."""

    def let_in() -> NatsBox | None:
        try:
            return NatsBox.let_in(office.token(), name, loop)
        except LinkAway:
            return None

    box: NatsBox = eventually(let_in, "no server lets a box in")
    eventually(lambda: is_answered(box), "the office is not at the broker")
    return box


def is_answered(box: NatsBox) -> bool:
    try:
        return box.ask("nothing", {}).is_client_error
    except nats.errors.NoRespondersError:
        return False


def test_what_is_told_again_changes_nothing(office: HeadOffice, tilburg: NatsBox) -> None:
    """A retry after a lost answer, under the same id and under another one; what is missing before
    it is asked for; and an answer that nobody remembers is "tell it again".
    """
    log = tilburg.log
    talk = log.person()
    log.writes(talk, "Een")
    one = gzip.compress(json.dumps(log.batch(0)).encode())
    known = f"{log.epoch}:1"
    place = tilburg.publish(one, known)
    assert tilburg.taken(place).json() == {"cursor": log.head, "privacy": "on_demand"}
    assert tilburg.publish(one, known) == place
    assert tilburg.taken(place).json()["cursor"] == log.head
    assert tilburg.push_raw(one).json()["cursor"] == log.head
    assert tilburg.taken(place).json()["code"] == "link-again"
    ahead = tilburg.push(log.batch(log.head), first=log.head + 2, last=log.head + 1)
    assert (ahead.status_code, ahead.json()["cursor"]) == (409, log.head)
    log.writes(talk, "Twee")
    assert tilburg.push(log.batch(tilburg.cursor)).status_code == 200
    assert office.told(tilburg) == numbers(tilburg)
    assert office.texts(tilburg) == ["Een", "Twee"]


@pytest.mark.parametrize("wrong", [told_otherwise, foreign_line, no_gzip])
def test_what_cannot_be_stops_that_link_alone(
    office: HeadOffice, tilburg: NatsBox, breda: NatsBox, wrong: "object"
) -> None:
    for each in (tilburg, breda):
        each.log.writes(each.log.person())
        assert each.push().status_code == 200
    theirs = next(iter(breda.log.conversations))
    office.until(lambda conn: work_list.box_of(conn, theirs))
    before, cursor = office.told(tilburg), tilburg.cursor
    assert callable(wrong)
    answer = tilburg.push_raw(wrong(tilburg, breda))
    assert (answer.status_code, answer.json()["code"]) == (422, "link-held")
    assert office.told(tilburg) == before
    assert breda.push().status_code == 200
    office.store.write(lambda tx: joining.settle(tx, tilburg.box, None))
    good = tilburg.log.batch(cursor, events=[], last=cursor, slices=[])
    assert tilburg.push(good).json()["cursor"] == cursor


def test_commands_come_in_their_order_to_their_box(
    office: HeadOffice, tilburg: NatsBox, breda: NatsBox
) -> None:
    """Also one that is given while the box waits; and it is over once the box says so."""
    by = CommandAsker(name="office")
    for each in (tilburg, breda):
        assert each.push().status_code == 200

    def give(box: NatsBox) -> str:
        return office.store.write(
            lambda tx: commands.give(tx, box.box, CommandKind.BACKUP, {}, by)
        ).id

    first = give(tilburg)
    (told,) = [each for each in tilburg.commands().json()["commands"] if each["id"] == first]
    second = give(tilburg)
    (other,) = tilburg.commands(told["n"]).json()["commands"]
    assert other["id"] == second
    third = give(breda)
    assert third in (theirs := [each["id"] for each in breda.commands().json()["commands"]])
    assert not {first, second} & set(theirs)
    tilburg.says_over(told)
    assert tilburg.push().status_code == 200
    office.until(lambda conn: not is_open(conn, tilburg.box, first) or None)


def is_open(conn: object, box_id: str, command_id: str) -> bool:
    waiting = commands.waiting(conn, box_id, 0)  # type: ignore[arg-type]
    return command_id in [each.id for each in waiting]


def test_a_box_opens_its_own_subjects_only(
    office: HeadOffice, loop: OwnLoop, tilburg: NatsBox, breda: NatsBox
) -> None:
    """The servers refuse it: to speak as another box, to ask as one, to listen to one, and to ask
    the servers themselves for what the stream has.
    """
    assert breda.at is not None
    assert tilburg.at is not None
    at = tilburg.at
    theirs = (breda.subjects["up"], f"{breda.subjects['ask']}.commands")
    for subject in (*theirs, "$JS.API.STREAM.INFO.BALIE", "$JS.API.STREAM.MSG.GET.BALIE"):
        loop.run(at.publish(subject, b"{}"))
        refused(at, f'publish to "{subject}"')
    for subject in (f"{breda.subjects['down']}.>", "balie.>", ">"):
        loop.run(at.subscribe(subject))
        refused(at, f'subscription to "{subject}"')
    with pytest.raises(LinkAway):  # the pass of another box is worth nothing without its key
        loop.run(connected(breda.place, tilburg.own, inbox="_INBOX"))  # type: ignore[arg-type]


def test_another_program_reads_everything_and_changes_nothing(
    office: HeadOffice, loop: OwnLoop, tilburg: NatsBox, tmp_path: Path
) -> None:
    """By a file of its own, from a place of its own; it hears nothing that boxes are answered."""
    assert tilburg.push().status_code == 200
    out, data = tmp_path / "archive.creds", str(office.data)
    words = ["office", "nats-reader", "archive", str(out), "--data", data, "--json"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    _, jwt, _, _, _, seed, _ = out.read_text().splitlines()
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    assert seed.startswith("SU")
    key = Ed25519PrivateKey.from_private_bytes(raw[2:34])
    assert tilburg.place is not None
    place = replace(tilburg.place, jwt=jwt)
    client = loop.run(connected(place, key, inbox=json.loads(answer.stdout)["inbox"]))
    read = loop.run(last_of(client, tilburg.subjects["up"]))
    assert json.loads(gzip.decompress(read))["epoch"] == tilburg.log.epoch
    for subject in (tilburg.subjects["up"], "$JS.API.STREAM.PURGE.BALIE"):
        loop.run(client.publish(subject, b"{}"))
        refused(client, f'publish to "{subject}"')
    loop.run(client.subscribe("balie.down.>"))
    refused(client, 'subscription to "balie.down.>"')
    loop.run(ended(client))
    assert CliRunner().invoke(app, [*words[:2], "A.B", *words[3:]]).exit_code == 1


async def last_of(client: Client, subject: str) -> bytes:
    stream = client.jetstream()
    config = ConsumerConfig(deliver_policy=DeliverPolicy.LAST, ack_policy=AckPolicy.NONE)
    reader = await stream.pull_subscribe(subject, stream=STREAM, config=config)
    return bytes((await reader.fetch(1, timeout=60))[0].data)


def refused(at: Client, what: str) -> None:
    eventually(lambda: what.lower() in str(at.last_error).lower(), f"not refused: {what}")


def test_struck_off_its_key_opens_nothing(
    office: HeadOffice, loop: OwnLoop, tilburg: NatsBox
) -> None:
    """The office itself refuses it at once; the servers throw it out and let it in no more."""
    assert tilburg.push().status_code == 200
    office.store.write(lambda tx: joining.strike_off(tx, tilburg.box))
    with_key = spelled(KeyKind.USER, tilburg.key)
    assert office.store.read(lambda conn: ended_keys.is_ended(conn, with_key))
    with suppress(nats.errors.Error, TimeoutError):  # the servers may be quicker
        assert tilburg.commands().json()["code"] == "struck-off"
    assert tilburg.at is not None
    assert tilburg.place is not None
    at = tilburg.at
    eventually(lambda: at.is_closed, "the servers let it stay")
    with pytest.raises(LinkAway):
        loop.run(connected(tilburg.place, tilburg.own, inbox=tilburg.subjects["down"]))


def test_servers_that_hang_keep_no_socket_of_who_leaves(loop: OwnLoop, tilburg: NatsBox) -> None:
    """TLS would wait half a minute for their last word."""
    assert tilburg.place is not None
    cable = Cable(int(tilburg.place.urls[0].rpartition(":")[2]))
    url = f"tls://127.0.0.1:{loop.run(cable.lay())}"
    far = replace(tilburg.place, urls=(url,))
    client = loop.run(connected(far, tilburg.own, inbox=tilburg.subjects["down"]))
    sock = client._transport._io_writer.get_extra_info("socket")  # type: ignore[union-attr]
    assert sock.fileno() > 0
    loop.call(partial(cable.cut, silently=True))
    loop.run(ended(client))
    assert sock.fileno() == -1
    loop.call(cable.close)


def test_an_emptied_stream_is_an_alarm_and_loses_nothing(
    office: HeadOffice, office_server: OfficeServer, tilburg: NatsBox
) -> None:
    """What the office had not read is told again by its box, whose question says so."""
    assert tilburg.push().status_code == 200
    tilburg.log.writes(tilburg.log.person(), "Nog iets")
    batch = gzip.compress(json.dumps(tilburg.log.batch(tilburg.cursor)).encode())
    with away_from_broker(office_server):
        place = tilburg.publish(batch, "in-flight")
        eventually(lambda: broker_field.emptied(office.data), "the stream was not emptied")
    eventually(lambda: is_answered(tilburg), "the office did not come back")
    assert tilburg.taken(place).json()["code"] == "link-again"
    assert tilburg.push_raw(batch).status_code == 200
    assert office.told(tilburg) == numbers(tilburg)
    (opened,) = office.store.read(lambda conn: incidents.open_of(conn, IncidentKind.BROKER))
    assert opened.facts["what"] == "broker-lost"


@dataclass(slots=True, kw_only=True)
class LinkedBox:
    """The box's own link, with a log of a few events."""

    data: Path
    loop: OwnLoop
    link: NatsLink
    log: Log

    def push(self) -> int:
        told = Batch.from_json(Fields(self.log.batch(0), "it"))
        return self.loop.run(self.link.push(told)).cursor


@pytest.fixture
def linked_box(office: HeadOffice, loop: OwnLoop, tmp_path: Path) -> Iterator[LinkedBox]:
    store = fresh_store(tmp_path / "balie.db", office.clock)
    joining_box.join(store, tmp_path, office.token())
    known = store.read(office_link.link)
    log = Log("Tilburg", epoch=store.read(known_epoch))
    store.close()
    assert known is not None
    log.person()
    box = LinkedBox(data=tmp_path, loop=loop, link=loop.run(opened(tmp_path, known)), log=log)
    yield box
    loop.run(box.link.close())


async def opened(data: Path, known: OfficeLink) -> NatsLink:
    shown = credential.readable(data)[0]
    return NatsLink(data, known.box, HttpsLink(known.url, known.authority, lambda: shown))


def test_while_the_office_is_away_a_box_publishes_one_batch(
    office: HeadOffice, office_server: OfficeServer, linked_box: LinkedBox
) -> None:
    """However often it tries; what it told is taken in once the office is back, and only then the
    box has a cursor.
    """
    with away_from_broker(office_server):
        before = broker_field.messages(office.data)
        for _ in range(3):
            with pytest.raises(LinkAway):
                linked_box.push()
            linked_box.log.person()  # a later try has more to tell
        assert broker_field.messages(office.data) == before + 1
    assert eventually(lambda: cursor_of(linked_box.push), "the office did not come back") == 2


@pytest.mark.parametrize("wrong", ["pass", "servers"])
def test_a_box_that_finds_no_broker_asks_its_office(
    tilburg: NatsBox, linked_box: LinkedBox, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTPS: for a new pass at once, for other servers after a while."""
    monkeypatch.setattr(nats_link, "ELSEWHERE_S", 0.0)
    place = kept_broker.read(linked_box.data)
    assert place is not None
    assert tilburg.place is not None
    change = {"pass": {"jwt": tilburg.place.jwt}, "servers": {"urls": ["tls://127.0.0.1:1"]}}
    kept_broker.keep(linked_box.data, replace(place, **change[wrong]))  # type: ignore[arg-type]
    with pytest.raises(LinkAway):
        linked_box.push()
    found = kept_broker.read(linked_box.data)
    assert found is not None
    assert found.urls == place.urls
    assert eventually(lambda: cursor_of(linked_box.push), "it is told nothing") == 2


def cursor_of(push: Callable[[], int]) -> int | None:
    try:
        return push()
    except LinkAway:
        return None
