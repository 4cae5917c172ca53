"""Which chats the list shows, from its top as far as the walk may go."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from appliance.devices.adoption_protocol import GoesOn, ListedChat
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import is_number
from appliance.devices.phone.whatsapp.archive import opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.day_labels import day_in, today_of
from appliance.devices.phone.whatsapp.list_of_chats import opened_list, views_of_list
from appliance.devices.phone.whatsapp.opening import pass_by
from appliance.devices.phone.whatsapp.pages import ChatRow, ChatsList

# Half a screen each, of some eight chats.
_MOST_PULLS = 60


def list_chats(phone: Phone, goes_on: GoesOn, *, most: int) -> Sequence[ListedChat]:
    """The newest first; nothing is opened, so nothing is marked as read."""
    chat = OpenChat(phone, "")
    try:
        seen = opened_list(chat, pass_by, within_s=phone.patience.chat_s)
        views = views_of_list(chat, seen, most=_MOST_PULLS, upwards=True, goes_on=goes_on)
        *_, top = views
        archive = chat.seen.archive if isinstance(chat.seen, ChatsList) else None
        return _listed(phone, _views(chat, top, goes_on, archive=archive is not None), most)
    finally:
        phone.session.leave()


def _views(
    chat: OpenChat, top: ChatsList, goes_on: GoesOn, *, archive: bool
) -> Iterator[ChatsList]:
    """All of the list, then the archived chats, where there are some."""
    yield from views_of_list(chat, top, most=_MOST_PULLS, goes_on=goes_on)
    first = None
    if archive:
        first = opened_archive(chat, pass_by, most=_MOST_PULLS, goes_on=goes_on)
    if first is not None:
        yield from views_of_list(chat, first, most=_MOST_PULLS, goes_on=goes_on)


def _listed(phone: Phone, views: Iterable[ChatsList], most: int) -> Sequence[ListedChat]:
    """Half of each view was in the one before; a row that is cut shows no name or no time."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    first: dict[str, ChatRow] = {}
    twice: set[str] = set()
    for view in views:
        whole = [row for row in view.rows if row.name and row.time]
        names = [row.name for row in whole]
        twice.update(name for name in names if names.count(name) > 1)
        for row in whole:
            found[row.name].add((row.preview, row.time))
            first.setdefault(row.name, row)
        if len(first) >= most:
            break
    today = today_of(phone.time, phone.clock.now_ms())
    return [
        ListedChat(
            name=name,
            group=row.in_group,
            alike=not is_number(name) and (name in twice or len(found[name]) > 1),
            day=day_in(row.time, today),
        )
        for name, row in list(first.items())[:most]
    ]
