"""The programs of root that look after the box, each for a unit: `python3 -m appliance.box WHAT`.

They load little of Balie and of Python, because one of them always runs.
"""

import argparse
import logging
import os
import signal
import threading
from pathlib import Path

from appliance.box import from_home, openings, port_power, port_wish, saved_time
from appliance.box.care import button_of_box, care_for, go_on
from appliance.box.firewall import put
from appliance.box.home_wish import FILE
from appliance.box.service_manager import ServiceManager
from appliance.errors import BalieError

log = logging.getLogger(__name__)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    given = _arguments()
    try:
        _WHAT[given.what](given)
    except (BalieError, OSError) as exc:
        log.error("%s", exc)  # noqa: TRY400 -- the sentence says all
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m appliance.box", description=__doc__)
    parser.add_argument("what", choices=sorted(_WHAT))
    parser.add_argument("--data", type=Path, default=Path("/var/lib/balie"))
    parser.add_argument(
        "--port", type=int, default=8080, help="where Balie answers on this machine"
    )
    parser.add_argument("--device", type=Path, help="of `stick`: its partition")
    return parser.parse_args()


def _care(given: argparse.Namespace) -> None:
    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: ended.set())
    care = care_for(given.data, given.port, ServiceManager.of(os.environ))
    go_on(care, button_of_box(), ended)


def _take_time(given: argparse.Namespace) -> None:
    saved_time.take(saved_time.find(), given.data)


def _put_firewall(_: argparse.Namespace) -> None:
    put(openings.found())


def _open_home(given: argparse.Namespace) -> None:
    answer = from_home.fulfil(given.data / FILE)
    if answer.trouble:
        log.warning("%s", answer.trouble)


def _switch_port(given: argparse.Namespace) -> None:
    port_power.fulfil(given.data / port_wish.FILE)


def _look_at_stick(given: argparse.Namespace) -> None:
    # It knows the journal and the key of the house, which is too much to load for the others.
    from appliance.box import asking_stick

    asking_stick.look(given.device, given.data)


def _go_on_resetting(given: argparse.Namespace) -> None:
    from appliance.box import box_reset

    box_reset.go_on(box_reset.ResetPlaces(data=given.data))


def _reset_now(given: argparse.Namespace) -> None:
    from appliance.box import box_reset

    box_reset.reset(box_reset.ResetPlaces(data=given.data))


_WHAT = {
    "care": _care,
    "time": _take_time,
    "firewall": _put_firewall,
    "home": _open_home,
    "port": _switch_port,
    "reset": _go_on_resetting,
    "reset-now": _reset_now,
    "stick": _look_at_stick,
}
