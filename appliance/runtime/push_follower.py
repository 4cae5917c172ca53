"""The thread that tells browsers without an open page that somebody waits for an answer."""

import hashlib
import logging
import threading
from pathlib import Path
from urllib.parse import urlsplit

from appliance.api.web.words.i18n import Words
from appliance.api.web.words.notice_sentences import notice
from appliance.desk.notices.following import NoticeFollower
from appliance.desk.notices.news import News, news_for
from appliance.errors import BalieError, SetupError
from appliance.push.sending import PushAnswer, PushMessage, PushSender
from appliance.store import push
from appliance.store.house_key import HouseKey
from appliance.store.push import DueNotice, PushAddress
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 15.0
"""Between two looks for what is to be tried again."""
GATHER_S = 0.25
"""After a commit: what else is committed meanwhile is looked at together."""
AGAIN_MS = 30_000
"""Until a push service that did not take one is asked again; each time twice as long."""
TOO_LATE_MS = 3_600_000
"""After this nobody wants to be told any more."""
_TOPIC = 32
"""As many letters as RFC 8030 allows."""


class PushFollower:
    """Started and stopped by whoever owns the store. Says nothing to any host until an
    administrator has switched notifications on.
    """

    def __init__(self, store: Store, data_dir: Path, *, trust: Path | None = None) -> None:
        self._store = store
        self._follower = NoticeFollower(store)
        self._data_dir = data_dir
        self._sender = PushSender(data_dir, trust=trust)
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="push", daemon=True)
        self._trouble = Trouble(log, "browsers could not be notified")
        store.on_commit(self._news.set)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for no push service: the thread ends with the process."""
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def look(self) -> None:
        """Follows the log to its end, and tells what is due. Blocks while push services answer."""
        while self._follower.catch_up():
            pass
        clock, silent = self._store.clock, set[str]()
        now_ms = clock.now_ms()
        for each in self._store.read(lambda conn: push.due(conn, now_ms)):
            if self._stopped.is_set():
                return
            self._tell(each, clock.now_ms(), silent)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            try:
                if self._store.keeps:
                    self.look()
            except BalieError as exc:
                self._trouble.met(exc)
            except Exception as exc:  # a mistake of ours must not end it until the next start
                self._trouble.met(exc, exc=exc)
            else:
                self._trouble.over()
            self._news.wait(LOOK_S)
            self._stopped.wait(GATHER_S)

    def _tell(self, due: DueNotice, now_ms: int, silent: set[str]) -> None:
        """Asks once more whether there is anything to tell: they may have been answered by now.

        Of a host in `silent`, which has just not answered, nothing is asked again at once: the
        other hosts would wait for it each time.
        """
        staff_id = due.subscription.staff_id
        house = self._store.read(push.house)
        news = self._store.read(lambda conn: news_for(conn, staff_id, due.conversation_id, now_ms))
        if not house.is_on or news is None or now_ms - due.began_ms > TOO_LATE_MS:
            self._store.write(lambda tx: push.told(tx, due))
            return
        host = urlsplit(due.subscription.address.endpoint).netloc
        answer = PushAnswer.LATER
        if host not in silent:
            answer = self._sent(due, news, contact=house.contact, now_ms=now_ms)
        if answer is PushAnswer.LATER:
            silent.add(host)
            due_ms = self._store.clock.now_ms() + (AGAIN_MS << due.tries)
            self._store.write(lambda tx: push.again(tx, due, due_ms))
        elif answer is PushAnswer.GONE:
            self._store.write(lambda tx: push.end(tx, due.subscription.id))
        else:
            if answer is PushAnswer.REFUSED:
                log.warning("a push service refuses what it is asked to tell a browser")
            self._store.write(lambda tx: push.told(tx, due))

    def _sent(self, due: DueNotice, news: News, *, contact: str, now_ms: int) -> PushAnswer:
        try:
            address = push.opened(HouseKey.of(self._data_dir), due.subscription.address)
        except SetupError as exc:
            log.warning("a browser is not notified any more: %s", exc)
            return PushAnswer.GONE
        return self._sender.send(_message(due, address, news), contact=contact, now_ms=now_ms)


def _message(due: DueNotice, address: PushAddress, news: News) -> PushMessage:
    digest = hashlib.sha256(due.conversation_id.encode()).hexdigest()
    return PushMessage(
        endpoint=address.endpoint,
        public_key=address.public_key,
        secret=address.secret,
        content=notice(Words(due.subscription.language), news),
        topic=digest[:_TOPIC],
    )
