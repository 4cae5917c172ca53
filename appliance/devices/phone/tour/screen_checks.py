"""Questions to a screen that a person brings up, or that a link opens. Nothing is tapped."""

import re
import time
from collections.abc import Iterator

from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.sms.thread_screen import read_thread
from appliance.devices.phone.texts import digits_in, label
from appliance.devices.phone.tour.check import NOT_SEEN, Answer, Check, TourPhone, judged
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.own_pages import OPENS_PAGE, profile_page
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


CHECKS = (
    Check(
        name="chats",
        fact="The list of chats is recognised",
        step="Open WhatsApp's list of chats.",
        ask=_chats,
    ),
    Check(
        name="entry-hint",
        fact="The empty entry of a chat says Message or Bericht",
        step="Open any chat in WhatsApp and leave its entry empty.",
        ask=_hint,
    ),
    Check(
        name="chat",
        fact="Rows and ticks of a chat are understood",
        step="Open a chat in which you wrote something last.",
        ask=_chat,
    ),
    Check(
        name="sms-thread",
        fact="Entry and Send of the app for SMS are known",
        step="Open a thread in the app for SMS, type one letter, and do not send it.",
        ask=_sms_thread,
    ),
    Check(
        name="spinner",
        fact="While a number is looked up a spinner shows that Balie knows",
        step="Go to the home screen. A chat is opened next; nothing is written in it.",
        ask=_spinner,
    ),
    Check(
        name="not-on-whatsapp",
        fact="The dialog of a number without WhatsApp is known by its words",
        step="Go to the home screen.",
        ask=_not_on_whatsapp,
    ),
    Check(
        name="own-profile",
        fact="The page of WhatsApp's owner opens by its name, with name and picture",
        step="Go to the home screen. The page is opened next; nothing is changed in it.",
        ask=_own_profile,
    ),
    Check(
        name="jid",
        fact="WhatsApp opens the chat that SEND names by its jid",
        step="Go to the home screen. A draft is put into a chat and taken out; nothing is sent.",
        ask=_jid,
    ),
    Check(
        name="reply-menu",
        fact="A text that is pressed long offers a reply that Balie knows",
        step="Open any chat and press one text message long, so that it is chosen.",
        ask=_reply_menu,
    ),
    Check(
        name="reply-frame",
        fact="An answer that is begun shows whom and what it answers",
        step="Swipe a text message to the right, so that an answer begins, and do not send it.",
        ask=_reply_frame,
    ),
    Check(
        name="album",
        fact="Photos that came one after another are drawn as one",
        step="End that answer. Open a chat with more than four photos in a row from one person.",
        ask=_album,
    ),
)
