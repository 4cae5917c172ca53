"""What is older than its term: along each conversation, from where the last run left it.

Never among it: what is of somebody who is held; what waits to be sent or is in doubt, with all of
its conversation; what a person still waits for an answer to; a conversation that is put away until
later; and a message that may mean STOP before somebody decided.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.store import holds
from appliance.store.store import Tx
from appliance.store.terms import DAY_MS, Keeps, KeptTerm, Relation, Terms

_PLACED = (Keeps.TEXTS, Keeps.MEDIA, Keeps.EVIDENCE)
"""Kinds that are let go along conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One kind of thing in one conversation. What lies before `from_ms` is done; nothing at or
    after `stop_ms` goes. `contact_id` None: a group.
    """

    conversation_id: str
    contact_id: str | None
    line_id: str
    keeps: Keeps
    term: KeptTerm
    since_ms: int | None
    from_ms: int
    stop_ms: int

    @property
    def began_ms(self) -> int:
        """What is older counts from here."""
        return (self.since_ms or 0) if self.term.is_own else 0

    def until_ms(self, now_ms: int) -> int:
        return min(self.term.before_ms(now_ms, self.since_ms), self.stop_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What would go: messages whose text does, the people, and files."""

    messages: int
    people: int
    media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkStretch:
    """`last` is the conversation where it ends; None where there are no more."""

    walks: Sequence[Walk]
    last: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMessage:
    id: str
    contact_id: str | None
    happened_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCall:
    id: str
    goes: bool


def walks(conn: sqlite3.Connection, terms: Terms, *, branches: str | None = None) -> Sequence[Walk]:
    """Of all conversations of these branches (JSON), or of all branches."""
    return stretch(conn, terms, branches=branches, after="", most=-1).walks


def stretch(
    conn: sqlite3.Connection, terms: Terms, *, after: str, most: int, branches: str | None = None
) -> WalkStretch:
    """Of so many conversations behind `after`, by id; one of which nothing goes has none."""
    held = holds.held_contacts(conn)
    about = {"after": after, "branches": branches, "most": most}
    rows = conn.execute(_CONVERSATIONS, about).fetchall()
    return WalkStretch(
        walks=[
            walk
            for row in rows
            if row["contact_id"] is None or row["contact_id"] not in held
            for walk in _walks_of(row, terms)
        ],
        last=rows[-1]["id"] if rows else None,
    )


def due(conn: sqlite3.Connection, found: Sequence[Walk], now_ms: int) -> Aged:
    """How much of it goes at that time."""
    said = _said(found, now_ms)
    held = json.dumps(sorted(holds.held_contacts(conn)))
    texts = conn.execute(_TEXTS, {"walks": said[Keeps.TEXTS], "held": held}).fetchall()
    media = conn.execute(_MEDIA, {"walks": said[Keeps.MEDIA], "held": held}).fetchall()
    return Aged(
        messages=sum(row["found"] for row in texts),
        people=len({row["contact_id"] for row in (*texts, *media)} - {None}),
        media=len({row["media_id"] for row in media}),
    )


def ahead(
    conn: sqlite3.Connection, found: Sequence[Walk], now_ms: int, days: int
) -> Sequence[Aged]:
    """What goes in the next run, and a day later in the one after it, and so on. A file goes with
    the first message or term that takes it.
    """
    held = json.dumps(sorted(holds.held_contacts(conn)))
    about = {"held": held, "now": now_ms}
    until_ms = now_ms + (days - 1) * DAY_MS
    texts = conn.execute(_TEXT_DAYS, {**about, "walks": _spans(found, Keeps.TEXTS, until_ms)})
    messages, people = [0] * days, [set[str | None]() for _ in range(days)]
    for row in texts:
        messages[row["day"]] += row["found"]
        people[row["day"]].add(row["contact_id"])
    media: dict[str, int] = {}
    for keeps in (Keeps.TEXTS, Keeps.MEDIA):
        about["walks"] = _spans(found, keeps, until_ms)
        for row in conn.execute(_MEDIA_DAYS, about):
            media[row["media_id"]] = min(row["day"], media.get(row["media_id"], days))
            people[row["day"]].add(row["contact_id"])
    files = Counter(media.values())
    return [
        Aged(messages=messages[day], people=len(people[day] - {None}), media=files[day])
        for day in range(days)
    ]


