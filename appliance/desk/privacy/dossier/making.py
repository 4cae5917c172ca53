"""Makes the file of a person, and keeps that it was made."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.privacy.dossier.asked import MARK, DossierAsked, DossierReading, Others
from appliance.desk.privacy.dossier.package import Made, NamedFiles, Package, write_json
from appliance.errors import InvalidInput
from appliance.media.files import FOLDER, MediaFiles

Item = Mapping[str, Any]
FINISH = ""
"""The name of the part under which a paper is told that there is no more."""
Paper = Callable[[Package, NamedFiles, Made], Callable[[str, Item], None]]
"""Begins what people read of the file; what it returns is told each item with the name of its part,
and at the end an empty one.
"""


def asked_of(
    conn: sqlite3.Connection, sight: Sight, contact: str, without: Sequence[str] = ()
) -> DossierAsked:
    """`contact` is an id or a number, `without` names kinds of others' data, or single things by
    their marks. Raises NotFound, InvalidInput.
    """
    if odd := sorted(each for each in without if MARK.fullmatch(each) is None):
        kinds = ", ".join(each.value for each in Others)
        raise InvalidInput(
            "without",
            f"“{odd[0][:80]}” is no kind of others' data, nor a mark; kinds are: {kinds}.",
        )
    return DossierAsked(
        contact_id=sight.contact(conn, contact).id,
        sight=sight,
        without=frozenset(without),
    )


def make(
    conn: sqlite3.Connection, asked: DossierAsked, made: Made, data_dir: Path, paper: Paper
) -> Package:
    """All of it as of one moment; who gets it sends it out, or closes it. Takes seconds."""
    media = NamedFiles(MediaFiles(data_dir / FOLDER))
    package = Package(data_dir, media, made)
    try:
        with one_moment(conn):
            tell = paper(package, media, made)
            write_json(DossierReading(conn, asked), package, media, made, tell)
            tell(FINISH, {})
    except BaseException:
        package.close()
        raise
    return package


@contextmanager
def one_moment(conn: sqlite3.Connection) -> Iterator[None]:
    """All that is read in the block is as it was at the first read."""
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("ROLLBACK")
