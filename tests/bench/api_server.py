"""The web application alone on its own port: `python -m tests.bench.api_server DIR`.

Prints one JSON line with the address, a token and the id of a line, and ends with its stdin.
"""

import json
import os
import sys
import threading
from pathlib import Path

from appliance.api.app import create_app
from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.desk.access import tokens
from appliance.queue.gate import ConsentGate
from appliance.runtime.turns import take_short_turns
from appliance.runtime.web import bind, serve
from appliance.store.feed import EventFeed
from appliance.store.store import Store
from tests.bench.accept import furnish


def main() -> None:
    take_short_turns()
    data = Path(sys.argv[1])
    store = Store(data / "balie.db", SystemClock())
    line_id = store.write(furnish)
    token = store.write(lambda tx: tokens.add(tx, "bench", life_days=None)).token
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store),
        planned=lambda: None,
        ready=list,
        data_dir=data,
    )
    with bind("127.0.0.1", 0) as sock:
        facts = {"port": sock.getsockname()[1], "token": token, "line": line_id}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_stdin, daemon=True).start()
        serve(create_app(services), sock, services.connections)
    store.close()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
