"""One bot as a device: what comes to it, and one call for each message that leaves."""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from appliance.clock import Clock
from appliance.devices import service_status
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.kind import ServiceAccount
from appliance.devices.listener_protocol import Listener
from appliance.devices.media_protocol import Fetched, MediaFetch
from appliance.devices.news_protocol import Leaving
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Finding,
    Found,
    Incoming,
    Look,
    Proof,
    Status,
    Ticks,
    TickVisit,
)
from appliance.devices.telegram import media, send, updates
from appliance.devices.telegram.bot_address import OFFICIAL, bot_id_of
from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo
from appliance.devices.telegram.poller import Poller
from appliance.devices.telegram.telegram_channel import TELEGRAM
from appliance.devices.telegram.updates import CURSOR, InGroup
from appliance.errors import Busy, Transient
from appliance.reasons import Reason

log = logging.getLogger(__name__)

_WEBHOOK = "webhook"


class TelegramBot:
    """`account` None: its token is not to be had, so it stays shut."""

    def __init__(
        self, device_id: str, account: ServiceAccount | None, *, listener: Listener, clock: Clock
    ) -> None:
        self.device_id = device_id
        self._listener, self._clock = listener, clock
        self._roused = threading.Event()
        self._quiet_until = 0.0
        self._knows_conflict = False
        self._facts = service_status.NOTHING_KNOWN
        self._api: BotApi | None = None
        self._bot_id = ""
        if account is not None:
            self._bot_id = bot_id_of(account.secret)
            self._api = BotApi(str(account.settings.get("api") or OFFICIAL), account.secret)
            self._poller = Poller(self._api, self._bot_id, self._roused.set)

    def probe(self) -> Status:
        if self._api is None:
            return service_status.shut()
        try:
            self._facts = _facts(self._api.call("getMe"))
        except (NotReached, NotAnswered):
            return service_status.away(self._facts)
        except SaidNo as exc:
            return self._refused(exc)
        if not self._poller.has_begun:
            self._poller.begin(self._listener.cursor(self.device_id, CURSOR))
        return self._status()

    def _refused(self, exc: SaidNo) -> Status:
        if exc.is_shut:
            return service_status.shut(self._facts)
        if exc.is_too_fast:
            self._be_quiet(exc.retry_after_s or 1.0)
            return self._status()
        return service_status.away(self._facts)

    def _status(self) -> Status:
        """While another one reads its news nothing leaves: nobody would hear a STOP."""
        if (conflict := self._poller.conflict) is not None:
            is_webhook = _WEBHOOK in conflict.description.lower()
            return Status(
                state=DeviceState.DEGRADED,
                reason=Reason.HAS_WEBHOOK if is_webhook else Reason.READ_ELSEWHERE,
                facts=self._facts,
            )
        if time.monotonic() < self._quiet_until:
            return Status(state=DeviceState.DEGRADED, reason=Reason.TOO_FAST, facts=self._facts)
        return Status(state=DeviceState.READY, channels=frozenset({TELEGRAM}), facts=self._facts)

    def receive(self) -> bool:
        """Each update is kept together with the place after it: a kill between two loses and
        doubles none.
        """
        if self._api is None:
            return False
        self._tell_conflict()
        came = self._poller.take()
        for update in came:
            news = updates.read(update, bot_id=self._bot_id, now_ms=self._clock.now_ms())
            self._tell(news, updates.place_after(update))
            if isinstance(news, Incoming) and (quoting := updates.quoting_in(update, news)):
                self._listener.quoted(self.device_id, [quoting])
        if came:
            self._poller.kept(updates.place_after(came[-1]))
        return bool(came)

    def _tell_conflict(self) -> None:
        """Raises Transient once, so that the device is examined at once and not in a minute."""
        conflict = self._poller.conflict
        is_new, self._knows_conflict = conflict and not self._knows_conflict, conflict is not None
        if is_new:
            raise Transient("Another program reads this bot's news.")

    def _tell(self, news: updates.News | None, place: int) -> None:
        match news:
            case Incoming():
                self._listener.received(self.device_id, [news])
            case Leaving():
                self._listener.withdrew(self.device_id, news)
            case _:
                if isinstance(news, InGroup):
                    self._leave(news.chat_id)
                self._listener.move_cursor(self.device_id, CURSOR, place)

    def _leave(self, chat_id: int) -> None:
        """Without a word: nobody there has agreed to any."""
        log.info("telegram %s was put into a group and leaves it", self._bot_id)
        try:
            self._its_api().call("leaveChat", chat_id=chat_id)
        except (NotReached, NotAnswered, SaidNo) as exc:
            log.info("telegram %s could not leave a group: %s", self._bot_id, exc)

    def send(self, attempt: Attempt) -> Proof:
        try:
            return send.send(self._its_api(), attempt, self._bot_id)
        except send.Blocked as exc:
            # Outside of the gate, whose lock a withdrawal needs.
            self._listener.withdrew(
                self.device_id,
                Leaving(
                    channel=TELEGRAM,
                    sender=attempt.outgoing.number,
                    words=exc.words,
                    at_ms=self._clock.now_ms(),
                ),
            )
            raise exc.error from exc
        except Busy as exc:
            self._be_quiet(exc.pause_s)
            raise

    def _its_api(self) -> BotApi:
        if self._api is None:
            raise Transient("Balie has no token of this bot.")
        return self._api

    def _be_quiet(self, pause_s: float) -> None:
        """For all that it sends: Telegram counts by the bot."""
        self._quiet_until = max(self._quiet_until, time.monotonic() + pause_s)

    def look(self, look: Look) -> Found:
        """A bot cannot read what it sent, so a person decides."""
        if look.baseline is None:
            return Found(finding=Finding.ABSENT)
        return Found(finding=Finding.UNCLEAR)

    def visit(self, visit: TickVisit) -> Ticks:
        """Telegram tells a bot nothing of what arrived and was read."""
        del visit
        return Ticks(by_message={})

    def fetch(self, fetch: MediaFetch) -> Fetched:
        return media.fetch(self._its_api(), fetch)

    def rest(self, timeout_s: float) -> bool:
        self._roused.wait(timeout_s)
        self._roused.clear()
        return self._api is not None and self._poller.has_news

    def rouse(self) -> None:
        self._roused.set()

    def close(self) -> None:
        if self._api is not None:
            self._poller.end()
            self._api.close()


def _facts(me: Any) -> DeviceFacts:
    """`account` is what people type to find the bot."""
    told: Mapping[str, Any] = me if isinstance(me, dict) else {}
    name, username = told.get("first_name"), told.get("username")
    own: dict[str, Any] = {"name": name} if isinstance(name, str) else {}
    if isinstance(username, str):
        own |= {"account": f"@{username}", "link": f"https://t.me/{username}"}
    return DeviceFacts(own=own)
