"""The database of size: a busy company of several branches after two years, until an hour ago.

What nobody would see is left out: reading leaves an event each, and the log has none of them.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from appliance.channels import Channel
from appliance.clock import ManualClock, SystemClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing import drafts
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.reports import following as counting
from appliance.desk.reports import sends
from appliance.desk.search import following
from appliance.devices.protocol import Group, Incoming
from appliance.identities import tel
from appliance.queue.gate import ConsentGate
from appliance.store import reports
from appliance.store.connection import connect_writer
from appliance.store.store import Store, Tx
from tests.bench.desk_office import Office, furnish
from tests.bench.patterns import LASTS_MS
from tests.bench.years import CONTACTS, CONVERSATIONS, MESSAGES, YEARS_MS, Talk, multiply

FILE = "balie.db"
ABOUT = "size.json"
"""Beside a kept database: the line that `--build` prints."""
_ROOT = Path(__file__).parents[2]
KEPT = _ROOT / ".bench"
_MAKES_IT = (
    "appliance/store/sql/*.sql",
    "appliance/desk/search/*.py",
    *(f"tests/bench/{name}.py" for name in ("derived", "patterns", "sentences", "years")),
    "tests/bench/desk_[do]*.py",
)
_UNANSWERED, _QUEUED, _DRAFTS, _GROUPS = 300, 40, 60, 12
_POSTS = 5

# Of what somebody may read they have read all but three in a hundred, and of what came last,
# which has no answer yet, the message before it.
_MARKS = """
WITH reads AS (
  SELECT DISTINCT g.staff_id, line.id AS line_id, staff.rowid AS person
  FROM staff_grant g JOIN staff ON staff.id = g.staff_id
  JOIN line ON g.branch_id IS NULL OR line.branch_id = g.branch_id
  WHERE g.permission = 'inbox.read')
INSERT INTO read_mark (staff_id, conversation_id, message_id, at_ms)
SELECT reads.staff_id, c.id, iif(last.direction = 'out', last.id, (
    SELECT m.id FROM message m WHERE m.conversation_id = c.id AND m.id < last.id
    ORDER BY m.happened_ms DESC, m.id DESC LIMIT 1)) AS seen, c.last_ms
FROM reads JOIN conversation c ON c.line_id = reads.line_id
JOIN message last ON last.id = c.last_message_id
WHERE (c.rowid * 7919 + reads.person * 104729) % 100 < 97 AND seen IS NOT NULL
ORDER BY reads.staff_id, c.id
"""
_NEWEST = """
SELECT c.id, c.line_id, n.value FROM conversation c
JOIN contact_identity n ON n.contact_id = c.contact_id
ORDER BY c.last_ms DESC, c.id LIMIT ?
"""
_LONGEST = """
SELECT conversation_id FROM message GROUP BY conversation_id ORDER BY count(*) DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """`logins` have name, password and role each; `token` has every scope; `longest` is the id of
    the conversation with the most messages.
    """

    data: str
    logins: Sequence[dict[str, str]]
    token: str
    contacts: int
    conversations: int
    messages: int
    longest: str

    @property
    def line(self) -> str:
        return json.dumps(asdict(self))


def build(data: Path, *, messages: int = MESSAGES) -> Built:
    """Makes it in a folder that has none yet; with fewer messages all else is as much less."""
    path = data.resolve() / FILE
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    share = messages / MESSAGES
    ends_ms = SystemClock().now_ms() - LASTS_MS - 60_000
    with closing(Store(path, ManualClock(at_ms=ends_ms - YEARS_MS))) as store:
        office = store.write(furnish)
    unanswered = _part(_UNANSWERED, share)
    multiply(
        path,
        _talks(office, share),
        exchanges=(messages + unanswered) // 2,
        from_ms=ends_ms - YEARS_MS,
        unanswered=unanswered,
        marks=_MARKS,
        as_grown=False,
    )
    with closing(Store(path, SystemClock())) as store:
        _live_on(store, office, share)
        while following.catch_up(store):
            pass
        _count(store)
        built = store.read(lambda conn: _built(conn, path.parent, office))
    with closing(connect_writer(path)) as conn:  # all of it is in the one file, to be copied
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return built


