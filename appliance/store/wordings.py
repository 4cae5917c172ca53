"""What the welcome said and what the sentence about privacy said, version by version.

A version is noted in the transaction that changes the settings, so what somebody was told when they
consented can be told later. A number with words of its own says those, else those of its branch,
else the usual ones of the branch's language.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.store.store import Tx


class WordingKind(Enum):
    WELCOME = "welcome"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidWording:
    """One version. `words` are its variants, which are taken in turn; None: the usual words of the
    language, of a number those of its branch; empty: nothing is said.
    """

    branch_id: str
    line_id: str | None
    kind: WordingKind
    language: str
    words: Sequence[str] | None
    since_ms: int


def note(
    tx: Tx,
    kind: WordingKind,
    words: Sequence[str] | None,
    *,
    branch_id: str,
    line_id: str | None = None,
    language: str,
) -> None:
    """Keeps a version where it is another one than the last."""
    last = _last(tx.conn, kind, branch_id, line_id, 1 << 62)
    if last is None and words is None:
        return
    if last is not None and (last.words, last.language) == (_as_kept(words), language):
        return
    tx.conn.execute(
        "INSERT INTO wording (branch_id, line_id, kind, language, words, since_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            branch_id,
            line_id,
            kind.value,
            language,
            None if words is None else json.dumps(list(words), ensure_ascii=False),
            tx.now_ms,
        ),
    )


def said_at(
    conn: sqlite3.Connection, kind: WordingKind, *, branch_id: str, line_id: str, at_ms: int
) -> SaidWording | None:
    """The version that held then, of the number or of its branch; None: the usual words."""
    own = _last(conn, kind, branch_id, line_id, at_ms)
    if own is not None and own.words is not None:
        return own
    return _last(conn, kind, branch_id, None, at_ms)


def of_branch(conn: sqlite3.Connection, branch_id: str) -> Sequence[SaidWording]:
    """All versions, those of its numbers, too, the newest first."""
    rows = conn.execute("SELECT * FROM wording WHERE branch_id = ? ORDER BY seq DESC", (branch_id,))
    return [_from_row(row) for row in rows]


def _last(
    conn: sqlite3.Connection, kind: WordingKind, branch_id: str, line_id: str | None, at_ms: int
) -> SaidWording | None:
    row = conn.execute(
        "SELECT * FROM wording WHERE branch_id = ? AND kind = ? AND line_id IS ? AND since_ms <= ?"
        " ORDER BY seq DESC LIMIT 1",
        (branch_id, kind.value, line_id, at_ms),
    ).fetchone()
    return None if row is None else _from_row(row)


def _as_kept(words: Sequence[str] | None) -> Sequence[str] | None:
    return None if words is None else tuple(words)


def _from_row(row: sqlite3.Row) -> SaidWording:
    return SaidWording(
        branch_id=row["branch_id"],
        line_id=row["line_id"],
        kind=WordingKind(row["kind"]),
        language=row["language"],
        words=None if row["words"] is None else tuple(json.loads(row["words"])),
        since_ms=row["since_ms"],
    )
