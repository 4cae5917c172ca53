"""Two `balie office run` on one data directory, behind the front that the package brings."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.demo.children import free_port
from tests.office.office_front import office_front
from tests.office.test_kill import KilledOffice, office_forks, until_up
from tests.running_demo import eventually


@dataclass(slots=True)
class OfficePair:
    """At `port` is the front."""

    port: int
    serving: KilledOffice
    waiting: KilledOffice

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """The one that serves; the other one serves when this returns."""
        self.serving.kill()
        self.until_turned()

    def until_turned(self) -> None:
        eventually(lambda: listens(self.waiting.port), "the other one serves")
        self.serving, self.waiting = self.waiting, self.serving

    def start(self) -> None:
        """The one that has ended comes back, and waits for its turn."""
        self.waiting.start()

    def until_up(self) -> None:
        until_up(self.port)
        assert not listens(self.waiting.port)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def office_pair(data: Path) -> Iterator[OfficePair]:
    """`data` lies in a folder of its own; the logs of the two and the front's files, too."""
    data.mkdir(exist_ok=True)
    with office_forks(data) as forks, ExitStack() as ended:
        first, second = (KilledOffice(free_port(), forks) for _ in range(2))
        front = ended.enter_context(office_front(data.parent, (first.port, second.port)))
        pair = OfficePair(front, first, second)
        for each in (first, second):
            each.start()
            ended.callback(each.kill)
            first.until_up()
        pair.until_up()
        yield pair
