"""The faults that an emulated phone can be given while it runs, by name and count."""

from dataclasses import dataclass
from enum import Enum

#: As InputManagerService says it.
INPUT_REFUSAL = (
    "Injecting input events requires the caller (or the source of the instrumentation, if any) to"
    " have the INJECT_EVENTS permission."
)


class FaultKind(Enum):
    """The values are the names on the control address."""

    #: The on-device server carries the call out, then answers HTTP 500.
    HTTP_500_AFTER_ACTING = "http-500-after-acting"
    #: A call (RPC or shell) is carried out and never answered.
    NEVER_ANSWERS = "never-answers"
    #: A call is carried out and answered `seconds` late.
    LATE_ANSWER = "late-answer"
    #: The stream is closed after half of the answer.
    STREAM_CUT = "stream-cut"
    #: The transport drops and is refused for `seconds`, then comes back.
    PHONE_GONE = "phone-gone"
    #: As PHONE_GONE, then locked with a PIN until `unlock` is injected; apps see nothing before.
    REBOOT = "reboot"
    #: The on-device server's process ends (its shell stream closes).
    SERVER_KILLED = "server-killed"
    #: The hierarchy is dumped empty.
    EMPTY_HIERARCHY = "empty-hierarchy"
    #: Opening a chat shows the "not on WhatsApp" dialog of another number that stood there.
    STALE_DIALOG = "stale-dialog"
    #: Opening a chat lands in the chat of somebody else.
    WRONG_CHAT = "wrong-chat"
    #: A file that is handed to WhatsApp for one chat is shown as for somebody else.
    WRONG_RECIPIENT = "wrong-recipient"
    #: The entry of the opened chat holds an old draft.
    OLD_DRAFT = "old-draft"
    #: A chat opens where it was left: its newest row is below the edge.
    SCROLLED_UP = "scrolled-up"
    #: A tap is acknowledged and does nothing.
    TAP_LOST = "tap-lost"
    #: A sent message stays `Pending` (WhatsApp) or in the outbox (SMS) until the fault is lifted.
    TICK_PENDING = "tick-pending"
    #: Android asks whether an SMS may leave for a number that may cost money.
    SHORT_CODE_ASKED = "short-code-asked"
    #: WhatsApp shows one of these pages instead of anything else, until lifted.
    BANNED = "banned"
    #: The linker warns before the output of each shell command that contains `method`.
    VENDOR_LINE = "vendor-line"
    #: Each shell command that contains `method` fails because its service or provider is away.
    UNREADABLE = "unreadable"
    BANNED_FOR_A_TIME = "banned-for-a-time"
    LOGGED_OUT = "logged-out"
    EXPIRED = "expired"
    CLOCK_WRONG = "clock-wrong"
    STORAGE_FULL = "storage-full"
    #: Like these, with words that no driver can know.
    UNREGISTERED = "unregistered"
    #: WhatsApp answers a link by this dialog instead of the chat.
    LOOKUP_FAILED = "lookup-failed"
    BAD_NUMBER = "bad-number"
    #: Like BAD_NUMBER, with a dialog that names no number.
    BAD_LINK = "bad-link"
    #: Android shows one of these dialogs over whatever is there, until a button is tapped.
    APP_CRASHED = "app-crashed"
    APP_HANGS = "app-hangs"
    PERMISSION_ASKED = "permission-asked"
    USB_ASKED = "usb-asked"
    #: The maker keeps the taps and keys of a computer out until its second switch is on.
    INPUT_REFUSED = "input-refused"
    #: Android is still starting, although adb answers already.
    BOOTING = "booting"
    #: `logcat` may not read the buffer of events.
    LOGCAT_REFUSED = "logcat-refused"
    #: `logcat` runs on and says nothing of what is posted.
    BELL_MUTE = "bell-mute"
    #: The log's daemon ends now, and with it each `logcat` that runs.
    LOGCAT_ENDS = "logcat-ends"
    #: A dialog that no driver knows lies over WhatsApp, until lifted or answered by *Later*.
    UNKNOWN_DIALOG = "unknown-dialog"
    #: WhatsApp offers to make a backup, over whatever is there, until its button is tapped.
    BACKUP_OFFERED = "backup-offered"
    #: Nobody but WhatsApp itself may open the page of its owner.
    PROFILE_CLOSED = "profile-closed"
    #: The menu of a chat offers no way to clear it.
    NO_CLEAR_CHAT = "no-clear-chat"
    #: The question whether to clear it is built in a way that nobody knows.
    OTHER_CLEAR_QUESTION = "other-clear-question"
    #: A tap on a row of the list of chats opens another chat: the list has moved.
    LIST_MOVED = "list-moved"
    #: Before something is typed into a chat, the other side changes the name that they chose.
    RENAMED = "renamed"
    #: Before something is typed into a chat, a person opens another one on the phone.
    CHAT_SWITCHED = "chat-switched"


@dataclass(slots=True, kw_only=True)
class Fault:
    """`method` narrows a wire fault to one RPC method or to `shell`; None means any call.

    For faults of shell commands it is a part of the command.
    """

    kind: FaultKind
    times: int | None = 1
    seconds: float = 5.0
    method: str | None = None


class Faults:
    """The faults of one phone; used on the emulator's event loop only."""

    def __init__(self) -> None:
        self._armed: dict[FaultKind, Fault] = {}

    def arm(self, fault: Fault) -> None:
        self._armed[fault.kind] = fault

    def lift(self, kind: FaultKind) -> None:
        self._armed.pop(kind, None)

    def standing(self, kind: FaultKind) -> bool:
        return kind in self._armed

    def befalls(self, kind: FaultKind, command: str) -> bool:
        """Whether the fault strikes this shell command; one use of it is spent then."""
        fault = self._armed.get(kind)
        if fault is None or (fault.method or "") not in command:
            return False
        return self.take(kind, method=fault.method) is not None

    def take(self, kind: FaultKind, *, method: str | None = None) -> Fault | None:
        """The armed fault if it applies to this call; this spends one use of it."""
        fault = self._armed.get(kind)
        if fault is None or (fault.method is not None and fault.method != method):
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._armed[kind]
        return fault
