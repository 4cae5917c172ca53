"""The file of a person as it goes out, from the JSON API and from the pages."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from fastapi.responses import Response, StreamingResponse

from appliance.api.services import Services
from appliance.desk.access.accesses import Accesses, Shown
from appliance.desk.access.sight import Sight
from appliance.desk.privacy.dossier import making
from appliance.desk.privacy.dossier.asked import DossierAsked
from appliance.desk.privacy.dossier.package import Made, Package
from appliance.store import branches
from appliance.store.store import ReaderPool, Tx

NAME = "dossier.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierWish:
    """`by` is the reader's name; `language` that of what people read, where nothing is known of the
    person's own, or where it `is_chosen`.
    """

    by: str
    language: str
    is_chosen: bool = False
    asked: Callable[[sqlite3.Connection], DossierAsked]


async def dossier_answer(
    services: Services,
    accesses: Accesses,
    wanted: DossierWish,
    noted: Callable[[Tx, DossierAsked], None],
) -> Response:
    """`noted` keeps that the file was made, and raises where the reader has lost their rights
    meanwhile; then nothing leaves. Raises what `wanted.asked` raises.
    """

    def read(conn: sqlite3.Connection) -> tuple[DossierAsked, Package]:
        from appliance.api.web.dossier_paper import paper_in  # its library takes 24 MB

        asked = wanted.asked(conn)
        made = Made(
            at_ms=services.clock.now_ms(), by=wanted.by, branches=_branches(conn, asked.sight)
        )
        paper = paper_in(wanted.language, is_chosen=wanted.is_chosen)
        return asked, making.make(conn, asked, made, services.data_dir, paper)

    asked, package = await accesses.read(
        read, lambda found: [Shown(contact_id=found[0].contact_id)], ReaderPool.LONG
    )
    try:
        await services.store.awrite(lambda tx: noted(tx, asked))
    except BaseException:
        package.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{NAME}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(package.zipped(), media_type="application/zip", headers=headers)


def _branches(conn: sqlite3.Connection, sight: Sight) -> list[str] | None:
    """Their names; None: all."""
    if sight.branches is None:
        return None
    return [each.name for each in branches.branches(conn) if sight.sees_branch(each.id)]
