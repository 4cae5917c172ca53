"""Who of a round may be asked now, by which line, and why not."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.desk.rounds.round_texts import RoundTexts, said_to
from appliance.errors import NotFound
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import undecided
from appliance.queue.heard import SINCE_HEARD
from appliance.queue.pacing import ANSWER_WINDOW_MS, DAY_MS, DEFAULT_PROFILE, HOUR_MS
from appliance.queue.permission import permission_of
from appliance.queue.profile import profile_of
from appliance.queue.routing import Parcel, Ways
from appliance.reasons import Reason
from appliance.store import branches, consent, contacts, lines
from appliance.store.lines import Line
from appliance.store.rounds import WERE_ASKED, Round

_EVERYTHING = Sight(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A line that may ask somebody. `last_in_ms` is when they last wrote to it, `is_new` that
    nothing was ever said between the two.
    """

    line: Line
    identity: Identity
    last_in_ms: int | None
    answering: bool
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`refusal`: they may not be asked at all. `waits`: not yet, something has to be settled
    first. Else one of `askers` asks them, with `text`.
    """

    contact_id: str
    refusal: Reason | None = None
    waits: bool = False
    askers: Sequence[Asker] = ()
    text: str = ""

    @property
    def can_be_asked(self) -> bool:
        return self.refusal is None and not self.waits


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfLine:
    line: Line
    ways: Ways
    asked: Mapping[str, str]
    most_unanswered: int


@dataclass(slots=True, kw_only=True)
class RoundJudge:
    """One walk along the people of a round: what is read once for all of them."""

    conn: sqlite3.Connection
    about: Round
    now_ms: int
    midnight_ms: int
    tomorrow_ms: int
    texts: RoundTexts
    lines: Sequence[_OfLine] = field(default_factory=list)

    @classmethod
    def of(cls, conn: sqlite3.Connection, about: Round, *, now_ms: int) -> "RoundJudge":
        """Raises InvalidInput for texts that cannot be sent."""
        settings = branches.branch(conn, about.branch_id).settings
        today_ms = midnight_ms(now_ms, settings.zone)
        return cls(
            conn=conn,
            about=about,
            now_ms=now_ms,
            midnight_ms=today_ms,
            tomorrow_ms=midnight_ms(today_ms + DAY_MS + 2 * HOUR_MS, settings.zone),
            texts=RoundTexts.of(about, settings.language),
            lines=[_of_line(conn, each) for each in _lines(conn, about.line_ids)],
        )

    def waits(self, contact_id: str) -> bool:
        """Whether their turn is passed over for now, whatever else would be said of them. Asked at
        every step of a round, so it costs little.
        """
        if self.lines and all(contact_id in each.asked for each in self.lines):
            return True
        return self._not_yet(contact_id)

    def judge(self, contact_id: str, place: int = 0) -> Judged:
        row = self.conn.execute(_CONTACT, (contact_id,)).fetchone()
        known = contacts.identities_of(self.conn, contact_id)
        found = [self._asked_by(contact_id, known, each) for each in self.lines]
        askers = [each for each in found if isinstance(each, Asker)]
        refusals = [each for each in found if isinstance(each, Reason)]
        if refusal := self._forbidden(contact_id):
            return Judged(contact_id=contact_id, refusal=refusal)
        if not askers:
            waits = None in found
            refusal = next(iter(refusals), Reason.NO_ROUTE)
            return Judged(contact_id=contact_id, refusal=None if waits else refusal, waits=waits)
        name = row["name"] if row else None
        if not self.texts.can_name(name):
            return Judged(contact_id=contact_id, refusal=Reason.NAME_UNKNOWN)
        text = said_to(self.texts.question, name, place)
        waits = self._not_yet(contact_id)
        return Judged(contact_id=contact_id, waits=waits, askers=askers, text=text)

    def _forbidden(self, contact_id: str) -> Reason | None:
        """What another round has made of them."""
        values = {
            "contact": contact_id,
            "round": self.about.id,
            "starts": self.about.starts_ms,
            "ends": self.about.ends_ms,
            "states": _WERE_ASKED,
        }
        if self.conn.execute(_OVERLAPS, values).fetchone():
            return Reason.OTHER_ROUND
        ends_today = self.about.closes_ms <= self.tomorrow_ms
        return Reason.SAID_NO if ends_today and self._said_no(contact_id) else None

    def _not_yet(self, contact_id: str) -> bool:
        """Two open questions at a time would make a plain answer mean nothing; and who said no is
        asked nothing more that day.
        """
        values = (contact_id, self.about.id, self.now_ms)
        is_asked = self.conn.execute(_OPEN_ELSEWHERE, values).fetchone() is not None
        return is_asked or self._said_no(contact_id)

    def _said_no(self, contact_id: str) -> bool:
        values = {"contact": contact_id, "round": self.about.id, "midnight": self.midnight_ms}
        return self.conn.execute(_SAID_NO, values).fetchone() is not None

    def _asked_by(
        self, contact_id: str, known: Sequence[Identity], by: _OfLine
    ) -> Asker | Reason | None:
        """None: it waits there, because words of theirs may mean STOP."""
        if not known:
            return Reason.CONSENT_REQUIRED
        identity = known[0]
        if len(known) > 1:
            identity = identity_of_contact(self.conn, _EVERYTHING, contact_id, line_id=by.line.id)
        person = consent.standing(self.conn, by.line.id, identity)
        permission = permission_of(self.conn, person, channel=None, kind=MessageClass.AUTOMATIC)
        if permission.refusal is not None:
            return permission.refusal.code
        said = self.conn.execute(_SAID, (by.line.id, contact_id)).fetchone()
        last_in_ms = said["last_in_ms"] if said else None
        answering = last_in_ms is not None and self.now_ms - last_in_ms <= ANSWER_WINDOW_MS
        if said and not answering and said["unanswered"] >= by.most_unanswered:
            return Reason.UNANSWERED
        parcel = Parcel(
            identity=identity,
            text="",
            kind=MessageClass.AUTOMATIC,
            wanted=permission.left,
            on_whatsapp=person.on_whatsapp,
        )
        if not by.ways.can_carry(parcel):
            return Reason.NO_ROUTE
        if contact_id in by.asked:
            return None
        return Asker(
            line=by.line,
            identity=identity,
            last_in_ms=last_in_ms,
            answering=answering,
            is_new=last_in_ms is None and not (said and said["all_of_them"]),
        )


def midnight_ms(now_ms: int, zone: str) -> int:
    """When this day began there."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    return int(datetime.combine(today, time(), ZoneInfo(zone)).timestamp() * 1000)


