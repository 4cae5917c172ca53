"""The words and names of a thread that its box keeps: asked of it when somebody opens the thread.

The replica has been read by then with the reader's rights, so that they may see it is proven.
"""

import asyncio
import dataclasses
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request

from appliance.api.web.pages.thread import Opened
from appliance.api.web.words import office_sentences
from appliance.desk.inbox.bubbles import Bubble
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.window import Window
from appliance.desk.team.notes import TeamNote
from appliance.identities import TEL, Identity
from appliance.office.api.fetched import WAITS_S, FetchedMemory
from appliance.office.head.callers import head_of
from appliance.office.web import fetched_files
from appliance.office.web.places import AtBox
from appliance.slices import Privacy

_MOST = 200
Texts = Mapping[str, Mapping[str, Any]]


async def whole(request: Request, at: AtBox, opened: Opened) -> Opened:
    """With the words, where the box gives them; else with the reason why there are none."""
    if at.box.privacy is Privacy.ALL:
        return opened
    blank = dataclasses.replace(opened, about=nameless(at, opened.about))
    if at.box.privacy is Privacy.FIGURES:
        return dataclasses.replace(blank, withheld="privacy")
    told = None if at.is_away else await _told(request, at, opened)
    if told is None:
        return dataclasses.replace(blank, withheld="box-away")
    about, messages, notes = told
    known = _named(blank.about, about)
    window = _with_texts(opened.window, known, messages, notes)
    return dataclasses.replace(opened, about=known, window=window)


def nameless(at: AtBox, about: Conversation) -> Conversation:
    """As a replica has it in which somebody is told by a mark."""
    name = office_sentences.somebody(at.visit.words, is_group=about.is_group)
    return dataclasses.replace(about, name=name, to=about.to[:1])


def _named(about: Conversation, told: Mapping[str, Any]) -> Conversation:
    """`told` is the conversation as the box's API has it."""
    name, number = told.get("name"), (told.get("contact") or {}).get("number")
    if about.is_group or not number:
        return dataclasses.replace(about, name=name or about.name)
    return dataclasses.replace(about, name=name, to=(Identity(number, TEL),))


async def _told(
    request: Request, at: AtBox, opened: Opened
) -> tuple[Mapping[str, Any], Texts, Texts] | None:
    window, place = opened.window, f"/api/v1/conversations/{opened.about.id}"
    has_notes = bool(window.notes) or any(each.notes for each in window.bubbles)
    stamp = [(each.id, each.state.value, each.deleted, each.awaited) for each in window.bubbles]
    asked = [place, f"{place}/messages?order=newest&limit={_MOST}{_behind(window)}"]
    if has_notes:
        asked.append(f"{place}/notes?limit={_MOST}")
    told = await asyncio.gather(*(_fetched(request, at, each, stamp) for each in asked))
    known = [each for each in told if each is not None]
    if len(known) < len(asked):
        return None
    about, *lists = known
    messages, *notes = ({item["id"]: item for item in each["items"]} for each in lists)
    return about, messages, notes[0] if notes else {}


def _behind(window: Window) -> str:
    """A stretch that ends before the thread does is asked for from its newest message back."""
    if not window.has_newer or not window.newest_id:
        return ""
    return f"&after={uuid.UUID(int=uuid.UUID(window.newest_id).int + 1)}"


async def _fetched(
    request: Request, at: AtBox, address: str, stamp: Sequence[Any]
) -> Mapping[str, Any] | None:
    """What was fetched counts as long as the replica says the same."""
    memory: FetchedMemory = request.app.state.fetched
    digest = hashlib.blake2b(json.dumps(stamp).encode(), digest_size=16).digest()
    key, mark = (at.box.id, address, digest), memory.mark(at.box.id)
    told = memory.find(key)
    if told is None:
        fetches = head_of(request).fetches
        told = await fetches.ask(at.box.id, address, at.by, within_s=WAITS_S)
    if told is None or told.status != HTTPStatus.OK:
        return None
    memory.keep(key, told, mark)
    found: Mapping[str, Any] = json.loads(told.body)
    return found


def _with_texts(window: Window, about: Conversation, messages: Texts, notes: Texts) -> Window:
    return dataclasses.replace(
        window,
        bubbles=[_bubble(each, about, messages, notes) for each in window.bubbles],
        notes=[_note(each, notes) for each in window.notes],
    )


def _bubble(bubble: Bubble, about: Conversation, messages: Texts, notes: Texts) -> Bubble:
    told = messages.get(bubble.id)
    if told is None:
        return bubble
    author = bubble.author
    if about.is_group and not bubble.mine:
        whom = told.get("contact") or {}
        author = whom.get("name") or whom.get("number") or author
    quoted = bubble.quoted
    if quoted is not None and (original := messages.get(quoted.id)) is not None:
        quoted = dataclasses.replace(quoted, text=original["text"])
    return dataclasses.replace(
        bubble,
        text=told["text"],
        author=author,
        media=fetched_files.media_told(told) or bubble.media,
        quoted=quoted,
        notes=[_note(each, notes) for each in bubble.notes],
    )


def _note(note: TeamNote, notes: Texts) -> TeamNote:
    told = notes.get(note.id)
    if told is None:
        return note
    media = fetched_files.media_told(told) or note.media
    return dataclasses.replace(note, text=told["text"], media=media)