def messages(
    conn: sqlite3.Connection, walk: Walk, now_ms: int, *, from_ms: int, most: int
) -> Sequence[OldMessage]:
    """Some of those since `from_ms` that still hold something of this kind, the oldest first; none
    where whose conversation it is now is held.
    """
    if _is_held(conn, walk):
        return []
    about = {
        "conversation": walk.conversation_id,
        "from": from_ms,
        "until": walk.until_ms(now_ms),
        "held": json.dumps(sorted(holds.held_contacts(conn))),
        "most": most,
    }
    return [OldMessage(**dict(row)) for row in conn.execute(_IDS[walk.keeps], about)]


def done_until_ms(conn: sqlite3.Connection, walk: Walk, now_ms: int) -> int:
    """Up to when nothing of it is left after a run; something may have had to stay."""
    if _is_held(conn, walk):
        return walk.from_ms
    about = {
        "conversation": walk.conversation_id,
        "from": walk.from_ms,
        "until": walk.until_ms(now_ms),
        "held": json.dumps(sorted(holds.held_contacts(conn))),
    }
    stays = conn.execute(_FIRST_THAT_STAYS, about).fetchone()["at_ms"]
    return walk.until_ms(now_ms) if stays is None else int(stays)


def old_files(conn: sqlite3.Connection, found: Sequence[OldMessage]) -> Sequence[str]:
    """The ids of the files of these messages that no newer message and nothing else has."""
    ids = json.dumps([each.id for each in found])
    return [row["media_id"] for row in conn.execute(_OLD_FILES, (ids,))]


def files_of(
    conn: sqlite3.Connection, message_ids: Sequence[str]
) -> Mapping[str, tuple[str | None, int]]:
    """The files of these messages that nothing else has, by id: hash and bytes."""
    rows = conn.execute(_FILES, (json.dumps(list(message_ids)),))
    return {row["id"]: (row["sha256"], row["bytes"] or 0) for row in rows}


def has_notes(conn: sqlite3.Connection, walk: Walk, before_ms: int) -> bool:
    """Whether some may go: none of a conversation whose person is held now."""
    if _is_held(conn, walk):
        return False
    found = conn.execute(
        "SELECT 1 FROM note WHERE conversation_id = ? AND at_ms < ? LIMIT 1",
        (walk.conversation_id, before_ms),
    )
    return found.fetchone() is not None


def forget_calls(tx: Tx, call_ids: Sequence[str]) -> int:
    """How many went: those of a person who is held by now stay."""
    held = json.dumps(sorted(holds.held_contacts(tx.conn)))
    return tx.conn.execute(_FORGET_CALLS, (json.dumps(list(call_ids)), held)).rowcount


def calls(
    conn: sqlite3.Connection, terms: Terms, now_ms: int, *, after: str, most: int
) -> Sequence[OldCall]:
    """So many calls after `after`, by id; the term is that of whose number it is."""
    held = holds.held_contacts(conn)
    rows = conn.execute(_CALLS, {"after": after, "most": most}).fetchall()
    return [
        OldCall(id=row["id"], goes=row["contact_id"] not in held and _is_old(row, terms, now_ms))
        for row in rows
    ]


def _is_held(conn: sqlite3.Connection, walk: Walk) -> bool:
    """Asked inside the transaction: it may be another's by now, or held since a moment ago."""
    row = conn.execute(
        "SELECT contact_id FROM conversation WHERE id = ?", (walk.conversation_id,)
    ).fetchone()
    return row is not None and row["contact_id"] in holds.held_contacts(conn)


def _spans(found: Sequence[Walk], keeps: Keeps, now_ms: int) -> str:
    """[conversation, from, until, since, days], in milliseconds."""
    return json.dumps(
        [
            [each.conversation_id, each.from_ms, until_ms, each.began_ms, each.term.days * DAY_MS]
            for each in found
            if each.keeps is keeps and (until_ms := each.until_ms(now_ms)) > each.from_ms
        ]
    )


