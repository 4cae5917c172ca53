"""Reason codes; the database, the API and the command line spell them as here.

A member keeps its spelling for good: other software reads it. People read a sentence instead
(`api/web/words/`).
"""

from enum import StrEnum


class Reason(StrEnum):
    # Why a request is refused, as its sender reads it.
    CONSENT_REQUIRED = "consent-required"
    OPTED_OUT = "opted-out"
    #: The service takes free texts only for some hours after their last message.
    WINDOW_CLOSED = "window-closed"
    #: The office writes to this person no more.
    BLOCKED = "blocked"
    CANNOT_CANCEL = "cannot-cancel"
    #: After a copy was put back head office has yet to say what happened since.
    OFFICE_SILENT = "office-silent"
    #: Head office does not take this box: its invitation was used, is too old or is none.
    OFFICE_REFUSES = "office-refuses"
    OFFICE_AWAY = "office-away"
    #: The box belongs to a head office already.
    OFFICE_JOINED = "office-joined"
    #: Head office asked in the name of somebody of the box, whom it never told of.
    OFFICE_AUTHOR = "office-author"
    #: A command of head office that this version does not know.
    UNKNOWN_KIND = "unknown-kind"
    #: The line is in that group no more.
    GROUP_LEFT = "group-left"
    NOTHING_TO_DECIDE = "nothing-to-decide"
    #: Nothing of theirs is removed or erased: they are held for a dispute.
    HELD = "held"
    SAME_CONTACT = "same-contact"
    #: Another branch knows this person, too: an officer of all of them has to do it.
    OF_OTHER_BRANCHES = "of-other-branches"
    #: Two contacts that were joined or split since have to be undone first.
    CANNOT_UNDO = "cannot-undo"
    #: A request about somebody's data that is done already.
    REQUEST_DONE = "request-done"
    #: Nobody has said yet how they made sure who asks.
    REQUEST_UNCHECKED = "request-unchecked"
    CANNOT_TAKE_LONGER = "cannot-take-longer"
    #: A request is to be closed as an erasure that there was not.
    NOT_ERASED = "not-erased"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 -- a code
    WRONG_SETUP_CODE = "wrong-setup-code"
    TOO_MANY_TRIES = "too-many-tries"
    CROWDED = "crowded"
    #: The provider that staff log in with could not be asked.
    PROVIDER_AWAY = "provider-away"
    #: What came back from there does not fit what was begun, or is not signed by it.
    LOGIN_UNPROVEN = "login-unproven"
    #: Somebody went to the provider and did not log in there.
    LOGIN_DECLINED = "login-declined"
    #: It is nobody's account here.
    LOGIN_UNKNOWN = "login-unknown"
    #: The provider gives this account no role.
    LOGIN_NO_ROLE = "login-no-role"
    #: The provider does not vouch for the address of e-mail.
    EMAIL_UNPROVEN = "email-unproven"
    #: It is no passkey of anybody here, or it proves nothing.
    PASSKEY_UNPROVEN = "passkey-unproven"
    #: A colleague logs in with this account.
    ACCOUNT_TAKEN = "account-taken"
    NOT_FRESH = "not-fresh"
    NAME_TAKEN = "name-taken"
    NUMBER_TAKEN = "number-taken"
    DEVICE_TAKEN = "device-taken"
    LINE_TAKEN = "line-taken"
    PHONE_SENDING = "phone-sending"
    FALLBACK_IN_USE = "fallback-in-use"
    DISABLED = "disabled"
    LAST_ADMINISTRATOR = "last-administrator"
    BEING_SENT = "being-sent"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"
    #: What this key made before was removed, or its secret cannot be opened any more.
    SECRET_GONE = "secret-gone"  # noqa: S105 -- a code
    #: A message of other software with the same id was accepted before.
    MESSAGE_EXISTS = "message-exists"
    #: A colleague has this conversation.
    CLAIMED = "claimed"
    #: A colleague answered since this one began to type.
    ANSWERED_MEANWHILE = "answered-meanwhile"
    #: The company does not want figures of each colleague.
    PER_PERSON_OFF = "per-person-off"
    #: They wrote since the page that says that it is done was drawn.
    THEY_WROTE = "they-wrote"

    # Why somebody on a list gets nothing of it.
    INVALID_NUMBER = "invalid-number"
    TWICE = "twice"
    NAME_UNKNOWN = "name-unknown"
    TOO_LONG = "too-long"
    DOES_NOT_FIT = "does-not-fit"
    #: The same, of a list that is kept; a command of head office that came after its time, too.
    TOO_LATE = "too-late"
    #: Another list wrote to them that day, and they have not answered.
    LISTED_TODAY = "listed-today"

    # Why somebody is not asked in a round.
    #: Another round asked them for hours that overlap.
    OTHER_ROUND = "other-round"
    #: They said no today already.
    SAID_NO = "said-no"

    # Why a message waits: at head office, for its box.
    WAITS_FOR_BOX = "waits-for-box"

    # … and what its SIM may do next.
    NOT_BEFORE = "not-before"
    TYPING = "typing"
    GAP = "gap"
    CEILING_MINUTE = "ceiling-minute"
    CEILING_HOUR = "ceiling-hour"
    CEILING_DAY = "ceiling-day"
    CEILING_MONTH = "ceiling-month"
    #: Conversations that Balie begins with people whom it has not spoken to.
    FIRST_CONTACTS = "first-contacts"
    #: A rule answers people for the first time, and many wrote at once.
    NEWCOMERS = "newcomers"
    #: The phone would ask its owner before it sends more.
    SMS_LIMIT = "sms-limit"
    OFFICE_HOURS = "office-hours"
    UNANSWERED = "unanswered"
    #: The message that is being typed, or an earlier one to the same person, goes first.
    BUSY = "busy"

    # Why a message waits: its route.
    DEVICE_ABSENT = "device-absent"
    DEVICE_UNAUTHORIZED = "device-unauthorized"
    DEVICE_OFFLINE = "device-offline"
    DEVICE_LOCKED = "device-locked"
    DEVICE_DEGRADED = "device-degraded"
    #: Of a device, too.
    OTHER_SIM = "other-sim"
    #: Of a device, too: it rests until it has cooled.
    TOO_HOT = "too-hot"
    LINE_STOPPED = "line-stopped"
    #: Of somebody on a list, too.
    NO_ROUTE = "no-route"
    NEXT_ROUTE = "next-route"
    #: It leaves over a later route.
    FALLBACK = "fallback"
    #: A list waits while the SIM is abroad: nobody agreed to pay what it costs there.
    ROAMING = "roaming"
    #: One of its files has left, and the next one follows.
    NEXT_FILE = "next-file"

    # Why a message waits: what somebody or something has to settle first.
    CLOCK_WRONG = "clock-wrong"
    NEAR_STOP = "near-stop"
    #: Somebody holds back what is left of a list.
    PAUSED = "paused"
    RETRY = "retry"
    LOOKING = "looking"
    PROVEN_ABSENT = "proven-absent"
    PERSON = "person"
    DEVICE_GONE = "device-gone"

    #: A name of a group was put back often: a person says whether only admins may change it.
    GUARD_CEILING = "guard-ceiling"
    #: Somebody lets nobody add them to a group: a person says whether they are invited.
    INVITE_ONLY = "invite-only"

    # How a message ended without having arrived; a refusal may end it, too.
    TOO_OLD = "too-old"
    #: A welcome that a colleague's answer has overtaken.
    ANSWERED = "answered"
    BY_PERSON = "by-person"
    #: A question whose round has its people.
    ROUND_FILLED = "round-filled"
    #: A question whose round asks nobody any more.
    ROUND_OVER = "round-over"
    LINE_REMOVED = "line-removed"
    #: Whom it is for is erased.
    ERASED = "erased"
    DECIDED = "decided"
    PERMANENT = "permanent"
    NOT_DELIVERED = "not-delivered"
    NOT_ON_WHATSAPP = "not-on-whatsapp"
    #: The file that it carries was thrown away before it left.
    MEDIA_GONE = "media-gone"

    # Why a line was stopped, where a driver can name it.
    SIM_MISSING = "sim-missing"
    NO_SERVICE_CENTRE = "no-service-centre"
    #: The network knows this SIM or modem and will not serve it; of a device, too.
    BARRED = "barred"
    #: Of a device, too.
    NO_CREDIT = "no-credit"
    #: WhatsApp on its phone is registered with another number.
    OTHER_ACCOUNT = "other-account"
    #: Of all lines, after a copy was put back.
    RESTORED = "restored"
    #: Of all lines: head office does not know this box any more.
    STRUCK_OFF = "struck-off"

    # Why a device is not simply ready.
    NONE = "none"
    NOT_PLUGGED_IN = "not-plugged-in"
    NOT_ALLOWED = "not-allowed"
    CONNECTION_DEAD = "connection-dead"
    NOT_ANSWERING = "not-answering"
    BOOTING = "booting"
    LOCKED = "locked"
    NO_SIM = "no-sim"
    NO_WHATSAPP = "no-whatsapp"
    WHATSAPP_STOPPED = "whatsapp-stopped"
    #: WhatsApp takes no part while the phone's date is wrong or its storage full.
    PHONE_CLOCK = "phone-clock"
    PHONE_STORAGE = "phone-storage"
    SERVER_WILL_NOT_START = "server-will-not-start"
    #: The phone has not shown these for a minute, so Balie does not know what they say.
    CLOCK_UNREADABLE = "clock-unreadable"
    NOTIFICATIONS_UNREADABLE = "notifications-unreadable"
    SMS_UNREADABLE = "sms-unreadable"
    #: Two SIMs work in the phone, and nothing tells which is the line's, or which an SMS is for.
    TWO_SIMS = "two-sims"
    #: Of its two SIMs the phone sends SMS from the other one.
    SMS_SIM = "sms-sim"
    #: The SIM of a modem asks for a PIN that Balie does not have or may not try.
    SIM_PIN = "sim-pin"
    #: The SIM is locked; only its PUK opens it, and only a person may type that.
    SIM_PUK = "sim-puk"
    NO_NETWORK = "no-network"
    #: Another modem answers where this one was.
    OTHER_MODEM = "other-modem"
    #: Another modem of Balie has the same IMEI, and no readable SIM tells the two apart.
    SAME_IMEI = "same-imei"
    #: The service that a device without a SIM belongs to does not answer.
    SERVICE_AWAY = "service-away"
    #: What answers under its name has no certificate that is trusted for that name.
    SERVICE_UNTRUSTED = "service-untrusted"
    #: It does not let Balie in: the token or the password is not right any more, or stays sealed.
    ACCOUNT_SHUT = "account-shut"
    #: Another program reads what comes to the same account, so Balie does not hear all of it.
    READ_ELSEWHERE = "read-elsewhere"
    HAS_WEBHOOK = "has-webhook"
    #: The service wants a pause, and says how long.
    TOO_FAST = "too-fast"

    @classmethod
    def of(cls, code: str | None) -> "Reason | None":
        """The reason in a column that may be empty."""
        return cls(code) if code else None
