"""What the planner knows better than the rows of waiting messages say.

A row holds what was promised, and is written again when the difference matters to somebody. In
between, the newer time and reason live here, in memory: SQL asks for them by `EXPECTED_MS` and
`REASON`. After a start they are the promises, until the planner has made its first round.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from appliance.reasons import Reason

EXPECTED_MS = "forecast_ms(m.line_id, m.id, m.expected_ms, m.reason)"
REASON = "forecast_reason(m.line_id, m.id, m.expected_ms, m.reason)"
"""Of the message `m`; of one that does not wait, what its row says."""


class Outlook(NamedTuple):
    """When a message is expected, and why not now."""

    expected_ms: int | None
    reason: Reason | None


class Correction(NamedTuple):
    """It counts as long as the row still says `promised`: whoever writes the row knows better."""

    promised: Outlook
    known: Outlook


@dataclass(slots=True)
class Forecast:
    """One for all connections of a process. Usable from every thread."""

    _by_line: dict[str, Mapping[str, Correction]] = field(default_factory=dict)

    def correct(self, line_id: str, corrections: Mapping[str, Correction]) -> None:
        """All of a line, by the messages' ids; what was known of it before is forgotten."""
        self._by_line[line_id] = corrections

    def of(self, line_id: str, message_id: str, promised: Outlook) -> Outlook:
        correction = self._by_line.get(line_id, {}).get(message_id)
        if correction is None or correction.promised != promised:
            return promised
        return correction.known

    def lend_to(self, conn: sqlite3.Connection) -> None:
        """Makes the two functions known to its SQL."""

        def forecast_ms(
            line_id: str, message_id: str, at_ms: int | None, why: str | None
        ) -> int | None:
            return self.of(line_id, message_id, Outlook(at_ms, Reason.of(why))).expected_ms

        def forecast_reason(
            line_id: str, message_id: str, at_ms: int | None, why: str | None
        ) -> str | None:
            return self.of(line_id, message_id, Outlook(at_ms, Reason.of(why))).reason

        conn.create_function("forecast_ms", 4, forecast_ms)
        conn.create_function("forecast_reason", 4, forecast_reason)
