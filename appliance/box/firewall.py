"""What comes in from the network: the rules of nftables, made anew as a whole each time.

A box of its own lets in what a branch needs: the inbox, its name on the network, and what is
switched on. All else is dropped without an answer. Nothing is passed on to other machines.
"""

from dataclasses import dataclass

from appliance.box.running import run

SSH_PORT, HTTP_PORT, HTTPS_PORT, MDNS_PORT = 22, 80, 443, 5353
HOME = "balie-home"
"""The interface by which colleagues come from home."""

_TABLE = "balie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """What is switched on: SSH, which takes keys only; the port at which colleagues come from home;
    the interface of the set-up point, which gives addresses.
    """

    ssh: bool = False
    home_port: int | None = None
    set_up_point: str | None = None


def rules(openings: Openings) -> str:
    """For `nft --file -`: in one step they take the place of those that were there."""
    return "\n".join(
        [
            # The table is made so that it can be deleted, whether it was there or not.
            f"table inet {_TABLE}",
            f"delete table inet {_TABLE}",
            f"table inet {_TABLE} {{",
            "  chain input {",
            "    type filter hook input priority filter; policy drop;",
            *(f"    {each}" for each in _incoming(openings)),
            "  }",
            "  chain forward {",
            "    type filter hook forward priority filter; policy drop;",
            "  }",
            "}",
            "",
        ]
    )


def put(openings: Openings) -> None:
    """Needs CAP_NET_ADMIN. Raises SetupError; then the rules are those of before."""
    run("nft", "--file", "-", stdin=rules(openings))


def is_up() -> bool:
    """Whether this machine has our rules: on one that is not Balie's alone nobody switched them on.

    Raises SetupError where nft cannot be asked.
    """
    return f"table inet {_TABLE}" in run("nft", "list", "tables").splitlines()


def _incoming(openings: Openings) -> list[str]:
    return [
        "iif lo accept",
        "ct state vmap { established : accept, related : accept, invalid : drop }",
        # IPv6 does not work without these, and who pings the box sees that it is there.
        "meta l4proto { icmp, ipv6-icmp } limit rate 20/second burst 40 packets accept",
        "meta l4proto { icmp, ipv6-icmp } drop",
        "udp sport 67 udp dport 68 accept",
        "ip6 saddr fe80::/10 udp dport 546 accept",
        # Colleagues at home come to the inbox, and to nothing else.
        f'iifname "{HOME}" tcp dport {HTTPS_PORT} accept',
        f'iifname "{HOME}" drop',
        f"tcp dport {{ {HTTP_PORT}, {HTTPS_PORT} }} accept",
        f"udp dport {MDNS_PORT} accept",
        *([f"tcp dport {SSH_PORT} accept"] if openings.ssh else []),
        *([f"udp dport {openings.home_port} accept"] if openings.home_port else []),
        *_of_point(openings.set_up_point),
    ]


def _of_point(interface: str | None) -> list[str]:
    return [] if interface is None else [f'iifname "{interface}" udp dport 67 accept']