def _lines(conn: sqlite3.Connection, line_ids: Sequence[str]) -> Sequence[Line]:
    """Those that were not removed since."""
    found = []
    for line_id in line_ids:
        try:
            found.append(lines.line(conn, line_id))
        except NotFound:
            continue
    return found


def _of_line(conn: sqlite3.Connection, line: Line) -> _OfLine:
    return _OfLine(
        line=line,
        ways=Ways.of(conn, line),
        asked=undecided.asked(conn, line.id),
        most_unanswered=profile_of(line.pacing, DEFAULT_PROFILE).unanswered_in_a_row,
    )


_WERE_ASKED = json.dumps(sorted(each.value for each in WERE_ASKED))

_CONTACT = """
SELECT nullif(trim(coalesce(office_name, chosen_name, '')), '') AS name FROM contact WHERE id = ?
"""
_OVERLAPS = """
SELECT 1 FROM round_person p INDEXED BY round_person_contact CROSS JOIN round r ON r.id = p.round_id
WHERE p.contact_id = :contact AND p.state IN (SELECT value FROM json_each(:states))
AND r.id <> :round AND r.starts_ms < :ends AND r.ends_ms > :starts LIMIT 1
"""
_SAID_NO = """
SELECT 1 FROM round_person INDEXED BY round_person_contact WHERE contact_id = :contact
AND state = 'no' AND changed_ms >= :midnight AND round_id <> :round LIMIT 1
"""
_OPEN_ELSEWHERE = """
SELECT 1 FROM round_person p INDEXED BY round_person_contact CROSS JOIN round r ON r.id = p.round_id
WHERE p.contact_id = ? AND p.state IN ('asked', 'unclear') AND r.id <> ? AND r.ends_ms > ?
AND (p.state = 'asked' OR r.state = 'running') LIMIT 1
"""
_SAID = f"""
SELECT c.last_in_ms, count(b.id) AS all_of_them, total({SINCE_HEARD}) AS unanswered
FROM conversation c LEFT JOIN message b ON b.conversation_id = c.id
  AND b.direction = 'out' AND b.answering = 0 AND b.sent_ms IS NOT NULL
WHERE c.line_id = ? AND c.contact_id = ? GROUP BY c.id
"""  # noqa: S608 -- our own words
