"""uvicorn's connections with deadlines, and a listening socket that asks who may come in.

uvicorn ends only a connection that is idle after an answer. It keeps one that never asks, sends its
head or body byte by byte, or takes nothing of an answer. Over https a client is waited for until it
has agreed on a key, too.
"""

import asyncio
import contextlib
import errno
import socket
import time
from typing import Any, Self, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from appliance.addresses import network_of
from appliance.api.connections import Connections
from appliance.runtime.joined_writes import JoinedWrites

REST_S = 0.5
"""After an accept that found no free descriptor; asyncio tries again after a second."""
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_CLIENTS_TURN = frozenset({h11.IDLE, h11.SEND_BODY})


class PatientSocket(socket.socket):
    """Listens, and closes a connection that may not come in before anything is made for it."""

    connections: Connections
    secure: bool
    _rests_until_s = 0.0

    @classmethod
    def at(
        cls, listening: socket.socket, connections: Connections, *, secure: bool = False
    ) -> Self:
        """Takes the socket over. `secure`: clients have to agree on a key first."""
        family, kind, proto = listening.family, listening.type, listening.proto
        door = cls(family, kind, proto, fileno=listening.detach())
        door.connections, door.secure = connections, secure
        return door

    def accept(self) -> tuple[socket.socket, Any]:
        # asyncio accepts a hundred times in a row, also after it heard that no descriptor is left.
        if time.monotonic() < self._rests_until_s:
            raise BlockingIOError
        try:
            accepted, address = super().accept()
        except OSError as exc:
            if exc.errno in _NO_ROOM:
                self._rests_until_s = time.monotonic() + REST_S
            raise
        if not self.connections.lets_in(address[0]):
            accepted.close()
            raise ConnectionAbortedError
        if self.secure:
            accepted = Newcomer.at(accepted, address[0], self.connections)
        return accepted, address


class Newcomer(socket.socket):
    """A client that was let in and has to agree on a key. It may never do so, and until then no
    other object stands for its connection.
    """

    connections: Connections
    network: str
    _is_new = True

    @classmethod
    def at(cls, accepted: socket.socket, address: str, connections: Connections) -> Self:
        """Takes the socket over."""
        family, kind, proto = accepted.family, accepted.type, accepted.proto
        newcomer = cls(family, kind, proto, fileno=accepted.detach())
        newcomer.network, newcomer.connections = network_of(address), connections
        connections.waits_for(newcomer)
        return newcomer

    def goes_on_as(self, connection: "PatientProtocol") -> bool:
        """False when it was ended by then."""
        self._is_new = False
        return self.connections.goes_on_as(self, connection)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)  # the loop sees that and closes it

    def close(self) -> None:
        super().close()
        if self._is_new:
            self._is_new = False
            self.connections.went(self)


class PatientProtocol(H11Protocol):
    """Tells `Connections` each time the turn changes between the client and the server.

    A turn begins with a connection, the first byte of a request, the end of its head, or an
    answer; more bytes of the same do not begin another one, but each megabyte of a body does: a
    file may take longer than anybody waits for silence.
    """

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._connections = connections
        self._turn: tuple[object, ...] = ()
        self._received = 0
        self.network = ""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast("asyncio.Transport", JoinedWrites(transport)))
        self.network = network_of(transport.get_extra_info("peername")[0])
        # asyncio shows its socket in a wrapping.
        newcomer = getattr(transport.get_extra_info("socket"), "_sock", None)
        if isinstance(newcomer, Newcomer) and not newcomer.goes_on_as(self):
            transport.abort()
            return
        self._look_whose_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connections.went(self)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        self._look_whose_turn()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look_whose_turn()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_whose_turn()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look_whose_turn()

    def end(self) -> None:
        stuck = self.transport.get_write_buffer_size()
        if stuck or self.transport.get_extra_info("sslcontext"):
            self.transport.abort()  # closing would wait until all is taken, or for a last word
        else:
            self.transport.close()

    def _look_whose_turn(self) -> None:
        leaving, stuck = self.transport.is_closing(), self.flow.write_paused
        theirs = self.conn.their_state
        begun = theirs is h11.IDLE and bool(self.conn.trailing_data[0])
        megabytes = self._received >> 20 if theirs is h11.SEND_BODY else 0
        turn = (leaving, stuck, theirs, begun, self.cycle, megabytes)
        if turn == self._turn:
            return
        self._turn = turn
        if leaving or stuck or theirs in _CLIENTS_TURN:
            self._connections.waits_for(self)
        else:
            self._connections.serves(self)
