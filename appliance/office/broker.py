"""The broker between boxes and head office, where one office machine is not enough: a cluster of
NATS servers with one stream. What goes over it, and who may say or read what there.

A box publishes its batches on a subject of its own and asks the office on another one; what it is
answered comes on a third. Each subject ends with the box's key, so what another card of the same
box says is told apart even by who only reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.office.nkeys import KeyKind, spelled
from appliance.office.reading import Fields

STREAM = "BALIE"
BATCHES = "balie.up"
ASKS = "balie.ask"
ANSWERS = "balie.down"
KEPT_S = 14 * 24 * 3600
"""So long the stream has a batch. No box relies on it: its own log has everything until the office
does."""
SEEN_AGAIN_S = 120
"""Within it the broker itself passes over a batch that comes again under the same id."""
MOST_PAYLOAD = 8 * 1024 * 1024
HELD_OPEN_S = 8.0
"""So long the office holds a question. Nobody is told when an office ends in the middle of one, so
this is shorter than over HTTPS."""

COMMANDS = "commands"
TAKEN = "taken"
AGAIN = "link-again"
"""The office does not know any more what it said of this batch: it is told again."""
NOT_YET = "link-not-yet"
_MOST_URLS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSubjects:
    """Those of one box with one key (as `spelled`)."""

    box: str
    key: str

    @classmethod
    def of(cls, box: str, public: bytes) -> "BoxSubjects":
        return cls(box=box, key=spelled(KeyKind.USER, public))

    @property
    def batches(self) -> str:
        return f"{BATCHES}.{self.box}.{self.key}"

    @property
    def answers(self) -> str:
        return f"{ANSWERS}.{self.box}.{self.key}"

    def ask(self, verb: str) -> str:
        return f"{ASKS}.{self.box}.{self.key}.{verb}"

    def rights(self) -> Mapping[str, Any]:
        """All that a box may do at the broker."""
        return {
            "pub": {"allow": [self.batches, self.ask("*")]},
            "sub": {"allow": [f"{self.answers}.>"]},
        }


def who_says(subject: str) -> BoxSubjects | None:
    """Whose batch or question that is; the servers let nobody else speak on it."""
    parts = subject.split(".")
    if len(parts) < 4:  # noqa: PLR2004 -- two words, box and key
        return None
    return BoxSubjects(box=parts[2], key=parts[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPlace:
    """Where one finds the broker, which authority (PEM) its servers are trusted by, and the pass
    (JWT) that is shown there. The pass is of no use without the key that it names.
    """

    urls: Sequence[str]
    authority: str
    jwt: str

    def as_json(self) -> dict[str, Any]:
        return {"urls": list(self.urls), "authority": self.authority, "jwt": self.jwt}

    @classmethod
    def from_json(cls, read: Fields) -> "BrokerPlace":
        urls = read.items("urls", most=_MOST_URLS)
        if not urls or not all(isinstance(each, str) and _is_url(each) for each in urls):
            raise read.wrong("urls")
        return cls(
            urls=[str(each) for each in urls],
            authority=read.text("authority"),
            jwt=read.text("jwt"),
        )


def _is_url(text: str) -> bool:
    return text.startswith("tls://") and len(text) < 300  # noqa: PLR2004 -- a name and a port


def place_in(read: Fields, name: str = "broker") -> BrokerPlace | None:
    """None where the office has no broker."""
    return None if read.all.get(name) is None else BrokerPlace.from_json(read.part(name))
