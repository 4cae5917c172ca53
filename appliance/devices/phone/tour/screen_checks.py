"""Questions to a screen that a person brings up, or that a link opens. Nothing is tapped."""

import re
import time
from collections.abc import Callable, Iterator
from re import Pattern

from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.sms.thread_screen import read_thread
from appliance.devices.phone.texts import digits_in, label
from appliance.devices.phone.tour.check import NOT_SEEN, Answer, Check, TourPhone, judged
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.groups.group_pages import any_row, info_page
from appliance.devices.phone.whatsapp.groups.group_words import CHANGE_NAME
from appliance.devices.phone.whatsapp.own_pages import (
    OPENS_PAGE,
    SETTINGS,
    own_number,
    profile_page,
)
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, DialogPage, LookingUp
from appliance.devices.phone.whatsapp.phrases import tick_of

_HINTS = frozenset({"Message", "Bericht"})
_OPENS_S = 15.0
_MARK = "x"
_NUMERIC = re.compile(r"\+?\d{8,15}")


def _chats(phone: TourPhone) -> Answer:
    seen = phone.seen(phone.screen())
    return judged(proved=isinstance(seen, ChatsList), seen=type(seen).__name__)


def _hint(phone: TourPhone) -> Answer:
    entry = phone.screen().first("entry")
    if entry is None:
        return NOT_SEEN
    shown = label(entry.text)
    return judged(proved=shown in _HINTS, seen="" if shown in _HINTS else phone.shape(shown))


def _chat(phone: TourPhone) -> Answer:
    seen = phone.seen(phone.screen())
    if not isinstance(seen, ChatPage):
        return judged(proved=False, seen=type(seen).__name__)
    ticks = {row.tick for row in seen.rows if row.own}
    return judged(proved=None not in ticks, seen=f"{len(seen.rows)} rows")


def _sms_thread(phone: TourPhone) -> Answer:
    screen = phone.screen()
    thread = read_thread(screen, phone.sms_app)
    known = thread is not None and thread.send is not None
    return judged(proved=known, seen="" if known else _ids(screen.of(phone.sms_app).windows))


def _spinner(phone: TourPhone) -> Answer:
    """Opens the chat of a number; nothing is typed into it, and it is left again."""
    if not _opens(phone, "A number that this phone has never written to"):
        return NOT_SEEN
    answer = NOT_SEEN
    for screen in _looks(phone):
        windows = screen.of(phone.whatsapp).windows
        spinning = [w for w in windows if any(v.cls == "ProgressBar" for v in w.walk())]
        if spinning:
            known = isinstance(phone.seen(screen), LookingUp)
            answer = judged(proved=known, seen=_ids(tuple(spinning)))
            break
    phone.session.leave()
    return answer


def _not_on_whatsapp(phone: TourPhone) -> Answer:
    if not _opens(phone, "A number that surely has no WhatsApp, such as a landline of yours"):
        return NOT_SEEN
    answer = NOT_SEEN
    for screen in _looks(phone):
        seen = phone.seen(screen)
        if isinstance(seen, DialogPage):
            known = seen.kind is DialogMeaning.NOT_ON_WHATSAPP and seen.number is not None
            answer = judged(proved=known, seen="" if known else phone.shape(seen.message))
            break
    phone.session.leave()
    return answer


def _jid(phone: TourPhone) -> Answer:
    """A draft is put into their chat and taken out again. Send is not tapped."""
    number = phone.guide.number("The number of somebody who agreed to it")
    if number is None:
        return NOT_SEEN
    extras = f"--es android.intent.extra.TEXT {_MARK} --es jid {digits_in(number)}@s.whatsapp.net"
    command = f"am start -a android.intent.action.SEND -t text/plain {extras}"
    phone.says(f"{command} -p {phone.whatsapp}")
    answer = NOT_SEEN
    for screen in _looks(phone):
        seen = phone.seen(screen)
        if isinstance(seen, ChatPage) and seen.entry is not None:
            honoured = seen.entry.holds(_MARK)
            if honoured:
                phone.session.set_text(seen.entry.view_id, "")
            answer = judged(proved=honoured)
            break
        if screen.first("chat_able_contacts_row_name", "contactpicker_row_name"):
            answer = judged(proved=False, seen="the picker of contacts")
            break
    phone.session.leave()
    return answer


