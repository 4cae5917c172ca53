"""An open serial port: non-blocking reads and writes with deadlines; each wait can be ended.

pyserial opens, locks and configures the port. This module waits by `poll` on the port's descriptor
and on an eventfd. pyserial's `cancel_read` would end any read, even that of a command in hand; the
eventfd ends only a wait that may be ended (`wakeable`).
"""

import contextlib
import errno
import os
import select
import termios
import threading
import time

import serial

from appliance.devices.modem.at.answers import PortBusy, PortForbidden, PortGone
from appliance.devices.modem.at.port_locks import holder

_READ_AT_ONCE = 4096
_GONE = select.POLLERR | select.POLLHUP | select.POLLNVAL


class Wire:
    """Used by one thread, except `rouse` and `close`."""

    def __init__(self, port: str, *, baud: int) -> None:
        self.port = port
        self._serial = _open(port, baud)
        #: Held for single system calls that do not block: a closed descriptor's number may
        #: belong to another file at once.
        self._lock = threading.Lock()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._open = True

    def read(self, deadline: float, *, wakeable: bool = False) -> bytes:
        """The bytes that are there; waits for some, and returns none at the deadline or a rouse.

        Bytes that are already there are read even after the deadline.
        """
        while True:
            events = self._poll(select.POLLIN, deadline, wakeable=wakeable)
            if events is None:
                return b""
            data = self._read_now(events)
            if data:
                return data

    def write(self, data: bytes, deadline: float) -> bool:
        """False: the port did not take all of it in time."""
        rest = memoryview(data)
        while rest:
            try:
                with self._lock:
                    rest = rest[os.write(self._fileno(), rest) :]
            except BlockingIOError:
                if self._poll(select.POLLOUT, deadline) is None:
                    return False
            except OSError as exc:
                raise self._gone(exc) from exc
        return True

    def rouse(self) -> None:
        with self._lock:
            if self._open:
                os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        with self._lock:
            if not self._open:
                return
            self._open = False
            os.eventfd_write(self._wake, 1)
        # Unsent bytes to a dead stick would delay the close by half a minute.
        with contextlib.suppress(OSError, termios.error, serial.SerialException):
            self._serial.reset_output_buffer()
        with contextlib.suppress(OSError, serial.SerialException):
            self._serial.close()
        os.close(self._wake)

    def _poll(self, wanted: int, deadline: float, *, wakeable: bool = False) -> int | None:
        """The events of the port, or None for the deadline or a rouse."""
        poll = select.poll()
        with self._lock:
            port, wake = self._fileno(), self._wake
            poll.register(port, wanted)
            if wakeable:
                poll.register(wake, select.POLLIN)
        found = dict(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
        if port in found:
            return found[port]
        if wake in found:
            self._heed()
        return None

    def _heed(self) -> None:
        with self._lock, contextlib.suppress(BlockingIOError):
            self._fileno()
            os.eventfd_read(self._wake)

    def _read_now(self, events: int) -> bytes:
        try:
            with self._lock:
                data = os.read(self._fileno(), _READ_AT_ONCE)
        except BlockingIOError:
            if events & _GONE:
                raise self._gone(None) from None
            return b""
        except OSError as exc:
            raise self._gone(exc) from exc
        if not data:  # an unplugged port is always ready and has nothing
            raise self._gone(None)
        return data

    def _fileno(self) -> int:
        if not self._open:
            raise PortGone("The port was closed.")
        return int(self._serial.fileno())

    def _gone(self, exc: OSError | None) -> PortGone:
        why = exc.strerror if exc else "hung up"
        return PortGone(f"The port of the modem is gone ({why}).")


def _open(port: str, baud: int) -> serial.Serial:
    """Opens and locks the port; leaves it alone if another program has it."""
    pid = holder(port)
    if pid is not None:
        raise PortBusy(f"Another program (process {pid}) has the port.")
    try:
        return serial.Serial(port, baud, timeout=0, exclusive=True)
    except serial.SerialException as exc:
        raise _translate(exc) from exc
    except (OSError, termios.error, ValueError) as exc:
        raise PortGone("The port cannot be opened.") from exc


def _translate(exc: serial.SerialException) -> PortGone:
    if exc.errno in (errno.EWOULDBLOCK, errno.EBUSY):
        return PortBusy("Another program has the port.")
    if exc.errno in (errno.EACCES, errno.EPERM):
        return PortForbidden("Balie may not open the port; its user must be in its group.")
    return PortGone("There is no modem at the port.")