def _count(store: Store) -> None:
    """What reports are made of, as a Balie that had been there would have it."""
    store.write(reports.begin_anew)
    counting.count_the_past(store, lambda: False)
    while store.write(sends.keep_next_day, durable=False):
        pass


def _part(of_all: int, share: float) -> int:
    return max(1, int(of_all * share))


def _talks(office: Office, share: float) -> Sequence[Talk]:
    """Some people write to two lines."""
    people, lines = _part(CONTACTS, share), office.lines
    return [
        Talk(contact=place % people, line=lines[(place % people + place // people) % len(lines)])
        for place in range(_part(CONVERSATIONS, share))
    ]


def _live_on(store: Store, office: Office, share: float) -> None:
    """What is there now and was not in earlier years: groups, drafts and messages that wait."""
    reception = Reception(store, ConsentGate())
    for place in range(_part(_GROUPS, share)):
        device_id = office.lines[place % len(office.lines)].device_id
        reception.received(device_id, _posts(place, store.clock.now_ms()))
    store.write(lambda tx: _type(tx, office, share))


def _posts(place: int, now_ms: int) -> Sequence[Incoming]:
    group = Group(jid=f"3161000{place:04}-1@g.us", name=f"Ploeg {place + 1}")
    return [
        Incoming(
            channel=Channel.WHATSAPP,
            key=f"group:{place}:{each}",
            sender=f"+3161{each:07}",
            text="Wie kan morgen om zes uur beginnen?",
            at_ms=now_ms,
            group=group,
        )
        for each in range(_POSTS)
    ]


def _type(tx: Tx, office: Office, share: float) -> None:
    writers = {line.line_id: line.writers for line in office.lines}
    queued, typed = _part(_QUEUED, share), _part(_DRAFTS, share)
    found = tx.conn.execute(_NEWEST, (queued + typed,)).fetchall()
    for place, row in enumerate(found):
        writer = writers[row["line_id"]][place % len(writers[row["line_id"]])]
        if place < typed:
            text = "Ik zoek het even voor je uit"
            drafts.save(tx, staff_id=writer, conversation_id=row["id"], text=text)
        else:
            request = SendRequest(
                line_id=row["line_id"],
                identity=tel(row["value"]),
                text="Morgen om zes uur bij de poort",
                author=Author(staff_id=writer),
                typed=True,
            )
            accept(tx, request)


def _built(conn: sqlite3.Connection, data: Path, office: Office) -> Built:
    def count(table: str) -> int:
        return int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- our own names

    return Built(
        data=str(data),
        logins=[asdict(login) for login in office.logins],
        token=office.token,
        contacts=count("contact"),
        conversations=count("conversation"),
        messages=count("message"),
        longest=conn.execute(_LONGEST).fetchone()[0],
    )


@contextmanager
def copied(*, messages: int = MESSAGES) -> Iterator[Built]:
    """A copy of the kept database, to be written to. There may be several at once."""
    kept = _kept(messages)
    for left in KEPT.glob("copy-*"):  # of a run that was killed
        if not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left)
    data = Path(mkdtemp(prefix=f"copy-{os.getpid()}-", dir=KEPT))
    try:
        shutil.copyfile(kept / FILE, data / FILE)
        about = json.loads((kept / ABOUT).read_text("utf-8"))
        yield Built(**about | {"data": str(data)})
    finally:
        shutil.rmtree(data)


def _kept(messages: int) -> Path:
    """The folder of the database of this schema and generator, made when there is none; older ones
    go.
    """
    folder = KEPT / f"size-{messages}-{_digest()}"
    if (folder / ABOUT).exists():
        return folder
    for old in KEPT.glob(f"size-{messages}-*"):
        shutil.rmtree(old)
    built = build(folder, messages=messages)
    (folder / ABOUT).write_text(built.line, "utf-8")
    return folder


def _digest() -> str:
    """Of what makes it."""
    files = sorted(path for pattern in _MAKES_IT for path in _ROOT.glob(pattern))
    found = sha256(b"".join(path.read_bytes() for path in files))
    return found.hexdigest()[:16]
