"""A text to a list: written, looked at as its readers will see it, sent, and followed."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from appliance.api.form_files import kept_files, uploads_of
from appliance.api.uploads import FIELD
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.lists import sending
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.access.sight import Sight
from appliance.desk.lists import progress, saved_lists, sends
from appliance.desk.lists.progress import SendItem, SendProgress
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.lists.sends import JudgedSend, Send, SendWish
from appliance.desk.lists.steering import Steered, steered
from appliance.desk.outgoing.lists import Recipient
from appliance.desk.outgoing.sending import Author
from appliance.desk.outgoing.wording import MAX_VARIANTS
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches, lines, media
from appliance.store.lines import Line
from appliance.store.media import Media, add_upload
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

Wish = Callable[[sqlite3.Connection, Rights], SendWish]

EXAMPLES = 3
"""Real recipients whose text is shown before it is sent."""
_STEERS: Mapping[str, Callable[[Tx, Send, Author], None]] = {
    "pause": sends.pause,
    "resume": sends.resume,
    "cancel": sends.cancel,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """What stands in the form. Times are as a browser writes a day and a time.

    `resends` is the send whose people it asks again; empty: everybody of the list.
    """

    line: str = ""
    variants: Sequence[str] = ()
    media: Sequence[str] = ()
    not_before: str = ""
    until: str = ""
    resends: str = ""

    @property
    def kept(self) -> Sequence[str]:
        return [each for each in self.variants if each.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What would become of each, and their names."""

    items: Sequence[SendItem]
    done_by_ms: int | None
    goes: int

    @property
    def examples(self) -> Sequence[SendItem]:
        """The first who get it, each with other words where there are any."""
        going = [each for each in self.items if not each.refused]
        first = list({each.text: each for each in reversed(going)}.values())[::-1]
        others = [each for each in going if each not in first]
        return [*first, *others][:EXAMPLES]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendShown:
    """`again_ms` is when those were written to who did not get it; None: it is for everybody."""

    about: SavedList
    lines: Sequence[Line]
    files: Sequence[Media]
    people: int
    zone: str
    branches: Mapping[str, str]
    again_ms: int | None = None
    looked: Looked | None = None

    def branch_of(self, line: Line) -> str:
        return self.branches[line.branch_id]

    @property
    def shown(self) -> Sequence[Shown]:
        items = self.looked.items if self.looked else ()
        return [Shown(contact_id=each.contact_id, listed=True) for each in items]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentShown:
    about: SavedList
    found: SendProgress
    names: Mapping[str, str | None]
    line: str
    zone: str
    history: Sequence[Steered]

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=each.contact_id, conversation_id=each.conversation_id, listed=True)
            for each in self.found.items
        ]

    @property
    def left_out(self) -> Sequence[SendItem]:
        return [each for each in self.found.items if each.refused]


