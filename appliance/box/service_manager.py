"""What systemd is told of this process: that it serves, that it lives, that it stops.

By a datagram to the socket that it names in the environment (sd_notify(3)); where it names none,
nobody is told.
"""

import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from appliance.trouble import Trouble

_US = 1_000_000
_PATIENT_S = 3600.0
"""To open a database may mean to write it anew, after an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceManager:
    """`watchdog_s` is how long systemd waits for a sign of life; None: it wants none."""

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        address = environment.get("NOTIFY_SOCKET")
        meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        told_us = environment.get("WATCHDOG_USEC", "0") if meant else "0"
        wait_s = int(told_us) / _US if told_us.isdecimal() else 0.0
        return cls(address=address or None, watchdog_s=wait_s or None)

    def serves(self) -> None:
        self._tell("READY=1")

    def lives(self) -> None:
        self._tell("WATCHDOG=1")

    def stops(self) -> None:
        self._tell("STOPPING=1")

    @contextmanager
    def patient(self) -> Iterator[None]:
        """In the block it waits an hour for a sign of life: it was told before that all is up."""
        self._wait(_PATIENT_S)
        yield
        self._wait(self.watchdog_s)

    def _wait(self, within_s: float | None) -> None:
        if self.watchdog_s is not None and within_s is not None:
            self._tell(f"WATCHDOG_USEC={int(within_s * _US)}")

    def _tell(self, what: str) -> None:
        """Never waits: a socket that is full is tried again with the next sign of life."""
        if self.address is None:
            return
        # Linux has names of sockets that are in no folder; they are written with an @.
        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(what.encode(), name)
        except OSError as exc:
            _UNTOLD.met(exc)
        else:
            _UNTOLD.over()


_UNTOLD = Trouble(logging.getLogger(__name__), "systemd could not be told how Balie is")
