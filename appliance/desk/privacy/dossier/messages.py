"""Every message from and to somebody, with its files, its proof and what followed from it.

They are read some hundred at a time, so that a file of many thousand takes no more memory than a
short one.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from appliance.desk.access.sight import IN_SIGHT
from appliance.desk.privacy.dossier.asked import LEFT_OUT, SAME, DossierReading, Others, at, told
from appliance.media.kinds import MediaKind, MediaState
from appliance.store.care_marks import NOT_SHOWN

Item = dict[str, Any]
FileName = Callable[[str, str, str], str | None]
"""What a file is called in the package, by its hash, name and type; None: it is not there."""
AT_ONCE = 250


def messages(reading: DossierReading, file_name: FileName) -> Iterator[Item]:
    """In the order of their conversations, the oldest first; what they posted in groups last."""
    for statement in (_WITH_THEM, _IN_GROUPS):
        yield from _read(reading, reading.rows(statement), file_name)


def note_files(reading: DossierReading, file_name: FileName) -> Iterator[Item]:
    """Files that colleagues put beside notes about them."""
    for row in reading.rows(_NOTE_FILES):
        yield told(note=row["note_id"], **_file(reading, row, file_name))


def _read(reading: DossierReading, found: sqlite3.Cursor, file_name: FileName) -> Iterator[Item]:
    while rows := found.fetchmany(AT_ONCE):
        beside = _Beside(reading, [row["id"] for row in rows], file_name)
        for row in rows:
            yield {**_message(reading, row), **beside.of(row["id"])}


def _message(reading: DossierReading, row: sqlite3.Row) -> Item:
    name = row["sender_name"]
    return told(
        id=row["id"],
        conversation=row["conversation_id"],
        group=row["group_name"],
        line=row["number"],
        direction=row["direction"],
        number=row["value"],
        scheme=row["scheme"],
        name=name,
        at=at(row["happened_ms"]),
        text=None if reading.hides and row["not_shown"] else row["text"],
        channel=row["channel"],
        state=row["state"],
        reason=row["reason"],
        origin=row["origin"],
        automatic=row["rule"],
        by=reading.by(row["staff_id"], row["token_id"]),
        written_at=at(row["written_ms"]),
        sent_at=at(row["sent_ms"]),
        delivered_at=at(row["delivered_ms"]),
        read_at=at(row["read_ms"]),
        edited_at=at(row["edited_ms"]),
        deleted_at=at(row["deleted_ms"]),
    )


class _Beside:
    """What stands in other tables of some messages, each read once."""

    def __init__(self, reading: DossierReading, ids: Sequence[str], file_name: FileName) -> None:
        self._found: dict[str, Item] = defaultdict(dict)
        self._reading, self._file_name = reading, file_name
        about = {"ids": json.dumps(ids)}
        for name, statement, item in (
            ("files", _FILES, self._file),
            ("tries", _TRIES, _try),
            ("earlier", _EARLIER, _earlier),
            ("below", _BELOW, _below),
            ("reactions", _REACTIONS, _reaction),
            ("care", _CARE, self._care),
        ):
            for row in reading.rows(statement, **about):
                self._found[row["message_id"]].setdefault(name, []).append(item(row))
        for row in reading.rows(_ALONE, **about):
            self._found[row["id"]].update(self._alone(row))

    def of(self, message_id: str) -> Mapping[str, Any]:
        return self._found.get(message_id, {})

    def _file(self, row: sqlite3.Row) -> Item:
        return _file(self._reading, row, self._file_name)

    def _care(self, row: sqlite3.Row) -> Item:
        """What of it should not be kept, by its kind."""
        return told(
            looks_like=row["kind"],
            state=row["state"],
            hidden=bool(row["hidden"]),
            opened_at=at(row["opened_ms"]),
            at=at(row["at_ms"]),
            ended_at=at(row["ended_ms"]),
            by=self._reading.by(row["staff_id"], None),
        )

    def _alone(self, row: sqlite3.Row) -> Item:
        may_be_stop = told(
            decision=row["decision"] or "open",
            by=self._reading.by(row["decided_by"], None),
            at=at(row["decided_ms"]),
        )
        return told(
            answers=row["quoted_id"],
            may_mean_stop=may_be_stop if row["near_id"] else None,
            mark=row["mark"],
            round=row["round_id"],
            read_as=row["reading"],
        )


def _file(reading: DossierReading, row: sqlite3.Row, file_name: FileName) -> Item:
    mark, kept = None, True
    if row["kind"] == MediaKind.CONTACT.value:
        mark, kept = reading.meets(Others.CARDS, row["media_id"], row["name"])
    here = row["state"] == MediaState.HERE.value and kept
    return told(
        id=row["media_id"],
        file=file_name(row["sha256"], row["name"], row["type"]) if here else None,
        kind=row["kind"],
        type=row["type"],
        name=row["name"] if kept else LEFT_OUT,
        bytes=row["bytes"],
        sha256=row["sha256"],
        seconds=row["seconds"],
        width=row["width"],
        height=row["height"],
        state=row["state"],
        why=row["why"],
        by=reading.by(row["staff_id"], row["token_id"]),
        third_party=None if mark is None else {"name": mark},
    )


def _try(row: sqlite3.Row) -> Item:
    """One try to send it; each part of an SMS where the device tells them apart."""
    parts = [
        told(part=part, state=state, left_at=at(left), report=report, report_at=at(report_at))
        for part, state, left, report, report_at in json.loads(row["parts"])
    ]
    return told(
        channel=row["channel"],
        begun_at=at(row["started_ms"]),
        tapped_at=at(row["tapped_ms"]),
        ended_at=at(row["ended_ms"]),
        outcome=row["outcome"],
        parts=parts or None,
    )


def _earlier(row: sqlite3.Row) -> Item:
    return told(until=at(row["until_ms"]), text=row["text"])


def _below(row: sqlite3.Row) -> Item:
    return told(text=row["text"])


def _reaction(row: sqlite3.Row) -> Item:
    return told(emoji=row["emoji"], number=row["value"], scheme=row["scheme"], at=at(row["at_ms"]))


_WITH_THEM = f"""
SELECT m.*, {NOT_SHOWN} AS not_shown, line.number, NULL AS group_name
FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN message m ON m.conversation_id = c.id
WHERE c.contact_id = :contact AND {IN_SIGHT}
ORDER BY c.created_ms, c.id, m.happened_ms, m.seq
"""  # noqa: S608 -- our own condition
_IN_GROUPS = f"""
{SAME}
SELECT m.*, {NOT_SHOWN} AS not_shown, line.number, g.name AS group_name FROM line
CROSS JOIN conversation c ON c.line_id = line.id AND c.group_id IS NOT NULL
JOIN chat_group g ON g.id = c.group_id
CROSS JOIN message m ON m.conversation_id = c.id
WHERE m.contact_id IN (SELECT id FROM same) AND m.direction = 'in' AND {IN_SIGHT}
AND c.id NOT IN (SELECT value FROM json_each(:hidden))
ORDER BY c.created_ms, c.id, m.happened_ms, m.seq
"""  # noqa: S608 -- our own condition
_FILES = """
SELECT of.message_id, of.media_id, f.* FROM json_each(:ids) asked
CROSS JOIN message_media of ON of.message_id = asked.value
JOIN media f ON f.id = of.media_id ORDER BY of.message_id, of.position
"""
_NOTE_FILES = f"""
SELECT of.note_id, of.media_id, f.* FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN note n ON n.conversation_id = c.id CROSS JOIN note_media of ON of.note_id = n.id
JOIN media f ON f.id = of.media_id WHERE c.contact_id = :contact AND {IN_SIGHT}
ORDER BY n.at_ms, n.id, of.position
"""  # noqa: S608 -- our own condition
_TRIES = """
SELECT a.message_id, a.channel, a.started_ms, a.tapped_ms, a.ended_ms, a.outcome,
  (SELECT json_group_array(json_array(p.part, p.state, p.left_ms, p.report, p.report_ms))
   FROM attempt_part p WHERE p.attempt_id = a.id) AS parts
