"""The connections of the web server: how many there may be, and who makes room for whom.

A connection on which a request is being served is never ended for another one. All others keep the
server waiting: for a request, for the rest of one, or for the client to take the answer. They are
ended after ten seconds. They are ended sooner, the longest waiting first, when a new client finds
no room. So idle clients keep nobody out, and an office behind one address is not locked out by one
of them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from appliance.addresses import NO_NETWORKS, Networks, network_of
from appliance.web_settings import CONNECTIONS, CONNECTIONS_PER_ADDRESS

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""How long a client may take for the head of a request, for its body, or for taking an answer."""
SAY_EVERY_S = 60.0


class Connection(Protocol):
    @property
    def network(self) -> str:
        """What `network_of` says of its address: one machine can use a whole IPv6 network."""
        ...

    def end(self) -> None: ...


@dataclass(slots=True)
class Counts:
    """Counts since Balie started. `refused`: at the door. `ended`: kept the server waiting."""

    refused: int = 0
    ended: int = 0


class Connections:
    """Used by the event loop only. `exempt` are proxies: many people come from their address."""

    def __init__(
        self,
        total: int = CONNECTIONS,
        per_address: int = CONNECTIONS_PER_ADDRESS,
        *,
        exempt: Networks = NO_NETWORKS,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = Counts()
        self._total = total
        self._per_address = per_address
        self._exempt = exempt
        self._now_s = now_s
        self._open: Counter[str] = Counter()
        # By network; the connection that has kept the server waiting the longest is first.
        self._waiting: dict[str, dict[Connection, float]] = {}
        self._ended: set[Connection] = set()
        self._pushed_out = 0
        self._said = (0, 0)
        self._said_s = now_s() - SAY_EVERY_S

    @property
    def open(self) -> int:
        return self._open.total()

    def lets_in(self, address: str) -> bool:
        """Whether this client gets a connection; if so, the connection counts until `went`."""
        network = network_of(address)
        roomy = self._exempt.hold(address) or self._has_room_for(network)
        if not (roomy and self._has_room()):
            self.counts.refused += 1
            return False
        self._open[network] += 1
        return True

    def went(self, connection: Connection) -> None:
        self.serves(connection)
        if connection in self._ended:
            self._ended.remove(connection)
        else:
            self._give_back(connection.network)

    def waits_for(self, connection: Connection) -> None:
        """From now on it is the client's turn."""
        self.serves(connection)
        self._waiting.setdefault(connection.network, {})[connection] = self._now_s()

    def serves(self, connection: Connection) -> None:
        """It is the server's turn."""
        waiting = self._waiting.get(connection.network, {})
        waiting.pop(connection, None)
        if not waiting:
            self._waiting.pop(connection.network, None)

    def goes_on_as(self, before: Connection, after: Connection) -> bool:
        """The same connection is another object from now on; False when it was ended by then."""
        self.serves(before)
        if before not in self._ended:
            return True
        self._ended.remove(before)
        self._ended.add(after)
        return False

    def look_round(self) -> None:
        """Ends each connection that keeps the server waiting for too long. Call it every second."""
        late_s = self._now_s() - PATIENCE_S
        late = [
            connection
            for waiting in self._waiting.values()
            for connection, since_s in waiting.items()
            if since_s <= late_s
        ]
        for connection in late:
            self._end(connection)
        self._say()

    def _has_room_for(self, network: str) -> bool:
        if self._open[network] < self._per_address:
            return True
        return self._push_out(self._waiting.get(network, {}))

    def _has_room(self) -> bool:
        if self.open < self._total:
            return True
        longest = min(
            self._waiting.values(), key=lambda each: next(iter(each.values())), default={}
        )
        return self._push_out(longest)

    def _push_out(self, waiting: dict[Connection, float]) -> bool:
        if not waiting:
            return False
        self._pushed_out += 1
        self._end(next(iter(waiting)))
        return True

    def _end(self, connection: Connection) -> None:
        """Frees its place at once: the loop reports the end of the connection only later."""
        self.counts.ended += 1
        self.serves(connection)
        self._ended.add(connection)
        self._give_back(connection.network)
        connection.end()

    def _give_back(self, network: str) -> None:
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]

    def _say(self) -> None:
        """Logs one line a minute at most, however many clients come."""
        so_far = (self.counts.refused, self._pushed_out)
        if so_far == self._said or self._now_s() - self._said_s < SAY_EVERY_S:
            return
        log.warning(
            "too many connections: %d were refused and %d that said nothing were ended for others;"
            " of those open now most are from %s",
            so_far[0] - self._said[0],
            so_far[1] - self._said[1],
            next((network for network, _ in self._open.most_common(1)), "nobody"),
        )
        self._said, self._said_s = so_far, self._now_s()