@routes.get("/lists/{list_id}/send")
async def write_page(
    visit: Reading, list_id: str, resends: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """With `resends` it holds the words of that send, looked at for who did not get it."""
    if not resends:
        return await _write_page(visit, list_id, WrittenText())
    sight = sending(visit.session.rights)

    def read(conn: sqlite3.Connection) -> WrittenText:
        found = _resent(conn, sight, list_id, resends)
        return WrittenText(
            line=found.line_id, variants=found.variants, media=found.media, resends=found.id
        )

    written = await visit.read(read)
    try:
        return await _write_page(visit, list_id, written, look=True)
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return await _write_page(visit, list_id, written, 409, note=note)


@routes.post("/lists/{list_id}/send")
async def look_or_send(visit: Posting, request: Request, list_id: str) -> Response:
    """`do` is `look` or `send`. Files come with the first and are named in the form after it."""
    sight = sending(visit.session.rights)
    about = await visit.read(lambda conn: saved_lists.one(conn, sight, list_id))
    async with request.form() as form:
        written = _written(form)
        try:
            written = replace(written, media=[*written.media, *await _uploaded(visit, about, form)])
            if form.get("do") == "send":
                send_id = await _send(
                    visit, lambda conn, rights: _wish(visit, conn, rights, list_id, written)
                )
                visit.services.planned()
                return go(visit, f"/lists/{list_id}/sends/{send_id}")
            return await _write_page(visit, list_id, written, look=True)
        except (InvalidInput, Refused) as exc:
            note = note_of(visit.words, exc)
            return await _write_page(visit, list_id, written, 422, note=note)


@routes.get("/lists/{list_id}/sends/{send_id}")
async def sent_page(visit: Reading, list_id: str, send_id: str) -> Response:
    return await _sent_page(visit, list_id, send_id)


@routes.post("/lists/{list_id}/sends/{send_id}")
async def steer(
    visit: Posting, list_id: str, send_id: str, do: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Pauses, resumes, or cancels the rest."""
    by = Author(staff_id=visit.staff_id)

    def work(tx: Tx, rights: Rights) -> None:
        found = sends.one(tx.conn, sending(rights), send_id)
        if do not in _STEERS:
            raise NotFound("page")
        _STEERS[do](tx, found, by)

    try:
        await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _sent_page(visit, list_id, send_id, 409, note=note_of(visit.words, exc))
    visit.services.planned()
    return go(visit, f"/lists/{list_id}/sends/{send_id}")


async def _send(visit: Visit, wish: Wish) -> str:
    """The id of the send. Whom it goes to is judged before the transaction, where they are many."""
    rights, now_ms = visit.session.rights, visit.now_ms
    give_way = visit.services.store.give_way

    def judged(conn: sqlite3.Connection) -> JudgedSend | None:
        wanted = wish(conn, rights)
        return sends.judged(conn, sending(rights), wanted, now_ms=now_ms, give_way=give_way)

    found = await visit.read(judged)

    def work(tx: Tx, rights: Rights) -> str:
        return sends.send(tx, sending(rights), wish(tx.conn, rights), found)

    return await visit.write(work)


def _written(form: FormData) -> WrittenText:
    def field(name: str) -> str:
        value = form.get(name, "")
        return value[:40] if isinstance(value, str) else ""

    def all_of(name: str) -> Sequence[str]:
        found = (each for each in form.getlist(name) if isinstance(each, str))
        return [each.replace("\r\n", "\n") for each in found][: MAX_VARIANTS + 1]

    return WrittenText(
        line=field("line"),
        variants=all_of("variant"),
        media=[each[:40] for each in all_of("media")],
        not_before=field("not_before"),
        until=field("until"),
        resends=field("resends"),
    )


async def _uploaded(visit: Visit, about: SavedList, form: FormData) -> Sequence[str]:
    """The ids of the files in the form, kept as this person's."""
    chosen = [each for each in form.getlist(FIELD) if not isinstance(each, str) and each.size]
    if not chosen:
        return ()
    files = FormData([(FIELD, each) for each in chosen])
    received = await asyncio.to_thread(kept_files, files, visit.services.media_files)
    new = uploads_of(received, staff_id=visit.staff_id, branch_id=about.branch_id)

    def keep(tx: Tx, rights: Rights) -> Sequence[str]:
        saved_lists.one(tx.conn, sending(rights), about.id)
        return [add_upload(tx, each).id for each in new]

    return await visit.write(keep)


def _wish(
    visit: Visit, conn: sqlite3.Connection, rights: Rights, list_id: str, written: WrittenText
) -> SendWish:
    """Raises InvalidInput, NotFound."""
    sight = sending(rights)
    about = saved_lists.one(conn, sight, list_id)
    line = sight.line(conn, written.line)
    zone = branches.branch(conn, line.branch_id).settings.zone
    again = _resent(conn, sight, list_id, written.resends) if written.resends else None
    return SendWish(
        to=about,
        line_id=line.id,
        variants=written.kept,
        media=_usable_files(conn, visit, written.media, again),
        author=Author(staff_id=visit.staff_id),
        not_before_ms=_moment(written.not_before, zone, "not_before"),
        until_ms=_moment(written.until, zone, "deliver_until"),
        resends=again.id if again else None,
    )


def _resent(conn: sqlite3.Connection, sight: Sight, list_id: str, send_id: str) -> Send:
    """A send to this list. Raises NotFound."""
    found = sends.one(conn, sight, send_id)
    if found.list_id != saved_lists.one(conn, sight, list_id).id:
        raise NotFound("send")
    return found


def _usable_files(
    conn: sqlite3.Connection, visit: Visit, named: Sequence[str], again: Send | None
) -> Sequence[str]:
    """Those that this person uploaded, or that were sent before. Raises InvalidInput."""
    found = _files(conn, visit, named, again)
    if len(found) != len(named):
        raise InvalidInput("media", "Choose the file once more.")
    return [each.id for each in found]


def _files(
    conn: sqlite3.Connection, visit: Visit, named: Sequence[str], again: Send | None
) -> Sequence[Media]:
    sent = again.media if again else ()
    found = [media.by_id(conn, each) for each in named]
    return [each for each in found if each and (each.staff_id == visit.staff_id or each.id in sent)]


def _moment(written: str, zone: str, field: str) -> int | None:
    if not written:
        return None
    try:
        local = datetime.fromisoformat(written)
    except ValueError as exc:
        raise InvalidInput(field, "Choose a day and a time.") from exc
    return int(local.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


async def _write_page(
    visit: Visit,
    list_id: str,
    written: WrittenText,
    status: int = 200,
    *,
    look: bool = False,
    note: Note | None = None,
) -> Response:
    rights, now_ms = visit.session.rights, visit.now_ms
    sight = sending(rights)

    def read(conn: sqlite3.Connection) -> SendShown:
        about = saved_lists.one(conn, sight, list_id)
        again = _resent(conn, sight, list_id, written.resends) if written.resends else None
        looked = None
        if look:
            wish = _wish(visit, conn, rights, list_id, written)
            give_way = visit.services.store.give_way
            found = sends.dry_run(conn, sight, wish, now_ms=now_ms, give_way=give_way)
            looked = _looked(conn, sight, found)
        return SendShown(
            about=about,
            lines=_lines(conn, sight, about),
            files=_files(conn, visit, written.media, again),
            again_ms=again.created_ms if again else None,
            branches={each.id: each.name for each in branches.branches(conn)},
            people=len(saved_lists.people_of(conn, sight, about, now_ms=now_ms)),
            zone=branches.branch(conn, about.branch_id).settings.zone,
            looked=looked,
        )

    shown = await visit.show(read, lambda found: found.shown)
    return visit.page("list_send.html", status, shown=shown, written=written, note=note)


def _looked(conn: sqlite3.Connection, sight: Sight, found: Sequence[Recipient]) -> Looked:
    items = progress.named(conn, sight, progress.expected_items(found))
    return Looked(
        items=items,
        done_by_ms=progress.done_by_ms(found),
        goes=sum(not each.refused for each in items),
    )


def _lines(conn: sqlite3.Connection, sight: Sight, about: SavedList) -> Sequence[Line]:
    """Those that one may write from, the list's own branch first."""
    seen = [each for each in lines.lines(conn) if sight.sees_branch(each.branch_id)]
    return sorted(seen, key=lambda each: each.branch_id != about.branch_id)


async def _sent_page(
    visit: Visit, list_id: str, send_id: str, status: int = 200, *, note: Note | None = None
) -> Response:
    sight = sending(visit.session.rights)
    cursor = visit.cursor

    def read(conn: sqlite3.Connection) -> SentShown:
        about = saved_lists.one(conn, sight, list_id)
        found = progress.progress(conn, sight, sends.one(conn, sight, send_id))
        if found.list_id != about.id:
            raise NotFound("send")
        line = lines.line(conn, found.line_id)
        return SentShown(
            about=about,
            found=found,
            names={each.contact_id: each.name for each in found.items},
            line=line.number,
            history=steered(conn, found.send),
            zone=branches.branch(conn, line.branch_id).settings.zone,
        )

    shown = await visit.show(read, lambda found: found.shown)
    template = "_list_sent.html" if visit.partial and status == 200 else "list_sent.html"  # noqa: PLR2004 -- OK
    return visit.page(template, status, shown=shown, cursor=cursor, note=note)
