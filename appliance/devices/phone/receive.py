"""Receiving: WhatsApp from notifications, SMS and missed calls from the phone's own lists."""

import logging
from collections.abc import Sequence

from appliance.devices.news_protocol import PictureChange
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.dialer_calls import DIALERS, missed_call_in
from appliance.devices.phone.notification_records import NotificationRecord, Stamp, records
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.senses import Sense
from appliance.devices.phone.sms.phone_lists import MissedCalls, SmsInbox
from appliance.devices.phone.whatsapp.addresses import ACCOUNT, HIDDEN, address_of
from appliance.devices.phone.whatsapp.by_hand import echoes_by_hand
from appliance.devices.phone.whatsapp.notifications import (
    group_of,
    messages_of,
    missed_call_of,
    picture_changes_of,
    reactions_of,
    typed_of,
)
from appliance.devices.phone.whatsapp.pages import PACKAGES
from appliance.devices.protocol import Incoming

log = logging.getLogger(__name__)

REDACTED = "dumpsys notification"
SHOWN = "dumpsys notification --noredact"

# MessagingStyle keeps this many (Notification.MessagingStyle.MAXIMUM_RETAINED_MESSAGES of AOSP).
_FULL_ARRAY = 25

# The first line of the dump, whether there are notifications or none.
NOTIFICATION_TITLE = "Notification Manager state"


