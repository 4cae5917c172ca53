"""`/lines`, `/conversations`, `/calls`, `/devices`: what there is."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import Query

from appliance.api.json import examples
from appliance.api.json.bodies import MessageOut
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.messages import shown_message
from appliance.api.json.office_bodies import (
    CallOut,
    ConversationOut,
    DeviceOut,
    LineOut,
)
from appliance.api.json.paging import Paged, page_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import directory, records
from appliance.desk.inbox.directory import CallEntry, ConversationEntry, Page
from appliance.desk.inbox.message_search import MessageFilter
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.inbox.selection import Selection, Sort, selected
from appliance.desk.team.staff import colleague_named


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnPage:
    """A page of a list that is filtered by names that the caller gave."""

    page: Page
    line: str | None = None
    contact: str | None = None

    @property
    def limit(self) -> int:
        return self.page.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen(_OnPage):
    """… and by what the team does with them."""

    state: str | None = None
    assignee: str | None = None
    label: str | None = None
    waiting: bool = False
    sort: Sort = Sort.BEGUN

    @property
    def is_plain(self) -> bool:
        chosen = (self.state, self.assignee, self.label)
        return chosen == (None, None, None) and not self.waiting and self.sort is Sort.BEGUN


async def _conversation_id(conversation_id: str) -> str:
    return conversation_id


async def _conversations_of(
    paged: Paged,
    line: Annotated[str | None, Query(description="Id or number of a line.")] = None,
    contact: Annotated[str | None, Query(description="Id or number of a contact.")] = None,
    state: Annotated[Literal["open", "done"] | None, Query()] = None,
    assignee: Annotated[
        str | None, Query(description="A colleague's id or name, or `nobody`.", max_length=80)
    ] = None,
    label: Annotated[str | None, Query(description="The name of a label.", max_length=64)] = None,
    waiting: Annotated[
        bool | None, Query(description="`true`: only where somebody waits and it is not put away.")
    ] = None,
    sort: Annotated[
        Literal["begun", "recent", "waiting"],
        Query(description="By id; the newest message first; or the longest wait first."),
    ] = "begun",
) -> _Chosen:
    return _Chosen(
        page=paged,
        line=line,
        contact=contact,
        state=state,
        assignee=assignee,
        label=label,
        waiting=bool(waiting),
        sort=Sort(sort),
    )


async def _messages_of(
    conversation_id: str,
    paged: Paged,
    order: Annotated[
        examples.Order, Query(description="`oldest` first, or `newest` first.")
    ] = "oldest",
) -> MessageFilter:
    return MessageFilter(
        conversation_id=conversation_id,
        after=paged.after or None,
        newest_first=order == "newest",
        limit=paged.limit,
    )


def _conversations(
    conn: sqlite3.Connection, sight: Sight, wanted: _Chosen
) -> Sequence[ConversationEntry]:
    line_id = sight.line(conn, wanted.line).id if wanted.line is not None else None
    contact_id = sight.contact(conn, wanted.contact).id if wanted.contact is not None else None
    if wanted.is_plain:
        return directory.conversations(
            conn, sight, wanted.page, line_id=line_id, contact_id=contact_id
        )
    chosen = Selection(
        page=wanted.page,
        line_id=line_id,
        contact_id=contact_id,
        state=wanted.state,
        assignee_id=_assignee(conn, wanted.assignee),
        label=wanted.label,
        waiting=wanted.waiting,
        sort=wanted.sort,
    )
    return selected(conn, sight, chosen)


def _assignee(conn: sqlite3.Connection, named: str | None) -> str | None:
    """Raises InvalidInput."""
    if named is None or named == "nobody":
        return None if named is None else ""
    return colleague_named(conn, named, field="assignee")


def _messages(
    conn: sqlite3.Connection, sight: Sight, wanted: MessageFilter
) -> Sequence[MessageRecord]:
    found = directory.conversation(conn, sight, wanted.conversation_id or "")
    return records.search(conn, sight, replace(wanted, conversation_id=found.id))


def _shown_conversation(entry: ConversationEntry) -> Shown:
    return Shown(contact_id=entry.contact_id, conversation_id=entry.id, listed=True)


def _opened_conversation(entry: ConversationEntry) -> Shown:
    return Shown(contact_id=entry.contact_id, conversation_id=entry.id)


def _shown_caller(entry: CallEntry) -> Shown:
    return Shown(contact_id=entry.contact_id, listed=True)


READS = (
    Many(
        tag="directory",
        path="/lines",
        scope=Scope.LINES_READ,
        name="listLines",
        summary="The numbers to send from",
        description="By id.",
        asked=page_of,
        read=directory.lines,
        model=LineOut,
        example=examples.LINE,
        shown=nobody,
    ),
    Many(
        tag="directory",
        path="/conversations",
        scope=Scope.MESSAGES_READ,
        name="listConversations",
        summary="The conversations",
        description="By id, or as `sort` says.",
        asked=_conversations_of,
        read=_conversations,
        model=ConversationOut,
        example=examples.CONVERSATION,
        shown=_shown_conversation,
        problems=("not-found",),
    ),
    One(
        tag="directory",
        path="/conversations/{conversation_id}",
        scope=Scope.MESSAGES_READ,
        name="getConversation",
        summary="One conversation",
        description="The conversation.",
        asked=_conversation_id,
        read=directory.conversation,
        model=ConversationOut,
        example=examples.CONVERSATION,
        shown=_opened_conversation,
        problems=("not-found",),
    ),
    Many(
        tag="directory",
        path="/conversations/{conversation_id}/messages",
        scope=Scope.MESSAGES_READ,
        name="listConversationMessages",
        summary="The messages of one conversation",
        description="In the order in which Balie came to know them.",
        asked=_messages_of,
        read=_messages,
        model=MessageOut,
        example=examples.MESSAGE,
        shown=shown_message,
        problems=("not-found",),
    ),
    Many(
        tag="directory",
        path="/calls",
        scope=Scope.MESSAGES_READ,
        name="listCalls",
        summary="The calls that nobody took",
        description="Oldest first.",
        asked=page_of,
        read=directory.calls,
        model=CallOut,
        example=examples.CALL,
        shown=_shown_caller,
    ),
    Many(
        tag="directory",
        path="/devices",
        scope=Scope.DEVICES_READ,
        name="listDevices",
        summary="The phones and modems and how they are",
        description="By id.",
        asked=page_of,
        read=directory.devices,
        model=DeviceOut,
        example=examples.DEVICE,
        shown=nobody,
    ),
)
