"""The way by which colleagues come from home: a WireGuard interface, as a wish of Balie's has it.

For the unit `balie-home.service`, which has CAP_NET_ADMIN. The box's own key is made here and never
leaves its folder. A device whose key is not wished any more is cut off at once.
"""

from dataclasses import dataclass
from pathlib import Path

from appliance.box import openings
from appliance.box.firewall import HOME
from appliance.box.handed_files import read_handed
from appliance.box.home_wish import (
    ANSWER,
    OWN_PLACE,
    HomeAnswer,
    HomeWish,
    answer_written,
    is_key,
    read,
)
from appliance.box.kept_folder import kept_folder
from appliance.box.running import run
from appliance.box.set_up_point import NETWORK_DEVICES
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

KEY = kept_folder() / "home.key"
RUN = Path("/run/balie-box")
_MTU = "1420"
"""wireguard(4)'s own default for IPv6 outside of the tunnel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePlaces:
    """Files of the machine; others in tests only."""

    key: Path = KEY
    run: Path = RUN
    devices: Path = NETWORK_DEVICES

    @property
    def port(self) -> Path:
        return self.run / openings.HOME_PORT.name

    def has_way(self) -> bool:
        return (self.devices / HOME).exists()


def fulfil(wish_file: Path, places: HomePlaces | None = None) -> HomeAnswer:
    """Does what is wished, and says so; what cannot be done is said, too. Without a wish the way is
    closed, and so it is where nobody can know whom it should let in. Raises OSError.
    """
    places = places or HomePlaces()
    places.run.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        content = read_handed(wish_file)
        wish = HomeWish() if content is None and not wish_file.exists() else read(content or b"")
        key = _put(wish, places)
        answer = HomeAnswer(is_on=wish.is_on, public_key=public_half(key) if key else "")
    except SetupError as exc:
        answer = HomeAnswer(is_on=False, public_key="", trouble=_closed_for(exc, places))
    put_whole(places.run / ANSWER.name, answer_written(answer), mode=0o644)
    return answer


def own_key(key_file: Path) -> str:
    """The box's private key, made once. Raises SetupError and OSError."""
    kept = (read_handed(key_file) or b"").decode("ascii", "replace").strip()
    if is_key(kept):
        return kept
    made = run("wg", "genkey").strip()
    put_whole(key_file, f"{made}\n".encode())
    return made


def public_half(key: str) -> str:
    """Raises SetupError."""
    return run("wg", "pubkey", stdin=f"{key}\n").strip()


def config(wish: HomeWish, key: str) -> str:
    """For `wg syncconf`: the whole of it, so whoever stands in it no more is out."""
    lines = ["[Interface]", f"PrivateKey = {key}", f"ListenPort = {wish.port}"]
    for each in wish.peers:
        lines += ["[Peer]", f"PublicKey = {each.key}"]
        lines += [f"AllowedIPs = {wish.address(each.place)}/32"]
    return "\n".join(lines) + "\n"


def _closed_for(trouble: SetupError, places: HomePlaces) -> str:
    """The sentence for the page. A way that stayed would let in whom an earlier wish named."""
    try:
        _close(places)
    except SetupError as exc:
        return f"{trouble} Nor could the way be closed: {exc}"
    return str(trouble)


def _put(wish: HomeWish, places: HomePlaces) -> str:
    """The box's private key; empty where the way is closed."""
    if not wish.is_on:
        _close(places)
        return ""
    key = own_key(places.key)
    _open(wish, key, places)
    return key


def _open(wish: HomeWish, key: str, places: HomePlaces) -> None:
    """The port opens after the interface knows whom it lets in. `balie-tls.path` sees its file, and
    the certificate speaks for the new address, too.
    """
    if not places.has_way():
        run("ip", "link", "add", HOME, "type", "wireguard")
    run("wg", "syncconf", HOME, "/dev/stdin", stdin=config(wish, key))
    prefix = wish.network.partition("/")[2]
    run("ip", "address", "replace", f"{wish.address(OWN_PLACE)}/{prefix}", "dev", HOME)
    run("ip", "link", "set", HOME, "mtu", _MTU, "up")
    put_whole(places.port, f"{wish.port}\n".encode(), mode=0o644)
    openings.refresh()


def _close(places: HomePlaces) -> None:
    """The interface goes first: without it nobody comes in by a port that could not be closed."""
    places.port.unlink(missing_ok=True)
    if places.has_way():
        run("ip", "link", "delete", HOME)
    openings.refresh()
