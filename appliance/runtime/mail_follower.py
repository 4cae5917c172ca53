"""The thread that mails colleagues who waits too long, and what is wrong."""

import logging
import threading
from dataclasses import dataclass

from appliance.api.web.words import mail_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.notices import mail_incidents, mail_waits
from appliance.desk.notices.mail_incidents import IncidentFollower
from appliance.desk.notices.mail_post import MailPost, MailSaid, language_of
from appliance.errors import (
    BalieError,
    MailboxLater,
    MailError,
    MailRefused,
    MailUnconfirmed,
    SetupError,
)
from appliance.store import incidents, mail_notices
from appliance.store.incidents import IncidentKind
from appliance.store.mail_notices import INCIDENTS, MailReader
from appliance.store.store import Store
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 20.0
"""Between two looks: who waits too long is found by the clock, and no event tells of it."""
FIRST_REST_MS = 30_000
LONGEST_REST_MS = 15 * 60_000
TELLS_AFTER_MS = 10 * 60_000
"""A mail server that is away for a moment is nobody's matter."""


@dataclass(slots=True)
class _Rest:
    """How long somebody is left alone who takes no mail now."""

    rest_ms: int = 0
    not_before_ms: int = 0

    def longer(self, now_ms: int) -> None:
        self.rest_ms = min(max(2 * self.rest_ms, FIRST_REST_MS), LONGEST_REST_MS)
        self.not_before_ms = now_ms + self.rest_ms


class MailFollower:
    """Started and stopped by whoever owns the store. What is to be told is found out anew at each
    try, so nothing piles up while the server is away.
    """

    def __init__(self, store: Store, post: MailPost) -> None:
        self._store = store
        self._post = post
        self._follower = IncidentFollower(store)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
        self._trouble = Trouble(log, "colleagues could not be mailed")
        self._failing_since_ms: int | None = None
        self._rest = _Rest()
        self._readers: dict[str, _Rest] = {}
        """Those whose own mailbox takes nothing now."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for no mail server: the thread ends with the process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def look(self) -> None:
        """Follows the log to its end, and mails what is due. Blocks while the server answers."""
        while self._follower.catch_up():
            pass
        now_ms = self._store.clock.now_ms()
        if now_ms < self._rest.not_before_ms:
            return
        for reader in self._store.read(mail_notices.readers):
            if now_ms < self._readers.get(reader.staff_id, _Rest()).not_before_ms:
                continue
            if self._stopped.is_set() or not self._tell(reader):
                return

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            try:
                if self._store.keeps:
                    self.look()
            except BalieError as exc:
                self._trouble.met(exc)
            except Exception as exc:  # a mistake of ours must not end it until the next start
                self._trouble.met(exc, exc=exc)

    def _tell(self, reader: MailReader) -> bool:
        """False when the server takes nothing now."""
        try:
            return self._tell_waits(reader) and self._tell_incidents(reader)
        except MailboxLater as exc:
            log.warning("a colleague cannot be mailed now: %s", exc)
            self._readers.setdefault(reader.staff_id, _Rest()).longer(self._store.clock.now_ms())
            self._works()
            return True

    def _tell_waits(self, reader: MailReader) -> bool:
        now_ms, who = self._store.clock.now_ms(), reader.staff_id
        waits = self._store.read(lambda conn: mail_waits.waits_to_tell(conn, who, now_ms))
        if not waits:
            return True
        words = Words(language_of(reader))
        said = mail_sentences.of_waits(words, waits, address=self._post.address, now_ms=now_ms)
        told = [each.branch.id for each in waits]
        mark = "-".join(f"{each.oldest_ms}.{each.over}" for each in waits)
        if not self._sent(reader, said, f"waits-{mark}", now_ms):
            return False
        self._store.write(lambda tx: mail_notices.told(tx, who, told, now_ms))
        return True

    def _tell_incidents(self, reader: MailReader) -> bool:
        now_ms, who = self._store.clock.now_ms(), reader.staff_id
        news = self._store.read(lambda conn: mail_incidents.incidents_to_tell(conn, who, now_ms))
        if news is None:
            return True
        words, seq = Words(language_of(reader)), news.up_to_seq
        if news.told:
            said = mail_sentences.of_incidents(
                words, news.told, address=self._post.address, now_ms=now_ms
            )
            if not self._sent(reader, said, f"incidents-{seq}", now_ms):
                return False
            self._store.write(lambda tx: mail_notices.told(tx, who, [INCIDENTS], now_ms))
        self._store.write(lambda tx: mail_notices.forget_noted(tx, who, seq))
        return True

    def _sent(self, reader: MailReader, said: MailSaid, mark: str, now_ms: int) -> bool:
        """Whether it is done with: taken, or never to be taken. A mail of which the answer was lost
        is not sent again: the next one tells how it stands. Raises MailboxLater.
        """
        try:
            self._post.send(reader, said, mark=mark, now_ms=now_ms)
        except MailRefused as exc:
            log.warning("a colleague cannot be mailed: %s", exc)
        except MailUnconfirmed as exc:
            log.warning("a mail may not have arrived: %s", exc)
        except MailboxLater:
            raise
        except (MailError, SetupError) as exc:
            self._fails(exc, now_ms)
            return False
        self._works()
        self._readers.pop(reader.staff_id, None)
        return True

    def _fails(self, exc: BalieError, now_ms: int) -> None:
        self._trouble.met(exc)
        self._rest.longer(now_ms)
        if self._failing_since_ms is None:
            self._failing_since_ms = now_ms
        if now_ms - self._failing_since_ms >= TELLS_AFTER_MS:
            self._store.write(lambda tx: incidents.open_incident(tx, IncidentKind.OWN_MAIL))

    def _works(self) -> None:
        self._trouble.over()
        self._failing_since_ms, self._rest = None, _Rest()
        if self._store.read(lambda conn: incidents.open_of(conn, IncidentKind.OWN_MAIL)):
            self._store.write(lambda tx: incidents.close_incident(tx, IncidentKind.OWN_MAIL))
