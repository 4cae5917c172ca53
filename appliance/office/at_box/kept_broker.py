"""Where this box finds the broker of head office, in a file beside the database: `office-broker`.

No copy of the database has it, as with the credential. The pass in it is worth nothing without the
box's own key (`credential.own_key`).
"""

import contextlib
from pathlib import Path

from appliance.box.whole_files import keep_names, put_whole
from appliance.office.broker import BrokerPlace
from appliance.office.reading import Malformed, parsed, plain

FILE = "office-broker"


def keep(data: Path, place: BrokerPlace | None) -> None:
    """None: the office has none, and is told over HTTPS. Raises OSError."""
    if place is None:
        forget(data)
    else:
        put_whole(data / FILE, plain(place.as_json()))


def read(data: Path) -> BrokerPlace | None:
    """Also None for what no office gives out: then the box speaks HTTPS."""
    with contextlib.suppress(OSError, Malformed):
        return BrokerPlace.from_json(parsed((data / FILE).read_bytes()))
    return None


def forget(data: Path) -> None:
    if (data / FILE).exists():
        (data / FILE).unlink(missing_ok=True)
        keep_names(data)