FROM json_each(:ids) asked CROSS JOIN attempt a ON a.message_id = asked.value ORDER BY a.seq
"""
_EARLIER = f"""
SELECT e.* FROM json_each(:ids) asked
CROSS JOIN earlier_text e ON e.message_id = asked.value
JOIN message m ON m.id = asked.value WHERE NOT (:hides AND {NOT_SHOWN}) ORDER BY e.until_ms
"""  # noqa: S608 -- our own condition
_BELOW = f"""
SELECT b.* FROM json_each(:ids) asked CROSS JOIN text_below b ON b.message_id = asked.value
JOIN message m ON m.id = asked.value WHERE NOT (:hides AND {NOT_SHOWN})
"""  # noqa: S608 -- our own condition
_CARE = """
SELECT c.* FROM json_each(:ids) asked CROSS JOIN care_mark c ON c.message_id = asked.value
"""
# In a group others react, too.
_REACTIONS = """
SELECT r.* FROM json_each(:ids) asked CROSS JOIN reaction r ON r.message_id = asked.value
WHERE EXISTS (SELECT 1 FROM json_each(:own) own
  WHERE own.value ->> 0 = r.value AND own.value ->> 1 = r.scheme) ORDER BY r.at_ms
"""
_ALONE = """
SELECT asked.value AS id, q.quoted_id, s.message_id AS near_id, s.decision,
  s.staff_id AS decided_by, s.decided_ms, d.answer AS mark, a.round_id, a.reading
FROM json_each(:ids) asked
LEFT JOIN message_quote q ON q.message_id = asked.value
LEFT JOIN near_stop s ON s.message_id = asked.value
LEFT JOIN after_done d ON d.answer_id = asked.value
LEFT JOIN round_answer a ON a.message_id = asked.value
WHERE q.quoted_id IS NOT NULL OR s.message_id IS NOT NULL OR d.answer IS NOT NULL
  OR a.round_id IS NOT NULL
"""
