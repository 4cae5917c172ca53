"""How long things are kept: what the company said, per kind of thing and per how people stand.

What is said of a relation goes before what is said of everybody (`any`). What nobody said is kept.
A term that is a relation's own counts from the thing or, where that is later, from when the person
came to stand so: whoever leaves today loses nothing tonight. One for everybody counts from the
thing alone. Until an officer has saved terms once, nothing of anybody is let go: a Balie that is
updated must not empty what a branch has relied on. The log of reading alone has a term from the
start, because whoever switches it on begins a second record of people.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from appliance.errors import InvalidInput
from appliance.store.readings import KEEP_DAYS
from appliance.store.store import Tx

DAY_MS = 24 * 3_600_000
MAX_DAYS = 36_500


class Keeps(Enum):
    """A kind of thing that has terms."""

    #: What was written, either way, with what colleagues noted about it.
    TEXTS = "texts"
    #: Files of messages. They go with their message's text at the latest.
    MEDIA = "media"
    #: What proves that a message left: readings and pictures of a phone's screen. They show texts,
    #: so they go with the text at the latest; that it left, and when, stays.
    EVIDENCE = "evidence"
    #: Calls that nobody took.
    CALLS = "calls"


class Relation(Enum):
    #: Whom no other term is for; groups, and callers whom nobody knows.
    ANY = "any"
    SELF = "self"
    CANDIDATE = "candidate"
    PLACED = "placed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class KeptTerm:
    """Kept for so many days; `is_own`: it is the relation's own, see above."""

    days: int
    is_own: bool

    def due_ms(self, at_ms: int, since_ms: int | None) -> int:
        """When something of `at_ms` goes, of a person who stands so since then."""
        began_ms = max(at_ms, since_ms or 0) if self.is_own else at_ms
        return began_ms + self.days * DAY_MS

    def before_ms(self, now_ms: int, since_ms: int | None) -> int:
        """What is older than that goes now."""
        if self.is_own and (since_ms or 0) + self.days * DAY_MS > now_ms:
            return 0
        return now_ms - self.days * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`days` has only what somebody said. `audit` is for the log of reading; None: not said."""

    days: Mapping[tuple[Relation, Keeps], int] = field(default_factory=dict)
    audit: int | None = None

    def of(self, relation: Relation, keeps: Keeps) -> KeptTerm | None:
        """None: it is kept."""
        own = self.days.get((relation, keeps))
        if own is not None:
            return KeptTerm(own, is_own=relation is not Relation.ANY)
        for_all = self.days.get((Relation.ANY, keeps))
        return None if for_all is None else KeptTerm(for_all, is_own=False)

    @property
    def lets_go(self) -> bool:
        return bool(self.days) or self.audit is not None

    @property
    def named(self) -> Mapping[str, int]:
        """Each by a name such as `placed.texts`."""
        found = {f"{where.value}.{what.value}": days for (where, what), days in self.days.items()}
        return found if self.audit is None else {**found, "audit": self.audit}


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseTerms:
    """What the company said; `saved_ms` None: nothing yet."""

    terms: Terms
    saved_ms: int | None
    by: str | None

    @property
    def in_force(self) -> Terms:
        """By which things go tonight."""
        return Terms(audit=KEEP_DAYS) if self.saved_ms is None else self.terms


def house(conn: sqlite3.Connection) -> HouseTerms:
    row = conn.execute(_HOUSE).fetchone()
    terms = Terms() if row["terms"] is None else read(row["terms"])
    return HouseTerms(terms=terms, saved_ms=row["saved_ms"], by=row["by"])


def put(tx: Tx, terms: Terms, *, staff_id: str | None, token_id: str | None) -> None:
    tx.conn.execute(
        "UPDATE retention_house SET terms = ?, staff_id = ?, token_id = ?, saved_ms = ?",
        (written(terms), staff_id, token_id, tx.now_ms),
    )


def checked(said: Mapping[str, int | None]) -> Terms:
    """Terms by their names, such as `placed.texts` or `audit`. Raises InvalidInput."""
    for name, days in said.items():
        if days is not None and not 1 <= days <= MAX_DAYS:
            sentence = f"A term is 1 to {MAX_DAYS} days; leave it empty to keep things."
            raise InvalidInput(name, sentence)
    return _of_names(said)


def written(terms: Terms) -> str:
    return json.dumps(terms.named, sort_keys=True)


def read(kept: str) -> Terms:
    return _of_names(json.loads(kept))


def _of_names(said: Mapping[str, int | None]) -> Terms:
    found = {}
    for relation in Relation:
        for keeps in Keeps:
            days = said.get(f"{relation.value}.{keeps.value}")
            if days is not None:
                found[relation, keeps] = days
    return Terms(days=found, audit=said.get("audit"))


_HOUSE = """
SELECT h.terms, h.saved_ms, coalesce(staff.name, api_token.name) AS by FROM retention_house h
LEFT JOIN staff ON staff.id = h.staff_id LEFT JOIN api_token ON api_token.id = h.token_id
"""
