"""Android's own limit for SMS: how many parts an app sends before the phone's owner is asked.

As SmsUsageMonitor and SMSDispatcher of AOSP do it: parts are counted by app in a sliding window. A
send beyond the limit waits behind a dialog of the phone process; parts that the owner allows there
are not counted. The settings are read when the phone starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node

MAX_COUNT = ("global", "sms_outgoing_check_max_count")
INTERVAL_MS = ("global", "sms_outgoing_check_interval_ms")

#: DEFAULT_SMS_MAX_COUNT and DEFAULT_SMS_CHECK_PERIOD.
_DEFAULT_PARTS = 30
_DEFAULT_MS = 60_000
#: MO_MSG_QUEUE_LIMIT: with so many waiting for an answer the next is denied at once.
_MOST_QUESTIONS = 5

_PHONE = Brush("com.android.phone")
_TITLE = {"en": "Sending SMS messages", "nl": "SMS-berichten verzenden"}
# The Dutch words have two characters of no width in them, and lack some others.
_MESSAGE = {
    "en": "{app} is sending a large number of SMS messages. May it go on?",
    "nl": "{app} verzendt moment een groot aantal sms-berichten. Mag dat \u200b\u200bdoorgaan?",
}
_SHORT_CODE = {
    "en": "{app} would like to send a message to {number}.",
    "nl": "{app} wil graag een bericht verzenden naar {number}.",
}
_ALLOW = {"en": "Allow", "nl": "Toestaan"}
_DENY = {"en": "Deny", "nl": "Weigeren"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A send that waits for the owner, whose answer calls `allow` or `deny`.

    With a `short_code` it is about a number that may cost money, else about the limit.
    """

    app: str
    short_code: str = ""
    allow: Callable[[], None]
    deny: Callable[[], None]


@dataclass(slots=True)
class SmsUsage:
    """One phone's monitor, and the dialogs it has open, the newest on top."""

    settings: Mapping[tuple[str, str], str]
    parts: int = _DEFAULT_PARTS
    window_ms: int = _DEFAULT_MS
    questions: list[Question] = field(default_factory=list)
    _sent: dict[str, list[int]] = field(default_factory=dict)

    def start(self) -> None:
        """The phone starts: drops counts and questions, and reads the settings."""
        self.parts = _integer(self.settings.get(MAX_COUNT), _DEFAULT_PARTS)
        self.window_ms = _integer(self.settings.get(INTERVAL_MS), _DEFAULT_MS)
        self._sent.clear()
        for question in self.questions:
            question.deny()
        self.questions.clear()

    def take(self, package: str, parts: int, *, now_ms: int) -> bool:
        """Whether the app may send so many parts now; they are counted if it may."""
        since_ms = now_ms - self.window_ms
        sent = [at_ms for at_ms in self._sent.get(package, []) if at_ms >= since_ms]
        allowed = len(sent) + parts <= self.parts
        self._sent[package] = sent + [now_ms] * parts * allowed
        return allowed

    def ask(self, question: Question) -> None:
        if len(self.questions) >= _MOST_QUESTIONS:
            question.deny()
        else:
            self.questions.append(question)

    def answer(self, *, allow: bool) -> None:
        """The owner taps a button of the dialog on top, or presses Back, which denies."""
        question = self.questions.pop()
        (question.allow if allow else question.deny)()

    def draw(self, screen: ScreenArea, language: str) -> list[Node]:
        """The dialog on top as a window of its own, over whatever app is in front."""
        return [_dialog(screen, language, self.questions[-1])] if self.questions else []


def _integer(text: str | None, default: int) -> int:
    """As Settings.Global.getInt: `default` where the text is no number."""
    try:
        return int(text or "")
    except ValueError:
        return default


def _dialog(screen: ScreenArea, language: str, question: Question) -> Node:
    dp, middle = screen.dp, screen.height // 2
    panel = Bounds(dp(33), middle - dp(96), screen.width - dp(33), middle + dp(96))
    title = Bounds(panel.left, panel.top, panel.right, panel.top + dp(48))
    message = Bounds(panel.left, title.bottom, panel.right, panel.bottom - dp(48))
    half = (panel.left + panel.right) // 2
    deny = Bounds(panel.left, message.bottom, half, panel.bottom)
    allow = Bounds(half, message.bottom, panel.right, panel.bottom)
    said, rid = _MESSAGE, "android:id/message"
    if question.short_code:
        said, rid = _SHORT_CODE, "android:id/sms_short_code_confirm_message"
    words = said[language].format(app=question.app, number=question.short_code)
    return _PHONE(
        "FrameLayout",
        panel,
        _PHONE("TextView", title, rid="android:id/alertTitle", text=_TITLE[language]),
        _PHONE("TextView", message, rid=rid, text=words),
        _PHONE.button(
            "Button", deny, rid="android:id/button2", text=_DENY[language], action="sms-limit:deny"
        ),
        _PHONE.button(
            "Button",
            allow,
            rid="android:id/button1",
            text=_ALLOW[language],
            action="sms-limit:allow",
        ),
    )
