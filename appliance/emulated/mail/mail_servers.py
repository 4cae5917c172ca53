"""The mail server on the loopback: IMAP to read a mailbox, SMTP to send from it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from appliance.emulated.mail.imap_session import ImapSession
from appliance.emulated.mail.mail_world import MailWorld
from appliance.emulated.mail.smtp_session import SmtpSession

_Talk = Callable[[socket.socket], None]


class _TalkServer(ThreadingTCPServer):
    """A thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    #: Those that wait for mail end with the process.
    block_on_close = False

    def __init__(self, talk: _Talk) -> None:
        super().__init__(("127.0.0.1", 0), _OneTalk)
        self.talk = talk


class _OneTalk(BaseRequestHandler):
    server: _TalkServer

    def handle(self) -> None:
        with suppress(OSError, ValueError):  # who hung up is nobody's mistake
            self.server.talk(self.request)


class MailServers:
    def __init__(self, world: MailWorld) -> None:
        self.world = world
        self._imap, self._smtp = _TalkServer(self._read), _TalkServer(self._take)

    @property
    def imap(self) -> str:
        return f"imap+insecure://127.0.0.1:{self._imap.server_address[1]}"

    @property
    def smtp(self) -> str:
        return f"smtp+insecure://127.0.0.1:{self._smtp.server_address[1]}"

    def start(self) -> None:
        for name, server in (("imap", self._imap), ("smtp", self._smtp)):
            Thread(target=server.serve_forever, name=f"emulated-{name}", daemon=True).start()

    def stop(self) -> None:
        for server in (self._imap, self._smtp):
            server.shutdown()
            server.server_close()

    def _read(self, connection: socket.socket) -> None:
        told, wake = socket.socketpair()
        told.setblocking(False)

        def tell() -> None:
            with suppress(BlockingIOError):  # it is full of them
                told.send(b".")

        forget = self.world.listen(tell)
        try:
            ImapSession(self.world, connection, wake).run()
        finally:
            forget()
            told.close()
            wake.close()

    def _take(self, connection: socket.socket) -> None:
        SmtpSession(self.world, connection).run()


@contextmanager
def serving_mail(world: MailWorld | None = None) -> Iterator[MailServers]:
    servers = MailServers(world or MailWorld())
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()