class PhoneReceiver:
    """Tells the listener all that is new on one phone. A poll costs one shell call."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._stamps: set[Stamp] = set()
        # A notification's texts were not to be read.
        self._unread = False
        # The text that each message of a notification was last told with.
        self._told: dict[str, str] = {}
        self._told_calls: set[str] = set()
        self._group_names: dict[str, str] = {}
        self._told_reactions: set[str] = set()
        self._told_typed: set[str] = set()
        self._told_pictures: set[PictureChange] = set()
        self._sms = SmsInbox(phone)
        self._calls = MissedCalls(phone)

    def restart(self) -> None:
        """The phone was away: everything is read again."""
        self._stamps.clear()
        self._told.clear()
        self._told_calls.clear()
        self._group_names.clear()
        self._told_reactions.clear()
        self._told_typed.clear()
        self._told_pictures.clear()
        self._sms = SmsInbox(self._phone)
        self._calls = MissedCalls(self._phone)

    def concerns(self, package: str) -> bool:
        """Whether a notification of this app may tell of a message or a call; any thread."""
        return package in PACKAGES or package in DIALERS or package == self._phone.sms_app

    @property
    def settled(self) -> bool:
        """Whether nothing is left over that has to be read or told again."""
        phone = self._phone
        return not (self._unread or self._sms.news or phone.undelivered) and phone.senses.well

    def poll(self) -> bool:
        self._phone.deliver([])
        (redacted,) = self._phone.session.run(REDACTED)
        found = self._is_dumped(redacted) and self._look_through(records(redacted.text))
        found |= self._sms.poll()
        if self._calls.poll() and self._calls.refused:
            self._stamps.clear()  # the dialer's notifications tell what the list does not
        return found

    def _look_through(self, listed: Sequence[NotificationRecord]) -> bool:
        return self._fetch() if self._note(listed) else False

    def _is_dumped(self, redacted: Output) -> bool:
        """False where the dump is empty: that does not mean that there are no notifications."""
        if NOTIFICATION_TITLE in redacted.text:
            self._phone.senses.works(Sense.NOTIFICATIONS)
            return True
        self._phone.senses.failed(Sense.NOTIFICATIONS, "the phone does not list them")
        return False

    def before_a_chat(self, redacted: Output, shown: Output) -> list[NotificationRecord] | None:
        """Tells what the notifications hold now: opening a chat takes them away.

        None where they cannot be read.
        """
        if not self._is_dumped(redacted):
            return None
        listed = records(redacted.text, shown=shown.text)
        self._note(listed)
        self._tell(listed)
        if self._sms.news:
            self._sms.poll()
        return listed

    # Notifications

    def _note(self, listed: Sequence[NotificationRecord]) -> bool:
        """Whether WhatsApp has a new one; news of the SMS app and the dialer is noted."""
        fresh = self._note_others(listed)
        told = {*PACKAGES, *(DIALERS if self._calls.refused else ())}
        news = any(record.package in told for record in fresh)
        if not news:
            self._stamps = {record.stamp for record in listed}
        return news

    def _note_others(self, listed: Sequence[NotificationRecord]) -> Sequence[NotificationRecord]:
        """Notes news of the SMS app and the dialer; gives all records that are fresh."""
        fresh = [record for record in listed if record.stamp not in self._stamps]
        self._sms.news |= any(record.package == self._phone.sms_app for record in fresh)
        self._calls.news |= any(record.package in DIALERS for record in fresh)
        return fresh

    def _fetch(self) -> bool:
        """Reads the texts from a second dump, together with a new list of its records."""
        redacted, shown = self._phone.session.run(REDACTED, SHOWN)
        now = records(redacted.text, shown=shown.text)
        self._note_others(now)  # an SMS may have come since the first list
        found = self._tell(now)
        self._stamps = {r.stamp for r in now if r.raw or r.package not in PACKAGES}
        self._unread = any(not r.raw for r in now if r.package in PACKAGES)
        return found

    def _tell(self, listed: Sequence[NotificationRecord]) -> bool:
        """Only what was told durably counts as told."""
        here: list[Incoming] = []
        for record in listed:
            messages = self._messages(record)
            self._note_overflow(record, messages)
            self._tell_group(record)
            here += messages
        news = [message for message in here if self._told.get(message.key) != message.text]
        fresh = [
            self._phone.as_on_screen(message)
            for message in news
            if not self._phone.was_on_screen(message)
        ]
        self._phone.deliver(sorted(fresh, key=lambda message: message.at_ms))
        self._told = {message.key: message.text for message in here}
        self._tell_reactions(listed)
        self._tell_typed(listed)
        self._tell_pictures(listed)
        return self._tell_calls(listed) or bool(fresh)

    def _tell_typed(self, listed: Sequence[NotificationRecord]) -> None:
        """Tells what was answered in the shade of the phone."""
        phone = self._phone
        typed = [t for r in listed for t in typed_of(r, offset_ms=phone.time.ahead_ms)]
        fresh = [each for each in typed if each.key not in self._told_typed]
        if fresh:
            phone.listener.typed(phone.device_id, echoes_by_hand(phone, fresh))
        self._told_typed = {each.key for each in typed}

    def _tell_calls(self, listed: Sequence[NotificationRecord]) -> bool:
        """Tells missed calls over WhatsApp, which the phone's own list of calls may lack, and all
        others where the phone does not show that list.
        """
        phone, ahead_ms = self._phone, self._phone.time.ahead_ms
        found = [missed_call_of(record, offset_ms=ahead_ms) for record in listed]
        if self._calls.refused and phone.one_of_two is None:
            found += [
                missed_call_in(record, phone.contacts, offset_ms=ahead_ms) for record in listed
            ]
        calls = [call for call in found if call is not None]
        fresh = [call for call in calls if call.key not in self._told_calls]
        if fresh:
            phone.listener.missed_calls(phone.device_id, fresh)
        self._told_calls = {call.key for call in calls}
        return bool(fresh)

    def _tell_group(self, record: NotificationRecord) -> None:
        """Tells under which name a group shows now, also where no message tells it."""
        group = group_of(record)
        if group is not None and self._group_names.get(group.jid) != group.name:
            self._phone.listener.group_seen(self._phone.device_id, group)
            self._group_names[group.jid] = group.name

    def _tell_pictures(self, listed: Sequence[NotificationRecord]) -> None:
        """Tells whose picture of a group is another one."""
        phone = self._phone
        found = {c for r in listed for c in picture_changes_of(r, offset_ms=phone.time.ahead_ms)}
        for change in sorted(found - self._told_pictures, key=lambda each: each.at_ms or 0):
            phone.listener.picture_changed(phone.device_id, change)
        self._told_pictures = found

    def _tell_reactions(self, listed: Sequence[NotificationRecord]) -> None:
        phone = self._phone
        found = [
            reaction
            for record in listed
            for reaction in reactions_of(record, offset_ms=phone.time.ahead_ms)
        ]
        fresh = [each for each in found if each.key not in self._told_reactions]
        if fresh:
            phone.listener.reacted(phone.device_id, fresh)
        self._told_reactions = {each.key for each in found}

    def _note_overflow(self, record: NotificationRecord, messages: Sequence[Incoming]) -> None:
        """A full array whose first message is new may have dropped messages before it."""
        jid = record.shortcut or ""
        is_persons = jid.endswith((ACCOUNT, HIDDEN))
        if (record.message_count or 0) < _FULL_ARRAY or not is_persons or not messages:
            return
        first = messages[0]
        if first.key in self._told:
            return
        phone = self._phone
        before = phone.listener.recent(phone.device_id, first.sender, since_ms=first.at_ms - 1)
        if first.key not in {message.key for message in before}:
            phone.returns.setdefault(address_of(first.sender), None)

    def _messages(self, record: NotificationRecord) -> list[Incoming]:
        messages = messages_of(record, offset_ms=self._phone.time.ahead_ms)
        jid = record.shortcut or ""
        if jid.endswith(ACCOUNT):
            names = [message.sender_name for message in messages if message.sender_name]
            for name in names[-1:]:
                self._phone.contacts.learn(jid.removesuffix(ACCOUNT), name)
        return messages
