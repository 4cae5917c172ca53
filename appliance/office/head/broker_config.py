"""Writes what each server of the broker is started with: `balie office nats-config`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from appliance.box.certificates import (
    Pair,
    is_due,
    make_authority,
    make_certificate,
    pair_in,
    permitted,
)
from appliance.box.names import Address, BoxNames
from appliance.box.whole_files import put_whole
from appliance.errors import InvalidInput
from appliance.office.broker import MOST_PAYLOAD
from appliance.office.head import broker_keys
from appliance.office.head.broker_keys import BrokerKeys

PORT, ROUTES_PORT = 4222, 6222
_SIZES = (1, 3, 5)
"""More than half of them must stand: two are no safer than one."""
_CONFIG = "nats.conf"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerServer:
    """`routes_port` is for the other servers alone."""

    host: str
    port: int = PORT
    routes_port: int = ROUTES_PORT

    @classmethod
    def said(cls, text: str) -> "BrokerServer":
        """HOST, HOST:PORT or HOST:PORT:ROUTES_PORT. Raises InvalidInput."""
        host, *ports = text.split(":")
        numbers = [int(each) if each.isascii() and each.isdigit() else 0 for each in ports]
        if not host or len(ports) > 2 or not all(0 < each < 65536 for each in numbers):  # noqa: PLR2004 -- TCP's ports
            raise InvalidInput("server", f"“{text}” is no server: write HOST or HOST:PORT.")
        return cls(host=host, **dict(zip(("port", "routes_port"), numbers, strict=False)))

    @property
    def url(self) -> str:
        return f"tls://{self.host}:{self.port}"

    @property
    def address(self) -> Address | None:
        try:
            return ip_address(self.host)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenServer:
    name: str
    url: str
    config: Path


def write(
    data: Path,
    folder: Path,
    servers: Sequence[BrokerServer],
    *,
    at: Path | None = None,
    most_gb: int = 20,
) -> Sequence[WrittenServer]:
    """A folder for each server, to be carried there; `at`: where that lies then, when it is
    elsewhere than where it is written. The keys are made once, so whoever writes again, with other
    servers, keeps those that boxes believe. Raises InvalidInput, SetupError and OSError.
    """
    if len(servers) not in _SIZES or len(set(servers)) != len(servers):
        raise InvalidInput("server", "Say --server for 1, 3 or 5 servers, each another one.")
    keys, now = broker_keys.known(data) or broker_keys.made(), datetime.now(UTC)
    authority = _authority(keys, servers, now, folder)
    keys = replace(keys, authority=authority.pem().decode(), urls=[each.url for each in servers])
    broker_keys.keep(data, keys)
    return [
        _one(keys, authority, servers, place, folder / f"nats-{place + 1}", at, most_gb, now)
        for place in range(len(servers))
    ]


def _names(servers: Sequence[BrokerServer]) -> BoxNames:
    dns = [each.host for each in servers if each.address is None]
    addresses = [each.address for each in servers if each.address is not None]
    return BoxNames(dns=tuple(dns) or ("nats.balie",), addresses=tuple(dict.fromkeys(addresses)))


def _authority(
    keys: BrokerKeys, servers: Sequence[BrokerServer], now: datetime, folder: Path
) -> Pair:
    """The one of before, where it may speak for all of these servers."""
    names = _names(servers)
    if keys.authority:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / ".authority"
        try:
            put_whole(part, keys.authority.encode())
            there = pair_in(part)
        finally:
            part.unlink(missing_ok=True)
        is_old = is_due(there.certificate, now, authority=True)
        if not is_old and permitted(there.certificate, names) == names:
            return there
    return make_authority(names, now)


def _one(
    keys: BrokerKeys,
    authority: Pair,
    servers: Sequence[BrokerServer],
    place: int,
    folder: Path,
    at: Path | None,
    most_gb: int,
    now: datetime,
) -> WrittenServer:
    server, name = servers[place], folder.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = make_certificate(authority, _names([server]), now, calls=True)
    put_whole(folder / "server.pem", pair.pem())
    put_whole(folder / "ca.crt", keys.trusted.encode(), mode=0o644)
    there = (folder if at is None else at / name).absolute()
    text = _config(keys, servers, place, name, there, most_gb, int(now.timestamp()))
    put_whole(folder / _CONFIG, text.encode())
    return WrittenServer(name=name, url=server.url, config=folder / _CONFIG)


def _config(
    keys: BrokerKeys,
    servers: Sequence[BrokerServer],
    place: int,
    name: str,
    there: Path,
    most_gb: int,
    now_s: int,
) -> str:
    server = servers[place]
    tls = (
        f"tls {{ cert_file: {_told(there / 'server.pem')}, key_file: {_told(there / 'server.pem')},"
        f" ca_file: {_told(there / 'ca.crt')}, timeout: 5"
    )
    lines = [
        "# Written by balie office nats-config; keep it to the server, it holds what the servers",
        "# say to each other.",
        f"server_name: {name}",
        f'listen: "{_bound(server)}:{server.port}"',
        f"max_payload: {MOST_PAYLOAD}",
        f"{tls} }}",
        f"operator: {keys.operator_pass(now_s)}",
        f"system_account: {keys.system.name}",
        "resolver {",
        "  type: full",
        f"  dir: {_told(there / 'accounts')}",
        '  interval: "2m"',
        "}",
        "resolver_preload {",
        f"  {keys.system.name}: {keys.system_pass(now_s)}",
        f"  {keys.account.name}: {keys.account_pass(now_s, {})}",
        "}",
        "jetstream {",
        f"  store_dir: {_told(there / 'store')}",
        f"  max_file_store: {most_gb}GB",
        "  # What a server has said that it has is on its disk.",
        "  sync_interval: always",
        "}",
    ]
    if len(servers) > 1:
        lines += [*_cluster(keys, servers, place), f"  {tls}, verify: true }}", "}"]
    return "\n".join(lines) + "\n"


def _cluster(keys: BrokerKeys, servers: Sequence[BrokerServer], place: int) -> Sequence[str]:
    server = servers[place]
    others = [each for each in servers if each is not server]
    routes = [
        f'    "nats-route://route:{keys.routes}@{each.host}:{each.routes_port}"' for each in others
    ]
    return [
        "cluster {",
        "  name: balie",
        f'  listen: "{_bound(server)}:{server.routes_port}"',
        "  # Boxes go by the addresses that the office gave them.",
        "  no_advertise: true",
        f"  authorization {{ user: route, password: {_told(keys.routes)}, timeout: 5 }}",
        "  routes: [",
        *routes,
        "  ]",
    ]


def _bound(server: BrokerServer) -> str:
    """A server on this machine alone is not shown to others."""
    address = server.address
    return str(address) if address is not None and address.is_loopback else "0.0.0.0"  # noqa: S104 -- boxes come from elsewhere


def _told(value: Path | str) -> str:
    return json.dumps(str(value))
