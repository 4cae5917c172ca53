"""All of Balie on modems without the brake, in its own process.

`python -m tests.bench.modem_office DATA PORT [PORT …]`: a line for each modem, each at its own
branch, and PEOPLE contacts who have just written to every line. Prints one JSON line `{port, token,
pid, lines}` when the modems are ready. Standard input takes JSON lines `{"texts": [{"line",
"number", "text"}, …]}`, each accepted in one transaction and acknowledged by a line; it ends with
its input.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from appliance.api.app import create_app
from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.access import tokens
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.identities import tel
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.runtime.balie import DATABASE, Balie
from appliance.runtime.memory import keep_small
from appliance.runtime.options import Options
from appliance.runtime.web import bind, serve
from appliance.store import branches, consent, contacts, conversations, devices, lines, routes
from appliance.store.consent import ConsentKind
from appliance.store.store import Store, Tx

PEOPLE = 50
READY_S = 60.0
MANY = 10_000_000

UNBRAKED = replace(
    DEFAULT_PROFILE,
    words_per_minute=1e9,
    reading_words_per_minute=1e9,
    open_chat_ms=0,
    apart_ms=0,
    gap_min_ms=0,
    gap_max_ms=0,
    per_minute=MANY,
    per_hour=MANY,
    day_budget=((0, MANY),),
    first_contacts_per_day=MANY,
    recipients_per_month=MANY,
    headroom=1.0,
    unanswered_in_a_row=MANY,
    sms_parts=MANY,
)
"""Without any brake: only code can make such a profile, and only this benchmark does."""


def number_of(place: int) -> str:
    """A contact's number."""
    return f"+3165560{place:04}"


def line_number(place: int) -> str:
    """The number of the line on the modem in this place."""
    return f"+3165570{place:04}"


def main() -> None:
    keep_small()
    data, ports = Path(sys.argv[1]), sys.argv[2:]
    if not (data / DATABASE).exists():
        _found(data, ports)
    balie = Balie(data, SystemClock(), Options(profile=UNBRAKED))
    balie.start()
    token = balie.store.write(lambda tx: tokens.add(tx, f"bench {tx.now_ms}", life_days=None)).token
    with bind("127.0.0.1", 0) as sock:
        threading.Thread(
            target=_obey, args=(balie, sock.getsockname()[1], token), daemon=True
        ).start()
        serve(create_app(balie.services), sock, balie.services.connections)
    balie.stop()


def _obey(balie: Balie, port: int, token: str) -> None:
    _wait_until_ready(balie)
    _say({"port": port, "token": token, "lines": [each.number for each in _lines(balie)]})
    by_number = {each.number: each.id for each in _lines(balie)}
    for command in map(json.loads, sys.stdin):
        balie.store.write(partial(_accept, by_number=by_number, texts=command["texts"]))
        _say({"accepted": len(command["texts"])})
        balie.services.planned()
    os.kill(os.getpid(), signal.SIGTERM)


def _accept(tx: Tx, by_number: dict[str, str], texts: Sequence[dict[str, str]]) -> None:
    for each in texts:
        accept(
            tx,
            SendRequest(
                line_id=by_number[each["line"]],
                identity=tel(each["number"]),
                text=each["text"],
                author=Author(rule="bench"),
                channel=Channel.SMS,
                typed=True,
            ),
        )


def _wait_until_ready(balie: Balie) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        known = balie.store.read(devices.devices)
        if known and all(each.state == "ready" for each in known):
            return
        time.sleep(0.05)
    raise TimeoutError("the modems did not become ready")


def _lines(balie: Balie) -> Sequence[lines.Line]:
    return sorted(balie.store.read(lines.lines), key=lambda each: each.number)


def _say(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _found(data: Path, ports: Sequence[str]) -> None:
    store = Store(data / DATABASE, SystemClock())
    try:
        store.write(lambda tx: _furnish(tx, ports))
    finally:
        store.close()


def _furnish(tx: Tx, ports: Sequence[str]) -> None:
    for place, port in enumerate(ports):
        branch_id = branches.add_branch(tx, f"Bench {place}")
        line_id = lines.add_line(tx, branch_id=branch_id, number=line_number(place))
        device_id = devices.enrol(tx, kind="modem", address=port)
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.SMS)
        for person in range(PEOPLE):
            contact_id = contacts.ensure(tx, tel(number_of(person)))
            conversation_id = conversations.with_contact(tx, line_id, contact_id)
            tx.conn.execute(
                "UPDATE conversation SET last_in_ms = ? WHERE id = ?", (tx.now_ms, conversation_id)
            )
            consent.record(
                tx,
                identity=tel(number_of(person)),
                contact_id=contact_id,
                line_id=line_id,
                kind=ConsentKind.WROTE_FIRST,
                channel=Channel.SMS,
                recorded_by="bench",
            )


if __name__ == "__main__":
    main()
