"""`/privacy/consent`: what is on record of a person's consent on a day, objections to the whole
company, what the welcome said when, and the text for a website.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer, officer_sight
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import public_text
from appliance.api.web.words.i18n import LANGUAGES, Words
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, branches_with
from appliance.desk.consent import withdrawal
from appliance.desk.privacy.ledger import days, proof, public_facts
from appliance.desk.privacy.ledger.proof import ProofOfConsent
from appliance.desk.privacy.ledger.public_facts import PublicFacts
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.store import wordings
from appliance.store.branches import Branch
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx
from appliance.store.wordings import SaidWording

routes = APIRouter(route_class=PageRoute)

PAGE = "/privacy/consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWanted:
    """As the form has it: a number or an id, and a day, which is taken to its end."""

    number: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchWordings:
    branch: str
    versions: Sequence[SaidWording]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentShown:
    """`found` None: nobody was asked for, or nobody here has this number."""

    asked: ProofWanted
    wordings: Sequence[BranchWordings]
    found: ProofOfConsent | None = None
    unknown: bool = False

    @property
    def shown(self) -> Sequence[Shown]:
        return [Shown(contact_id=self.found.contact_id)] if self.found else []


def _wanted(
    number: Annotated[str, Query(max_length=80)] = "",
    on: Annotated[str, Query(max_length=40)] = "",
) -> ProofWanted:
    return ProofWanted(number=number.strip(), on=on)


Asked = Annotated[ProofWanted, Depends(_wanted)]


@routes.get(PAGE)
async def consent_page(
    visit: Reading, asked: Asked, saved: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    return await _page(visit, asked, saved=bool(saved))


@routes.get(f"{PAGE}/proof.pdf")
async def proof_pdf(visit: Reading, asked: Asked) -> Response:
    """For an auditor. Raises NotFound where nobody has this number."""
    must_be_officer(visit)
    found = await visit.show(
        lambda conn: _proof(conn, visit, asked),
        lambda found: [Shown(contact_id=found.contact_id)],
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
    content = await asyncio.to_thread(_as_pdf, visit.words, found)
    headers = {"Content-Disposition": 'attachment; filename="consent.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@routes.post(f"{PAGE}/object")
async def object_to_all(
    visit: Posting,
    contact: Annotated[str, Form(max_length=40)] = "",
    words: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """They object to every number of the company. Nothing is sent to them meanwhile."""
    must_be_officer(visit)

    def change(tx: Tx) -> None:
        found = officer_sight(visit.rights_in(tx)).contact(tx.conn, contact)
        by = f"staff:{visit.staff_id}"
        withdrawal.object_to_all(tx, found, words=words, recorded_by=by)

    def whose(conn: sqlite3.Connection) -> tuple[Identity, ...]:
        return officer_sight(visit.session.rights).contact(conn, contact).identities

    services = visit.services
    held = await visit.read(whose)
    try:
        await services.at_gate(partial(services.gate.write, services.store, held, change))
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, ProofWanted(number=contact), 422, note=note)
    return go(visit, f"{PAGE}?number={contact}&saved=1")


@routes.get("/privacy/public-text")
async def public_text_page(
    visit: Reading, branch: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What to put on a website beside the number, in each language that Balie has."""
    must_be_officer(visit)

    def read(conn: sqlite3.Connection) -> tuple[Sequence[Branch], PublicFacts | None]:
        own = branches_with(conn, visit.session.rights, Permission.PRIVACY_MANAGE)
        wanted = branch or (own[0].id if own else "")
        sight = officer_sight(visit.session.rights)
        return own, public_facts.facts_of(conn, sight, wanted) if wanted else None

    own, facts = await visit.read(read)
    texts = {
        language: "\n\n".join(public_text.paragraphs(Words(language), facts)) if facts else ""
        for language in LANGUAGES
    }
    return visit.page("privacy_public_text.html", branches=own, chosen=branch, texts=texts)


async def _page(
    visit: Visit,
    asked: ProofWanted,
    status: int = 200,
    *,
    saved: bool = False,
    note: Note | None = None,
) -> Response:
    must_be_officer(visit)
    found = await visit.show(
        lambda conn: _shown(conn, visit, asked), lambda found: found.shown, thing=Thing.PERSON
    )
    return visit.page("privacy_consent.html", status, shown=found, saved=saved, note=note)


def _shown(conn: sqlite3.Connection, visit: Visit, asked: ProofWanted) -> ConsentShown:
    own = branches_with(conn, visit.session.rights, Permission.PRIVACY_MANAGE)
    said = [
        BranchWordings(branch=each.name, versions=wordings.of_branch(conn, each.id)) for each in own
    ]
    plain = ConsentShown(asked=asked, wordings=[each for each in said if each.versions])
    if not asked.number:
        return plain
    try:
        return replace(plain, found=_proof(conn, visit, asked))
    except (NotFound, InvalidInput):
        return replace(plain, unknown=True)


def _proof(conn: sqlite3.Connection, visit: Visit, asked: ProofWanted) -> ProofOfConsent:
    """Raises NotFound, and InvalidInput for the day."""
    now_ms = visit.now_ms
    sight = officer_sight(visit.session.rights)
    on = days.until_ms(asked.on, now_ms=now_ms)
    return proof.proof(conn, sight, asked.number, on_ms=on, now_ms=now_ms)


def _as_pdf(words: Words, found: ProofOfConsent) -> bytes:
    from appliance.api.papers.consent_pdf import keep_proof  # its library takes 24 MB

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "consent.pdf"
        keep_proof(words, found, path)
        return path.read_bytes()
