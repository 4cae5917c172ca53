"""A crew that can be asked, and what the phone and the thread of the rounds would do meanwhile."""

from collections.abc import Sequence
from functools import partial

from appliance.desk.access.sight import Sight
from appliance.desk.lists import saved_lists
from appliance.desk.outgoing.sending import Author
from appliance.desk.rounds import starting
from appliance.desk.rounds.following import RoundFollower
from appliance.desk.rounds.starting import StartRequest
from appliance.messages import MessageState
from appliance.store import lines
from appliance.store.rounds import RoundAuthor
from appliance.store.store import Tx
from tests.e2e.conftest import Place
from tests.e2e.filled import UTRECHT
from tests.e2e.filler import HOUR_MS

CREW = {
    "Adam Nowak": "+31612345701",
    "Bilal Haddad": "+31612345702",
    "Chiara Bos": "+31612345703",
    "Deniz Kaya": "+31612345704",
}
LIST = "Loods"
_EVERYTHING = Sight(None)


def gather(place: Place) -> Sequence[str]:
    """Everybody of the crew has written before and is in one list; gives their ids."""
    for name, number in CREW.items():
        place.desk.receive(UTRECHT, name, number, "Hoi", ago_ms=2 * HOUR_MS)

    def keep(tx: Tx) -> Sequence[str]:
        members = [_EVERYTHING.contact(tx.conn, each).id for each in CREW.values()]
        branch_id = place.desk.filled.branches[UTRECHT]
        saved_lists.add(tx, _EVERYTHING, Author(), name=LIST, branch_id=branch_id, members=members)
        return members

    return place.store.write(keep)


def follow(place: Place) -> None:
    follower = RoundFollower(place.store)
    while follower.catch_up():
        pass
    while follower.go_on():
        pass


def leave(place: Place) -> None:
    """Each question that waits leaves the phone."""
    sql = "SELECT id FROM message WHERE rule = 'round' AND state = 'queued'"
    for row in place.store.read(lambda conn: conn.execute(sql).fetchall()):
        place.store.write(partial(_tap, row["id"], place.desk.filled.devices[UTRECHT]))
        place.desk.bring(row["id"], MessageState.SENT)
    follow(place)


def _tap(message_id: str, device_id: str, tx: Tx) -> None:
    tx.conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, tapped_ms, ended_ms,"
        " outcome)"
        " VALUES (?1, ?2, ?3, 'whatsapp', ?4, ?4, ?4, 'sent')",
        (tx.new_id(), message_id, device_id, tx.now_ms),
    )


def says(place: Place, name: str, text: str) -> None:
    place.desk.receive(UTRECHT, name, CREW[name], text)
    follow(place)


def half_full(place: Place) -> str:
    """The id of a round with a seat taken, a reserve to come, and an answer to decide."""
    members = gather(place)
    line_id = place.desk.filled.lines[UTRECHT]

    def start(now_ms: int, tx: Tx) -> str:
        request = StartRequest(
            lines=[lines.line(tx.conn, line_id)],
            contacts=members,
            variants=["Hoi {voornaam}, kun je morgen van 7 tot 15 werken?"],
            seats=2,
            starts_ms=now_ms + 10 * HOUR_MS,
            ends_ms=now_ms + 18 * HOUR_MS,
            closes_ms=now_ms + 9 * HOUR_MS,
            confirm_text="Top, tot morgen!",
            by=RoundAuthor(),
        )
        return starting.start(tx, _EVERYTHING, request)

    round_id = place.store.write(partial(start, place.services.clock.now_ms()))
    leave(place)
    says(place, "Adam Nowak", "ja")
    says(place, "Bilal Haddad", "Hoe laat precies, en wie rijdt er mee?")
    says(place, "Chiara Bos", "nee")
    return round_id
