"""Balie on modems beside Debian's SMS daemons on the same emulated modems, in the same run.

A rate counts from the first to the last message that the network took, so start-up does not count.
Every figure names its best peer's value, or what the wire allows.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from random import Random

import httpx
import serial

from tests.bench.benchmark import Measured, at_least, at_most
from tests.bench.modem_office import number_of
from tests.bench.modem_stage import Modems, Office, modems, office
from tests.bench.peers import PEERS, Peer, Text
from tests.running_demo import eventually

ONE, MANY = 1, 8
ROUNDS = 3
PEER_TEXTS = {ONE: 30, MANY: 120}
TEXTS = {ONE: 600, MANY: 2400}
SLOW_MS = 200
SLOW_TEXTS = 60
SUBMITS = 60
PEER_SUBMITS = 12
ARRIVALS = 60
PEER_ARRIVALS = 12
DOUBTS, PEER_DOUBTS = 8, 4
HOW_LOST = ("silence", "cms-500", "error", "hang-up")
RESENDS_S = 60.0
"""A peer that sends again does so within this after its last message."""
KILLS, KILL_TEXTS = 50, 500
LIVES_S = (0.2, 2.0)
SETTLES_S = 240.0


def texts(count: int, mark: str) -> list[Text]:
    return [Text(number=number_of(each % 50), text=f"{mark} {each:05}") for each in range(count)]


# Rates


@at_least(10, "times the best peer, messages a second on one modem (peer: the best one's)")
def modem_rate_one() -> Measured:
    return _rate_against_peers(ONE)


@at_least(10, "times the best peer, messages a second on eight modems (peer: the best one's)")
def modem_rate_eight() -> Measured:
    return _rate_against_peers(MANY)


@at_least(0.9, "of what the wire allows with 200 ms a send (peer: the wire, messages a second)")
def modem_rate_slow() -> Measured:
    with modems(ONE, send_ms=SLOW_MS) as wire:
        allowed = _script_rate(wire)
    with modems(ONE, send_ms=SLOW_MS) as world, office(world.ports) as balie:
        rate = _rate(world, balie.accept, texts(SLOW_TEXTS, "langzaam"))
    return Measured(value=rate / allowed, peer=round(allowed, 2))


def _rate_against_peers(count: int) -> Measured:
    best = max(_peer_rate(name, count) for name in PEERS)
    rate = statistics.median(_own_rate(count) for _ in range(ROUNDS))
    sys.stderr.write(f"{count} modem(s): {rate:.1f} a second, the best peer {best:.2f}\n")
    return Measured(value=rate / best, peer=round(best, 2))


def _own_rate(count: int) -> float:
    with modems(count) as world, office(world.ports) as balie:
        return _rate(world, balie.accept, texts(TEXTS[count], "bericht"))


@cache
def _peer_rate(name: str, count: int) -> float:
    with modems(count) as world, _peer(name, world.ports) as peer:
        _warm_up(world, peer, count)
        rate = _rate(world, peer.submit, texts(PEER_TEXTS[count], "peer"))
    sys.stderr.write(f"{name}, {count} modem(s): {rate:.2f} a second\n")
    return rate


def _rate(
    world: Modems, submit: Callable[[Sequence[Text]], object], wanted: Sequence[Text]
) -> float:
    submit(wanted)
    names = {each.text for each in wanted}
    eventually(lambda: names <= set(world.left()), "all left", within_s=180.0, pause_s=0.2)
    times = sorted(each["at_ms"] for each in world.truth() if each["text"] in names)
    return (len(times) - 1) * 1000.0 / float(max(1, times[-1] - times[0]))


def _script_rate(world: Modems) -> float:
    """A plain script that does only AT+CMGS: this is what the wire allows."""
    count = 20
    with serial.Serial(world.ports[0], timeout=10) as port:
        pdu = "0001000B911356000000F0000004C8329B06"
        port.write(b"AT+CMGF=0\r")
        port.read_until(b"OK\r\n")
        began = time.perf_counter()
        for _ in range(count):
            port.write(f"AT+CMGS={len(pdu) // 2 - 1}\r".encode())
            port.read_until(b"> ")
            port.write(pdu.encode() + b"\x1a")
            port.read_until(b"OK\r\n")
        return count / (time.perf_counter() - began)


# One message, and incoming ones


@at_most(50, "ms p50, one message from POST to the network (peer: the best one's, its spool)")
def modem_submit_p50() -> Measured:
    return Measured(value=statistics.median(_submits()), peer=_best_peer(0.5, _peer_submits))


@at_most(150, "ms p99, one message from POST to the network (peer: the best one's, its spool)")
def modem_submit_p99() -> Measured:
    return Measured(value=_quantile(_submits(), 0.99), peer=_best_peer(0.99, _peer_submits))


@at_most(50, "ms p99, incoming from the network to the event (peer: the best one's handler)")
def modem_arrival_p99() -> Measured:
    return Measured(value=_quantile(_arrivals(), 0.99), peer=_best_peer(0.99, _peer_arrivals))


@cache
def _submits() -> tuple[float, ...]:
    with modems(ONE) as world, office(world.ports) as balie, balie.client() as client:
        spans = []
        for each in texts(SUBMITS + 1, "los"):
            time.sleep(0.1)
            body = {"line": balie.facts["lines"][0], "to": each.number, "text": each.text}
            began_ms = time.time() * 1000
            client.post("/messages", json={**body, "channel": "sms"}).raise_for_status()
            spans.append(_left_ms(world, each.text) - began_ms)
        return tuple(spans[1:])


def _peer_submits(name: str) -> tuple[float, ...]:
    with modems(ONE) as world, _peer(name, world.ports) as peer:
        _warm_up(world, peer, ONE)
        spans = []
        for each in texts(PEER_SUBMITS, "los"):
            time.sleep(0.1 + Random(each.text).random())
            began_ms = time.time() * 1000
            peer.submit([each])
            spans.append(_left_ms(world, each.text) - began_ms)
        return tuple(spans)


def _left_ms(world: Modems, text: str) -> float:
    def left() -> float | None:
        return next((each["at_ms"] for each in world.truth() if each["text"] == text), None)

    at_ms: float = eventually(left, f"“{text}” left", pause_s=0.02, within_s=120.0)
    return at_ms


@cache
def _arrivals() -> tuple[float, ...]:
    with modems(ONE) as world, office(world.ports) as balie, balie.client() as client:
        heard: list[float] = []
        listening = threading.Event()
        threading.Thread(target=_hear, args=(client, heard, listening), daemon=True).start()
        listening.wait(10)
        return _injected(world, ARRIVALS + 1, lambda: len(heard), lambda place: heard[place])[1:]


def _hear(client: httpx.Client, heard: list[float], listening: threading.Event) -> None:
    with suppress(httpx.HTTPError), client.stream("GET", "/events", timeout=60) as answer:
        listening.set()
        for line in answer.iter_lines():
            if line.startswith("data:") and '"message.received"' in line:
                heard.append(time.time() * 1000)  # noqa: PERF401 -- one by one, as they come


def _peer_arrivals(name: str) -> tuple[float, ...]:
    with modems(ONE) as world, _peer(name, world.ports) as peer:
        _warm_up(world, peer, ONE)

        def times() -> list[str]:
            return peer.heard.read_text().split() if peer.heard.exists() else []

        return _injected(
            world, PEER_ARRIVALS, lambda: len(times()), lambda place: int(times()[place]) / 1e6
        )


def _injected(
    world: Modems, count: int, heard: Callable[[], int], at_ms: Callable[[int], float]
) -> tuple[float, ...]:
    spans = []
    for place in range(count):
        time.sleep(0.1 + Random(place).random() / 5)
        began_ms = time.time() * 1000
        world.inject(
            **{"modem": world.numbers[0], "from": number_of(place % 50)},
            text=f"binnen {place}",
            channel="sms",
        )
        eventually(partial(_more_than, heard, place), "it is told of", pause_s=0.005)
        spans.append(at_ms(place) - began_ms)
    return tuple(spans)


def _more_than(count: Callable[[], int], place: int) -> bool:
    return count() > place


@cache
def _peer_spans(name: str, measure: Callable[[str], tuple[float, ...]]) -> tuple[float, ...]:
    return measure(name)


def _best_peer(share: float, measure: Callable[[str], tuple[float, ...]]) -> float:
    return round(min(_quantile(_peer_spans(name, measure), share) for name in PEERS), 1)


def _quantile(spans: Sequence[float], share: float) -> float:
    return sorted(spans)[min(len(spans) - 1, int(len(spans) * share))]


# Never lost, never twice


@at_most(0, "lost or doubled of 8 whose answer was lost, in four ways (peer: smstools3's, of 4)")
def modem_answer_lost() -> Measured:
    with modems(ONE) as world, office(world.ports) as balie:
        own = _after_lost_answers(world, balie.accept, DOUBTS)
    with modems(ONE) as world, _peer("smstools3", world.ports) as peer:
        _warm_up(world, peer, ONE)
        return Measured(value=own, peer=_after_lost_answers(world, peer.submit, PEER_DOUBTS))


def _after_lost_answers(
    world: Modems, submit: Callable[[Sequence[Text]], object], count: int
) -> int:
    """The network takes each message, and the modem's answer never comes; gives how many were lost
    or doubled.
    """
    wanted = texts(count, "twijfel")
    with suppress(TimeoutError):
        for place, each in enumerate(wanted):
            world.fault(0, "answer-lost", how=HOW_LOST[place % len(HOW_LOST)])
            submit([each])
            _left_ms(world, each.text)
    time.sleep(RESENDS_S)
    left = world.left()
    return sum(left[each.text] != 1 for each in wanted)


@at_most(0, "messages lost or doubled in 50 kills over 500 messages on 3 modems")
def modem_kills() -> Measured:
    dice = Random(1)
    with modems(3) as world, tempfile.TemporaryDirectory() as folder:
        balie = Office(data=Path(folder), ports=world.ports)
        promised: list[Text] = []
        waiting = [_some_long(each) for each in texts(KILL_TEXTS, "dood")]
        for life in range(1, KILLS + 1):
            balie.start()
            until = time.monotonic() + dice.uniform(*LIVES_S)
            wanted = round(KILL_TEXTS * life / KILLS)
            killer = threading.Timer(until - time.monotonic(), balie.kill)
            killer.start()
            for each in waiting[len(promised) : wanted]:
                if not balie.accept([each]):
                    break
                promised.append(each)
            killer.join()
        balie.start()
        left = partial(_all_left, world, promised)
        with suppress(TimeoutError):
            eventually(left, "all left", within_s=SETTLES_S, pause_s=0.5)
        balie.kill()
        counted, parts = world.left(), world.parts_left()
    lost = sum(not counted[each.text] for each in promised)
    doubled = sum(count > 1 for count in parts.values())
    facts = {"kills": KILLS, "promised": len(promised), "lost": lost, "doubled": doubled}
    sys.stderr.write(json.dumps(facts) + "\n")
    return Measured(value=lost + doubled)


def _some_long(each: Text) -> Text:
    """Every fifth has two parts, each of which shows which text it belongs to."""
    name = each.text
    return Text(number=each.number, text=f"{name} {'x' * 170} {name}" if name[-1] in "05" else name)


def _all_left(world: Modems, promised: Sequence[Text]) -> bool:
    left = world.left()
    return all(left[each.text] for each in promised)


# Size


@at_most(20, "MB resident for eight modems, on top of Balie (peer: Balie with one modem, MB)")
def modem_memory() -> Measured:
    """Measured after the same traffic, since the first messages load what every Balie needs."""
    one, eight = _resident_mb(ONE), _resident_mb(MANY)
    return Measured(value=(eight - one) * MANY / (MANY - ONE), peer=round(one, 1))


def _resident_mb(count: int) -> float:
    with modems(count) as world, office(world.ports) as balie:
        _rate(world, balie.accept, texts(400, "geheugen"))
        time.sleep(3.0)
        return balie.resident_mb()


@contextmanager
def _peer(name: str, ports: Sequence[str]) -> Iterator[Peer]:
    with tempfile.TemporaryDirectory() as folder, PEERS[name](Path(folder), ports) as running:
        yield running


def _warm_up(world: Modems, peer: Peer, count: int) -> None:
    """Its modems are initialised once each has sent one."""
    first = texts(2 * count, "warm")
    peer.submit(first)
    eventually(lambda: {each.text for each in first} <= set(world.left()), "it runs", within_s=120)