def _own_profile(phone: TourPhone) -> Answer:
    """Whether the shell may open it, and whether its rows are as public scripts have them."""
    if complaint_in(phone.says(OPENS_PAGE.format(package=phone.whatsapp))):
        return judged(proved=False, seen="not for the shell")
    answer = NOT_SEEN
    for screen in _looks(phone):
        app = screen.of(phone.whatsapp)
        page = profile_page(app)
        known = page is not None and page.picture is not None
        answer = judged(proved=known, seen="" if known else _ids(app.windows))
        if known:
            break
    phone.session.leave()
    return answer


def ticks(phone: TourPhone) -> Answer:
    """The words of the newest own row, as they change."""
    words: list[str] = []
    for _ in phone.watching():
        views = phone.screen().of(phone.whatsapp).having("status")
        if views and (not words or views[-1].desc != words[-1]):
            words.append(views[-1].desc)
        if len(words) > 1:
            break
    if not words:
        return NOT_SEEN
    return judged(proved=all(map(tick_of, words)), seen=", ".join(words))


def _reply_menu(phone: TourPhone) -> Answer:
    app = phone.screen().of(phone.whatsapp)
    known = app.first("menuitem_reply") is not None
    return judged(proved=known, seen="" if known else _ids(app.windows))


def _reply_frame(phone: TourPhone) -> Answer:
    """With the name and the words that prove which message it is, and a cross that ends it."""
    screen = phone.screen()
    seen = phone.seen(screen)
    reply = seen.reply if isinstance(seen, ChatPage) else None
    known = reply is not None and bool(reply.name and reply.text) and reply.cross is not None
    return judged(proved=known, seen="" if known else _ids(screen.of(phone.whatsapp).windows))


def _album(phone: TourPhone) -> Answer:
    """What the number on the last tile counts, a person can tell from this."""
    album = phone.screen().of(phone.whatsapp).first("media_grid")
    if album is None:
        return judged(proved=False)
    more = album.first("more")
    return judged(proved=True, seen=label(more.text) if more else "")


def _opens(phone: TourPhone, question: str) -> bool:
    number = phone.guide.number(question)
    if number is None or not _NUMERIC.fullmatch(number):
        return False
    link = f"whatsapp://send?phone={digits_in(number)}"
    phone.says(f"am start -a android.intent.action.VIEW -d '{link}' -p {phone.whatsapp}")
    return True


def _looks(phone: TourPhone) -> Iterator[Screen]:
    until = time.monotonic() + min(_OPENS_S, phone.watch_s)
    while time.monotonic() < until:
        yield phone.screen()


def _ids(windows: tuple[View, ...]) -> str:
    named = (view.id or view.cls for window in windows for view in window.walk())
    return " ".join(dict.fromkeys(named))[:160]


def _own_number(phone: TourPhone) -> Answer:
    shown = own_number(phone.screen().of(phone.whatsapp))
    return judged(proved=shown is not None)


def _own_menu(phone: TourPhone) -> Answer:
    app = phone.screen().of(phone.whatsapp)
    return judged(proved=any_row(app, SETTINGS) is not None, seen=_ids(app.windows))


def _has(*ids: str) -> Callable[[TourPhone], Answer]:
    """Whether one of these ids shows."""

    def ask(phone: TourPhone) -> Answer:
        app = phone.screen().of(phone.whatsapp)
        known = app.first(*ids) is not None
        return judged(proved=known, seen="" if known else _ids(app.windows))

    return ask


def _says(words: Pattern[str], *ids: str) -> Callable[[TourPhone], Answer]:
    """Whether a view says this: one with these ids, or any."""

    def ask(phone: TourPhone) -> Answer:
        app = phone.screen().of(phone.whatsapp)
        views = app.having(*ids) if ids else list(app.walk())
        known = any(words.search(label(each.text)) for each in views)
        return judged(proved=known, seen="" if known else _ids(app.windows))

    return ask


def _group_page(phone: TourPhone) -> Answer:
    app = phone.screen().of(phone.whatsapp)
    page = info_page(app)
    known = page is not None and bool(page.members)
    return judged(proved=known, seen="" if known else _ids(app.windows))


def _system_row(phone: TourPhone) -> Answer:
    """Such a row has words and no time beside them."""
    app = phone.screen().of(phone.whatsapp)
    rows = [row for each in app.having("list") for row in each.children if row.first("info")]
    if not rows:
        return judged(proved=False, seen=_ids(app.windows))
    return judged(proved=any(row.first("date") is None for row in rows))


