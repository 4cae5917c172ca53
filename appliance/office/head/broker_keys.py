"""The office's keys of the broker, in `broker.json` of its data directory: three that vouch (for
the cluster, for Balie's account there, for the account of the servers themselves) and the authority
of the servers' certificates. No box ever sees one; whoever has the file speaks for all boxes.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.box.whole_files import put_whole
from appliance.errors import SetupError
from appliance.office.broker import STREAM, BoxSubjects, BrokerPlace
from appliance.office.nkeys import KeyKind, PassSigner, spelled

FILE = "broker.json"
_NO_LIMITS = {
    "subs": -1,
    "data": -1,
    "payload": -1,
    "imports": -1,
    "exports": -1,
    "wildcards": True,
    "conn": -1,
    "leaf": -1,
}
_STREAMS = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
READER_INBOX = "_INBOX"
_READS = (
    f"STREAM.INFO.{STREAM}",
    f"CONSUMER.CREATE.{STREAM}.>",
    f"CONSUMER.INFO.{STREAM}.>",
    f"CONSUMER.MSG.NEXT.{STREAM}.>",
)
_FREE = {"subs": -1, "data": -1, "payload": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerKeys:
    """`seeds` are raw private keys in hex, by whose they are; `routes` is what the servers say to
    each other; `authority` is PEM, key and certificate.
    """

    seeds: Mapping[str, str]
    routes: str
    authority: str = ""
    urls: Sequence[str] = field(default_factory=tuple)

    @property
    def operator(self) -> PassSigner:
        return PassSigner(KeyKind.OPERATOR, self._key("operator"))

    @property
    def account(self) -> PassSigner:
        return PassSigner(KeyKind.ACCOUNT, self._key("account"))

    @property
    def system(self) -> PassSigner:
        return PassSigner(KeyKind.ACCOUNT, self._key("system"))

    def _key(self, whose: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.seeds[whose]))

    @property
    def trusted(self) -> str:
        """The certificate alone."""
        return self.authority[self.authority.index("-----BEGIN CERTIFICATE") :]

    def operator_pass(self, now_s: int) -> str:
        who = self.operator
        facts = {"type": "operator", "system_account": self.system.name}
        return who.passed(who.name, "Balie", now_s, facts)

    def system_pass(self, now_s: int) -> str:
        return self._account_pass(self.system, "SYS", now_s, _NO_LIMITS, {})

    def account_pass(self, now_s: int, ended: Mapping[str, int]) -> str:
        """`ended`: keys (as spelled) that open nothing any more, with since when in seconds."""
        limits = {**_NO_LIMITS, **_STREAMS}
        return self._account_pass(self.account, "BALIE", now_s, limits, ended)

    def _account_pass(
        self,
        who: PassSigner,
        name: str,
        now_s: int,
        limits: Mapping[str, Any],
        ended: Mapping[str, int],
    ) -> str:
        facts: dict[str, Any] = {"type": "account", "limits": limits, "default_permissions": {}}
        if ended:
            facts["revocations"] = dict(ended)
        return self.operator.passed(who.name, name, now_s, facts)

    def place_of_box(self, box: str, public: bytes, now_s: int) -> BrokerPlace:
        subjects = BoxSubjects.of(box, public)
        jwt = self.account.passed(
            subjects.key, box, now_s, {"type": "user", **subjects.rights(), **_FREE}
        )
        return self._place(jwt)

    def reader_pass(self, name: str, key: Ed25519PrivateKey, now_s: int) -> str:
        """For another program that follows the stream from a place of its own: it may read all of
        it, and change nothing. What it is answered comes below `_INBOX_NAME`.
        """
        about = spelled(KeyKind.USER, key.public_key().public_bytes_raw())
        asks = [f"$JS.API.{each}" for each in _READS]
        rights = {"pub": {"allow": asks}, "sub": {"allow": [f"{READER_INBOX}_{name}.>"]}}
        return self.account.passed(about, name, now_s, {"type": "user", **rights, **_FREE})

    def place_of_office(self, key: Ed25519PrivateKey, now_s: int) -> BrokerPlace:
        return self._place(self._own_pass(self.account, key, now_s))

    def place_of_servers(self, key: Ed25519PrivateKey, now_s: int) -> BrokerPlace:
        """For the account in which the servers themselves are told things."""
        return self._place(self._own_pass(self.system, key, now_s))

    def _own_pass(self, by: PassSigner, key: Ed25519PrivateKey, now_s: int) -> str:
        about = spelled(KeyKind.USER, key.public_key().public_bytes_raw())
        return by.passed(about, "office", now_s, {"type": "user", "pub": {}, "sub": {}, **_FREE})

    def _place(self, jwt: str) -> BrokerPlace:
        return BrokerPlace(urls=self.urls, authority=self.trusted, jwt=jwt)


def known(data: Path) -> BrokerKeys | None:
    """None where the office has no broker. Raises SetupError."""
    path = data / FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
        keys = BrokerKeys(**found)
        _ = keys.operator, keys.account, keys.system, keys.trusted
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise SetupError(
            f"The keys of the broker, {path}, cannot be read ({exc}). Put back the copy that you"
            " keep of it: the servers believe no other ones."
        ) from exc
    return keys


def made() -> BrokerKeys:
    """New ones, without servers."""
    whose = ("operator", "account", "system")
    seeds = {each: Ed25519PrivateKey.generate().private_bytes_raw().hex() for each in whose}
    return BrokerKeys(seeds=seeds, routes=secrets.token_urlsafe(24))


def keep(data: Path, keys: BrokerKeys) -> None:
    told = {
        "seeds": dict(keys.seeds),
        "routes": keys.routes,
        "authority": keys.authority,
        "urls": list(keys.urls),
    }
    put_whole(data / FILE, json.dumps(told, indent=1).encode())
