"""Where somebody may look, and what the filters of their question leave of it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.search import match
from appliance.desk.search.folding import words_of
from appliance.desk.search.question import SearchQuestion, WrongFilter, beginning_of
from appliance.errors import InvalidInput, NotFound
from appliance.store.branch_settings import settings_of

MANY = 2_000
"""So many people of a name are looked at; who types that little types more."""
_END_MS = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """`lines` are those to look at, each with the time from and until which, by the days of its own
    branch. `is_everywhere`: they are all that there are. `hidden` are the ids of conversations that
    are not there. None: no filter on that. `entered` are the branches whose people are found whom
    nobody has heard of yet, None all people: none of them where a line or a label is asked for.
    """

    lines: Mapping[str, tuple[int, int]]
    is_everywhere: bool
    writers: Sequence[str] | None
    conversations: Sequence[str] | None
    entered: Sequence[str] | None
    hidden: str

    @property
    def lines_json(self) -> str:
        return json.dumps(self.lines)


def places_of(conn: sqlite3.Connection, sight: Sight, question: SearchQuestion) -> Places:
    """Raises WrongFilter where one names what is not there for this person."""
    rows = conn.execute(_LINES, {"branches": sight.json}).fetchall()
    wanted = [_named(conn, sight, rows, each) for each in question.lines]
    chosen = [row for row in rows if all(row["id"] in each for each in wanted)]
    return Places(
        lines={row["id"]: _times(row["settings"], question) for row in chosen},
        is_everywhere=sight.branches is None and not question.lines,
        writers=_writers(conn, question),
        conversations=_labelled(conn, sight, question),
        entered=_entered(sight, question),
        hidden=sight.hidden_json,
    )


def _named(
    conn: sqlite3.Connection, sight: Sight, rows: Sequence[sqlite3.Row], name: str
) -> frozenset[str]:
    """The line with this number or id, or those of the branch whose name begins so."""
    try:
        return frozenset({sight.line(conn, name).id})
    except (NotFound, InvalidInput):
        folded = words_of(name)
        found = {row["id"] for row in rows if words_of(row["branch"]).startswith(folded)}
    if not found or not folded:
        raise WrongFilter("line", f"There is no line “{name}”. Write its number, or its branch.")
    return frozenset(found)


def _times(settings: str, question: SearchQuestion) -> tuple[int, int]:
    zone = ZoneInfo(settings_of(settings).zone)
    since = 0 if question.since is None else _begins_ms(question.since, zone)
    before = _END_MS if question.before is None else _begins_ms(question.before, zone)
    return since, before


def _begins_ms(day: date, zone: ZoneInfo) -> int:
    try:
        return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)
    except OverflowError:  # the first and the last day that a calendar has
        return 0 if day.year == date.min.year else _END_MS


def _writers(conn: sqlite3.Connection, question: SearchQuestion) -> Sequence[str] | None:
    """The contacts whose name or number begins so, whoever may see them."""
    if not question.writers:
        return None
    found: set[str] | None = None
    for name in question.writers:
        term = beginning_of(name)
        asked = None if term is None else match.in_any_column([term])
        rows = [] if asked is None else conn.execute(_WRITERS, (asked, MANY)).fetchall()
        ids = {str(row["contact_id"]) for row in rows}
        found = ids if found is None else found & ids
    return sorted(found or ())


def _entered(sight: Sight, question: SearchQuestion) -> Sequence[str] | None:
    if question.lines or question.labels:
        return ()
    return None if sight.branches is None else sorted(sight.branches)


def _labelled(
    conn: sqlite3.Connection, sight: Sight, question: SearchQuestion
) -> Sequence[str] | None:
    """The conversations that have all these labels."""
    if not question.labels:
        return None
    found: set[str] | None = None
    for name in question.labels:
        about = {"name": name, "branches": sight.json}
        rows = conn.execute(_LABELLED, about).fetchall()
        if not rows:
            raise WrongFilter("label", f"There is no label “{name}”.")
        ids = {str(row["conversation_id"]) for row in rows if row["conversation_id"]}
        found = ids if found is None else found & ids
    return sorted(found or ())


_LINES = f"""
SELECT line.id, branch.name AS branch, branch.settings
FROM line JOIN branch ON branch.id = line.branch_id WHERE {IN_SIGHT}
"""  # noqa: S608 -- our own condition
_WRITERS = """
SELECT s.contact_id FROM search_name CROSS JOIN search_subject s ON s.seq = search_name.rowid
WHERE search_name MATCH ? AND s.contact_id IS NOT NULL ORDER BY search_name.rowid DESC LIMIT ?
"""
_LABELLED = """
SELECT of.conversation_id FROM label LEFT JOIN conversation_label of ON of.label_id = label.id
WHERE label.name = :name AND (:branches IS NULL OR label.branch_id IS NULL
  OR label.branch_id IN (SELECT value FROM json_each(:branches)))
"""