def _walks_of(row: sqlite3.Row, terms: Terms) -> Iterator[Walk]:
    relation = Relation.ANY if row["contact_id"] is None else Relation(row["state"])
    for keeps in _PLACED:
        term = terms.of(relation, keeps)
        if term is not None:
            yield Walk(
                conversation_id=row["id"],
                contact_id=row["contact_id"],
                line_id=row["line_id"],
                keeps=keeps,
                term=term,
                since_ms=row["state_ms"],
                from_ms=row[f"{keeps.value}_ms"],
                stop_ms=row["stop_ms"],
            )


def _is_old(row: sqlite3.Row, terms: Terms, now_ms: int) -> bool:
    relation = Relation.ANY if row["contact_id"] is None else Relation(row["state"])
    term = terms.of(relation, Keeps.CALLS)
    return term is not None and term.due_ms(row["at_ms"], row["state_ms"]) <= now_ms


def _said(found: Sequence[Walk], now_ms: int) -> Mapping[Keeps, str]:
    """For each kind where it is sought: [conversation, from, until]. A text takes its files along,
    so files are sought as far as either goes.
    """
    texts = {each.conversation_id: each for each in found if each.keeps is Keeps.TEXTS}
    media = {each.conversation_id: each for each in found if each.keeps is Keeps.MEDIA}
    spans: dict[Keeps, list[list[object]]] = {Keeps.TEXTS: [], Keeps.MEDIA: []}
    for conversation_id, walk in texts.items():
        _add(spans[Keeps.TEXTS], conversation_id, [walk], now_ms)
    for conversation_id in texts | media:
        either = [kind[conversation_id] for kind in (texts, media) if conversation_id in kind]
        _add(spans[Keeps.MEDIA], conversation_id, either, now_ms)
    return {kind: json.dumps(each) for kind, each in spans.items()}


def _add(to: list[list[object]], conversation_id: str, either: Sequence[Walk], now_ms: int) -> None:
    from_ms = min(each.from_ms for each in either)
    until_ms = max(each.until_ms(now_ms) for each in either)
    if from_ms < until_ms:
        to.append([conversation_id, from_ms, until_ms])


