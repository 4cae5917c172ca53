"""uvicorn's connections with deadlines, and a listening socket that asks who may come in.

uvicorn ends only a connection that is idle after an answer. It keeps one that never asks, sends its
head or body byte by byte, or takes nothing of an answer.
"""

import errno
import socket
import time
from typing import Any, Self

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from appliance.addresses import network_of
from appliance.api.connections import Connections

REST_S = 0.5
"""After an accept that found no free descriptor; asyncio tries again after a second."""
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_CLIENTS_TURN = frozenset({h11.IDLE, h11.SEND_BODY})


class PatientSocket(socket.socket):
    """Listens, and closes a connection that may not come in before anything is made for it."""

    connections: Connections
    _rests_until_s = 0.0

    @classmethod
    def at(cls, listening: socket.socket, connections: Connections) -> Self:
        """Takes the socket over."""
        family, kind, proto = listening.family, listening.type, listening.proto
        door = cls(family, kind, proto, fileno=listening.detach())
        door.connections = connections
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
        return accepted, address


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
        super().connection_made(transport)
        self.network = network_of(transport.get_extra_info("peername")[0])
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
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # closing would wait until all of it is taken
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
