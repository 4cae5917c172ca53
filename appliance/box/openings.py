"""What is switched on at this box, as it stands in files that root alone writes."""

from collections.abc import Sequence
from pathlib import Path

from appliance.box import firewall
from appliance.box.firewall import Openings
from appliance.box.handed_files import read_handed

SSH_KEYS = (Path("/data/ssh/authorized_keys"), Path("/etc/balie/ssh-keys"))
"""Who may log in over SSH, a key a line: of a card, and of the package. Without one the port is
closed: there are no passwords.
"""
POINT = Path("/run/balie-box/point")
"""The interface of the set-up point, while it is there."""
HOME_PORT = Path("/run/balie-box/home-port")
"""The port at which colleagues come from home, while it is open."""


def found(
    ssh_keys: Sequence[Path] = SSH_KEYS, point: Path = POINT, home_port: Path = HOME_PORT
) -> Openings:
    port = _word(home_port)
    keys = [line for path in ssh_keys for line in _word(path).splitlines()]
    return Openings(
        ssh=any(each.strip() and not each.startswith("#") for each in keys),
        home_port=int(port) if port.isdecimal() else None,
        set_up_point=_word(point) or None,
    )


def refresh() -> None:
    """Where the firewall is up; elsewhere nobody asked for one. Raises SetupError."""
    if firewall.is_up():
        firewall.put(found())


def _word(path: Path) -> str:
    return (read_handed(path) or b"").decode("utf-8", "replace").strip()
