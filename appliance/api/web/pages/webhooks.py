"""`/settings/webhooks`: where what happens is posted, for other software."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.team import must_manage, shown
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import webhook_sentences
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.team import later
from appliance.desk.webhooks import looking_after
from appliance.desk.webhooks.event_names import EVERYTHING
from appliance.desk.webhooks.looking_after import ANY_DIALECT, DIALECT, WebhookChange, WebhookWish
from appliance.desk.webhooks.naming import judge
from appliance.desk.webhooks.replaying import ReplayCount
from appliance.errors import InvalidInput
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx
from appliance.store.webhooks import Content, WebhookBy

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/webhooks"
_SHOWN = 50
"""Of what was posted last."""

_ZONE = BranchSettings().zone

Url = Annotated[str, Form(max_length=2100)]
Events = Annotated[list[str] | None, Form()]
ContentName = Annotated[str, Form(max_length=10)]
Since = Annotated[str, Form(max_length=40)]
Doing = Callable[[Tx, Sight, WebhookBy], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayShown:
    """`since` as it was chosen, `since_ms` the same moment; `count` is what would be posted."""

    since: str
    since_ms: int
    count: ReplayCount


@routes.get(PAGE)
async def webhooks_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(PAGE)
async def add(
    visit: Posting,
    url: Url = "",
    event: Events = None,
    branch: Annotated[str, Form(max_length=40)] = "",
    content: ContentName = "ids",
) -> Response:
    must_manage(visit)
    wanted, by = event or [], WebhookBy(staff_id=visit.staff_id)

    def work(tx: Tx, rights: Rights) -> tuple[str, str]:
        rights.require(Permission.STAFF_MANAGE, branch or None, "branch")
        wish = WebhookWish(
            url=url, events=wanted, branch_id=branch or None, content=_content(content)
        )
        made, secret = looking_after.add(tx, _sight(rights), wish, by)
        return made.id, secret

    try:
        await judge(visit.services.urls, url, by=visit.staff_id)
        webhook_id, secret = await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, 422, note=note, typed=url, ticked=wanted, content=content)
    return await _one(visit, webhook_id, secret=secret)


@routes.get(f"{PAGE}/{{webhook_id}}")
async def webhook_page(visit: Reading, webhook_id: str, saved: str = "") -> Response:
    return await _one(visit, webhook_id, saved=saved)


@routes.post(f"{PAGE}/{{webhook_id}}")
async def change(
    visit: Posting,
    webhook_id: str,
    url: Url = "",
    event: Events = None,
    content: ContentName = "ids",
) -> Response:
    wanted = WebhookChange(url=url, events=event or [], content=_content(content))
    try:
        await judge(visit.services.urls, url, by=visit.staff_id)
        await _do(
            visit, lambda tx, sight, by: looking_after.change(tx, sight, webhook_id, wanted, by)
        )
    except InvalidInput as exc:
        return await _one(visit, webhook_id, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}/{webhook_id}?saved=1")


@routes.post(f"{PAGE}/{{webhook_id}}/on")
async def switch_on(visit: Posting, webhook_id: str) -> Response:
    return await _switched(visit, webhook_id, enabled=True)


@routes.post(f"{PAGE}/{{webhook_id}}/off")
async def switch_off(visit: Posting, webhook_id: str) -> Response:
    return await _switched(visit, webhook_id, enabled=False)


@routes.post(f"{PAGE}/{{webhook_id}}/rotate")
async def rotate(visit: Posting, webhook_id: str) -> Response:
    """Shows the new secret, this once."""
    must_manage(visit)
    by = WebhookBy(staff_id=visit.staff_id)
    secret, _ = await visit.write(
        lambda tx, rights: looking_after.rotate(tx, _sight(rights), webhook_id, by)
    )
    return await _one(visit, webhook_id, secret=secret)


@routes.post(f"{PAGE}/{{webhook_id}}/test")
async def test(visit: Posting, webhook_id: str) -> Response:
    return await _done(
        visit, webhook_id, lambda tx, sight, by: looking_after.ping(tx, sight, webhook_id, by)
    )


@routes.post(f"{PAGE}/{{webhook_id}}/again")
async def again(
    visit: Posting, webhook_id: str, delivery: Annotated[str, Form(max_length=80)] = ""
) -> Response:
    """Posts one again."""
    return await _done(
        visit,
        webhook_id,
        lambda tx, sight, by: looking_after.send_again(
            tx, sight, webhook_id, delivery, by, ANY_DIALECT
        ),
    )


@routes.get(f"{PAGE}/{{webhook_id}}/replay")
async def replay_counted(visit: Reading, webhook_id: str, since: str = "") -> Response:
    """How much it would be, before anything is posted."""
    must_manage(visit)
    sight = _sight(visit.session.rights)
    try:
        since_ms = _moment(since)
        count = await visit.read(
            lambda conn: looking_after.replay_counted(
                conn, sight, webhook_id, since_ms, visit.now_ms
            )
        )
    except InvalidInput as exc:
        return await _one(visit, webhook_id, 422, note=note_of(visit.words, exc))
    shown = ReplayShown(since=since, since_ms=since_ms, count=count)
    return await _one(visit, webhook_id, replay=shown)


@routes.post(f"{PAGE}/{{webhook_id}}/replay")
async def replay(visit: Posting, webhook_id: str, since: Since = "") -> Response:
    return await _done(
        visit,
        webhook_id,
        lambda tx, sight, by: looking_after.replay(tx, sight, webhook_id, _moment(since), by),
    )


@routes.post(f"{PAGE}/{{webhook_id}}/remove")
async def remove(visit: Posting, webhook_id: str) -> Response:
    await _do(
        visit, lambda tx, sight, by: looking_after.remove(tx, sight, webhook_id, by, ANY_DIALECT)
    )
    return go(visit, f"{PAGE}?saved=1")


async def _switched(visit: Visit, webhook_id: str, *, enabled: bool) -> Response:
    return await _done(
        visit,
        webhook_id,
        lambda tx, sight, by: looking_after.switch(
            tx, sight, webhook_id, by, enabled=enabled, dialect=ANY_DIALECT
        ),
    )


async def _done(visit: Visit, webhook_id: str, work: Doing) -> Response:
    try:
        await _do(visit, work)
    except InvalidInput as exc:
        return await _one(visit, webhook_id, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}/{webhook_id}?saved=1")


async def _do(visit: Visit, work: Doing) -> None:
    must_manage(visit)
    by = WebhookBy(staff_id=visit.staff_id)
    await visit.write(lambda tx, rights: work(tx, _sight(rights), by))


def _sight(rights: Rights) -> Sight:
    """The webhooks of those branches whose programs this person manages."""
    return Sight(rights.branches(Permission.STAFF_MANAGE))


def _moment(since: str) -> int:
    """Raises InvalidInput."""
    return max(0, later.written(since, zone=_ZONE, field="since"))


def _local(at_ms: int | None) -> str:
    """As a browser writes a day and a time."""
    if at_ms is None:
        return ""
    return f"{datetime.fromtimestamp(at_ms / 1000, ZoneInfo(_ZONE)):%Y-%m-%dT%H:%M}"


def _content(name: str) -> Content:
    return Content.FULL if name == Content.FULL.value else Content.IDS


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    typed: str = "",
    ticked: list[str] | None = None,
    content: str = "ids",
) -> Response:
    must_manage(visit)
    rights = visit.session.rights
    sight = _sight(rights)
    return visit.page(
        "webhooks.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, rights)),
        webhooks=await visit.read(lambda conn: looking_after.listed(conn, sight, ANY_DIALECT)),
        said=webhook_sentences,
        everything=EVERYTHING,
        saved=saved,
        note=note,
        typed=typed,
        ticked=[EVERYTHING] if ticked is None else ticked,
        content=content,
    )


async def _one(
    visit: Visit,
    webhook_id: str,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    secret: str | None = None,
    replay: ReplayShown | None = None,
) -> Response:
    must_manage(visit)
    rights = visit.session.rights
    sight = _sight(rights)
    webhook = await visit.read(lambda conn: looking_after.one(conn, sight, webhook_id, ANY_DIALECT))
    posted = await visit.read(
        lambda conn: looking_after.deliveries(
            conn, sight, webhook_id, limit=_SHOWN, dialect=ANY_DIALECT
        )
    )
    return visit.page(
        "webhook.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, rights)),
        webhook=webhook,
        is_own=webhook.dialect == DIALECT,
        posted=posted,
        said=webhook_sentences,
        everything=EVERYTHING,
        ticked=webhook.events,
        content=webhook.content.value,
        saved=saved,
        note=note,
        secret=secret,
        zone=_ZONE,
        replay=replay,
        since=replay.since if replay else _local(webhook.failing_ms),
    )