CHECKS = (
    Check(
        name="chats",
        marks=("chats-list",),
        fact="The list of chats is recognised",
        step="Open WhatsApp's list of chats.",
        ask=_chats,
    ),
    Check(
        name="entry-hint",
        marks=("hint-words",),
        fact="The empty entry of a chat says Message or Bericht",
        step="Open any chat in WhatsApp and leave its entry empty.",
        ask=_hint,
    ),
    Check(
        name="chat",
        marks=("rows-known", "tick-words"),
        fact="Rows and ticks of a chat are understood",
        step="Open a chat in which you wrote something last.",
        ask=_chat,
    ),
    Check(
        name="sms-thread",
        marks=("sms-app",),
        fact="Entry and Send of the app for SMS are known",
        step="Open a thread in the app for SMS, type one letter, and do not send it.",
        ask=_sms_thread,
    ),
    Check(
        name="spinner",
        marks=("spinner",),
        fact="While a number is looked up a spinner shows that Balie knows",
        step="Go to the home screen. A chat is opened next; nothing is written in it.",
        ask=_spinner,
    ),
    Check(
        name="not-on-whatsapp",
        marks=("no-account-words",),
        fact="The dialog of a number without WhatsApp is known by its words",
        step="Go to the home screen.",
        ask=_not_on_whatsapp,
    ),
    Check(
        name="own-profile",
        marks=("owner-page",),
        fact="The page of WhatsApp's owner opens by its name, with name and picture",
        step="Go to the home screen. The page is opened next; nothing is changed in it.",
        ask=_own_profile,
    ),
    Check(
        name="own-number",
        marks=("owner-number",),
        fact="The page of WhatsApp's owner shows the number of its account",
        step="Open WhatsApp's settings and tap your own name, so that your number shows.",
        ask=_own_number,
    ),
    Check(
        name="own-menu",
        marks=("owner-menu",),
        fact="The menu of the list of chats has Settings or Instellingen",
        step="Open WhatsApp's list of chats, and its menu with the three dots.",
        ask=_own_menu,
    ),
    Check(
        name="jid",
        marks=("jid-opens",),
        fact="WhatsApp opens the chat that SEND names by its jid",
        step="Go to the home screen. A draft is put into a chat and taken out; nothing is sent.",
        ask=_jid,
    ),
    Check(
        name="reply-menu",
        marks=("reply-menu",),
        fact="A text that is pressed long offers a reply that Balie knows",
        step="Open any chat and press one text message long, so that it is chosen.",
        ask=_reply_menu,
    ),
    Check(
        name="reply-frame",
        marks=("reply-frame",),
        fact="An answer that is begun shows whom and what it answers",
        step="Swipe a text message to the right, so that an answer begins, and do not send it.",
        ask=_reply_frame,
    ),
    Check(
        name="album",
        marks=("album",),
        fact="Photos that came one after another are drawn as one",
        step="End that answer. Open a chat with more than four photos in a row from one person.",
        ask=_album,
    ),
    Check(
        name="edited-label",
        marks=("edited-word",),
        fact="An edited message says Edited or Bewerkt",
        step="Open a chat in which somebody has edited a message, so that it shows.",
        ask=_says(re.compile(r"^(?:Edited|Bewerkt)\b")),
    ),
    Check(
        name="media-button",
        marks=("media-button",),
        fact="A file that is not downloaded has a button for that",
        step="Open a chat with a photo or film that is not downloaded yet.",
        ask=_has("control_btn"),
    ),
    Check(
        name="long-text",
        marks=("long-text",),
        fact="A long text ends in Read more or Meer lezen",
        step="Open a chat with a very long text, so that its end shows.",
        ask=_says(re.compile(r"(?:Read more|Meer lezen)\s*$")),
    ),
    Check(
        name="system-row",
        marks=("system-row",),
        fact="A row about a change in a group has no time",
        step="Open a group in which somebody changed the name or came in, so that this shows.",
        ask=_system_row,
    ),
    Check(
        name="group-page",
        marks=("group-page",),
        fact="The page of a group shows its members",
        step="Tap that group's name, and scroll until some members show.",
        ask=_group_page,
    ),
    Check(
        name="group-menu",
        marks=("group-menu",),
        fact="The menu of a group offers to change its name",
        step="Open the menu with the three dots on that page, in a group that you administer.",
        ask=_says(CHANGE_NAME),
    ),
)
