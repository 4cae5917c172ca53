"""Makes the file of a person, and keeps that it was made."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.dossier.asked import DossierAsked, Others, Reading
from appliance.desk.privacy.dossier.package import (
    Listener,
    Made,
    NamedFiles,
    Package,
    write_json,
)
from appliance.errors import InvalidInput
from appliance.media.files import MediaFiles

Paper = Callable[[Package, NamedFiles, Made], Listener]
"""Begins the part for people to read; its listener is told the items, and `("", {})` at the end."""


def asked_of(
    conn: sqlite3.Connection, sight: Sight, contact: str, without: Sequence[str]
) -> DossierAsked:
    """`contact` is an id or a number, `without` names kinds of others' data. Raises NotFound,
    InvalidInput.
    """
    known = {each.value: each for each in Others}
    if odd := sorted(set(without) - known.keys()):
        kinds = ", ".join(known)
        raise InvalidInput("without", f"“{odd[0]}” is no kind of others' data; there are: {kinds}.")
    return DossierAsked(
        contact_id=sight.contact(conn, contact).id,
        sight=sight,
        without=frozenset(known[each] for each in without),
    )