_UNDER_WAY = "('queued', 'sending', 'unconfirmed')"
_CONVERSATIONS = f"""
SELECT c.id, c.contact_id, c.line_id, k.state, k.state_ms,
  coalesce(p.texts_ms, 0) AS texts_ms, coalesce(p.media_ms, 0) AS media_ms,
  coalesce(p.evidence_ms, 0) AS evidence_ms,
  coalesce(c.waiting_ms, 9223372036854775807) AS stop_ms
FROM conversation c JOIN line ON line.id = c.line_id LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN retention_place p ON p.conversation_id = c.id
LEFT JOIN casework w ON w.conversation_id = c.id
WHERE c.id > :after AND w.returns IS NOT 'time'
AND (:branches IS NULL OR line.branch_id IN (SELECT value FROM json_each(:branches)))
AND c.id NOT IN (SELECT conversation_id FROM message INDEXED BY message_waiting
  WHERE state IN {_UNDER_WAY})
ORDER BY c.id LIMIT :most
"""  # noqa: S608 -- our own states
_GOES = f"""
m.state NOT IN {_UNDER_WAY}
AND (m.contact_id IS NULL OR m.contact_id NOT IN (SELECT value FROM json_each(:held)))
AND NOT EXISTS (SELECT 1 FROM near_stop n WHERE n.message_id = m.id AND n.decision IS NULL)
"""  # noqa: S608 -- our own states
_HOLDS_FILE = """
EXISTS (SELECT 1 FROM message_media of JOIN media ON media.id = of.media_id
  WHERE of.message_id = m.id AND media.state <> 'erased')
"""
_HOLDS_TEXT = f"(m.text <> '' OR m.sender_name IS NOT NULL OR {_HOLDS_FILE})"
_HOLDS_EVIDENCE = """
EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = m.id
  AND (a.evidence <> '{}' OR a.baseline IS NOT NULL))
"""
# A file that several messages have goes with the newest of them.
_NO_OTHER_HAS = """
media.state <> 'erased'
AND NOT EXISTS (SELECT 1 FROM message_media also
  WHERE also.media_id = of.media_id AND also.message_id > of.message_id)
AND NOT EXISTS (SELECT 1 FROM note_media n WHERE n.media_id = of.media_id)
AND NOT EXISTS (SELECT 1 FROM chat_group g WHERE of.media_id IN (g.picture, g.guarded_picture))
"""
_HOLDS_OLD_FILE = f"""
EXISTS (SELECT 1 FROM message_media of JOIN media ON media.id = of.media_id
  WHERE of.message_id = m.id AND {_NO_OTHER_HAS})
"""  # noqa: S608 -- our own conditions
_FILES = f"""
SELECT DISTINCT media.id, media.sha256, media.bytes FROM json_each(?) f
CROSS JOIN message_media of ON of.message_id = f.value JOIN media ON media.id = of.media_id
WHERE {_NO_OTHER_HAS}
"""  # noqa: S608 -- our own conditions
_OLD_FILES = f"""
SELECT DISTINCT of.media_id FROM json_each(?) f
CROSS JOIN message_media of ON of.message_id = f.value JOIN media ON media.id = of.media_id
WHERE {_NO_OTHER_HAS}
"""  # noqa: S608 -- our own conditions
_SPANS = """
FROM json_each(:walks) w CROSS JOIN message m INDEXED BY message_thread
  ON m.conversation_id = w.value ->> 0
  AND m.happened_ms >= w.value ->> 1 AND m.happened_ms < w.value ->> 2
"""
_TEXTS = f"""
SELECT m.contact_id, count(*) AS found {_SPANS}
WHERE {_GOES} AND {_HOLDS_TEXT} GROUP BY m.contact_id
"""
_MEDIA = f"""
SELECT DISTINCT m.contact_id, of.media_id {_SPANS}
JOIN message_media of ON of.message_id = m.id JOIN media ON media.id = of.media_id
WHERE {_GOES} AND {_NO_OTHER_HAS}
"""
# A run a day; what is due now goes in the first.
_DAY = f"""
max(0, (max(m.happened_ms, w.value ->> 3) + (w.value ->> 4) - :now + {DAY_MS - 1}) / {DAY_MS})
"""
_TEXT_DAYS = f"""
SELECT {_DAY} AS day, m.contact_id, count(*) AS found {_SPANS}
WHERE {_GOES} AND {_HOLDS_TEXT} GROUP BY 1, 2
"""
_MEDIA_DAYS = f"""
SELECT DISTINCT {_DAY} AS day, m.contact_id, of.media_id {_SPANS}
JOIN message_media of ON of.message_id = m.id JOIN media ON media.id = of.media_id
WHERE {_GOES} AND {_NO_OTHER_HAS}
"""
_ID = f"""
SELECT m.id, m.contact_id, m.happened_ms FROM message m INDEXED BY message_thread
WHERE m.conversation_id = :conversation AND m.happened_ms >= :from AND m.happened_ms < :until
AND {_GOES} AND %s ORDER BY m.happened_ms LIMIT :most
"""  # noqa: S608 -- our own conditions
_FIRST_THAT_STAYS = f"""
SELECT min(m.happened_ms) AS at_ms FROM message m INDEXED BY message_thread
WHERE m.conversation_id = :conversation AND m.happened_ms >= :from AND m.happened_ms < :until
AND NOT ({_GOES})
"""  # noqa: S608 -- our own conditions
_IDS: Mapping[Keeps, str] = {
    Keeps.TEXTS: _ID % _HOLDS_TEXT,
    Keeps.MEDIA: _ID % _HOLDS_OLD_FILE,
    Keeps.EVIDENCE: _ID % _HOLDS_EVIDENCE,
}
_CALLS = """
SELECT c.id, c.at_ms, k.id AS contact_id, k.state, k.state_ms FROM missed_call c
LEFT JOIN contact_identity i ON i.value = c.value AND i.scheme = c.scheme
LEFT JOIN contact k ON k.id = i.contact_id
WHERE c.id > :after ORDER BY c.id LIMIT :most
"""
_FORGET_CALLS = """
DELETE FROM missed_call AS c WHERE id IN (SELECT value FROM json_each(?1))
AND NOT EXISTS (SELECT 1 FROM contact_identity i WHERE i.value = c.value AND i.scheme = c.scheme
  AND i.contact_id IN (SELECT value FROM json_each(?2)))
"""
