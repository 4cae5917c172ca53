"""Wrong passwords, set-up codes and tokens: in the log by address, in the event log by person.

What was typed is never kept: people type their password where the name belongs. The event log gets
no address either; the log on the machine has it. A series of tries is reported at its 1st, 2nd,
4th, 8th, … try, so that somebody who guesses all night fills neither log.
"""

import logging
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum

from appliance.addresses import network_of
from appliance.clock import Clock
from appliance.desk.access.throttle import FORGET_MS, MAX_COUNTS
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)


class Tried(Enum):
    PASSWORD = "password"  # noqa: S105 -- the name of a door
    SETUP_CODE = "set-up code"
    TOKEN = "token"  # noqa: S105 -- the name of a door
    PROVIDER = "log-in of a provider"
    PASSKEY = "passkey"


class Unproven(Refused):
    """`why` is for the log: our own words, or the name of an exception; nothing that was sent."""

    def __init__(self, code: Reason, sentence: str, why: str) -> None:
        super().__init__(code, sentence)
        self.why = why


@dataclass(slots=True)
class _Spell:
    tries: int = 0
    last_ms: int = 0


class WrongTries:
    """One for the whole process, for the event loop. `totals` are since its start."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._spells: dict[tuple[str, ...], _Spell] = {}
        self._trouble = Trouble(log, "wrong tries are not in the event log")
        self.totals: Counter[Tried] = Counter()

    def note(
        self, what: Tried, *, address: str, staff_id: str | None = None, why: str = ""
    ) -> None:
        """`staff_id` is the person whose password was tried, if there is such a person. `why` is
        that of `Unproven`.

        The caller does not wait for the write. A full disk or the time of a write would otherwise
        show in the answer, and would tell which names exist.
        """
        self.totals[what] += 1
        whom = staff_id or "nobody"
        here = self._counted("from", network_of(address))
        if _is_told(here):
            said = f"{what.value} ({why})" if why else what.value
            log.warning("wrong %s from %s for %s; tries: %d", said, address, whom, here)
        tries = self._counted("for", what.value, whom)
        if _is_told(tries):
            facts = {"what": what.value, "tries": tries}
            self._store.submit(
                lambda tx: tx.emit(EventKind.STAFF_LOGIN_FAILED, staff_id=staff_id, facts=facts)
            ).add_done_callback(self._written)

    def _written(self, done: Future[None]) -> None:
        """In the writer's thread."""
        if (exc := done.exception()) is not None:
            self._trouble.met(exc)
        else:
            self._trouble.over()

    def _counted(self, *key: str) -> int:
        """The tries in this series; the dict is in the order of the last try."""
        now_ms = self._clock.now_ms()
        spell = self._spells.pop(key, None) or _Spell()
        if now_ms - spell.last_ms > FORGET_MS:
            spell.tries = 0
        spell.tries += 1
        spell.last_ms = now_ms
        self._spells[key] = spell
        if len(self._spells) > MAX_COUNTS:
            del self._spells[next(iter(self._spells))]
        return spell.tries


def _is_told(tries: int) -> bool:
    return tries & (tries - 1) == 0
