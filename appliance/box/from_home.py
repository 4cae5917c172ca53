"""The way by which colleagues come from home: a WireGuard interface, as a wish of Balie's has it.

For the unit `balie-home.service`, which has CAP_NET_ADMIN. The box's own key is made here and never
leaves its folder. A device whose key is not wished any more is cut off at once.
"""

from contextlib import suppress
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
from appliance.box.programs_run import run
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

KEY = kept_folder() / "home.key"
RUN = Path("/run/balie-box")
_CERTIFICATES = "balie-tls.service"
"""Makes the certificate anew, for the address by which whoever comes from home finds the box."""
_MTU = "1420"
"""wireguard(4)'s own default for IPv6 outside of the tunnel."""


def fulfil(wish_file: Path, key_file: Path = KEY, run_folder: Path = RUN) -> HomeAnswer:
    """Does what is wished, and says so; what cannot be done is said, too. Without a wish the way is
    closed. Raises OSError.
    """
    run_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    try:
        content = read_handed(wish_file)
        wish = HomeWish() if content is None and not wish_file.exists() else read(content or b"")
        key = own_key(key_file) if wish.is_on else ""
        _put(wish, key, run_folder / openings.HOME_PORT.name)
        answer = HomeAnswer(is_on=wish.is_on, public_key=public_half(key) if key else "")
    except SetupError as exc:
        answer = HomeAnswer(is_on=False, public_key="", trouble=str(exc))
    put_whole(run_folder / ANSWER.name, answer_written(answer), mode=0o644)
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


def _put(wish: HomeWish, key: str, port_file: Path) -> None:
    """The port opens after the interface knows whom it lets in, and closes before it goes."""
    if not wish.is_on:
        port_file.unlink(missing_ok=True)
        openings.refresh()
        if _is_there():
            run("ip", "link", "delete", HOME)
        return
    is_new = not _is_there()
    if is_new:
        run("ip", "link", "add", HOME, "type", "wireguard")
    run("wg", "syncconf", HOME, "/dev/stdin", stdin=config(wish, key))
    prefix = wish.network.partition("/")[2]
    run("ip", "address", "replace", f"{wish.address(OWN_PLACE)}/{prefix}", "dev", HOME)
    run("ip", "link", "set", HOME, "mtu", _MTU, "up")
    put_whole(port_file, f"{wish.port}\n".encode(), mode=0o644)
    openings.refresh()
    if is_new:
        with suppress(SetupError):  # a machine without that unit has a front door of its own
            run("systemctl", "start", "--no-block", _CERTIFICATES)


def _is_there() -> bool:
    return (Path("/sys/class/net") / HOME).exists()
