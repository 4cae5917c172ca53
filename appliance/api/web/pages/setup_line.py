"""A step of setting up, and later: a number, and the phone or modem that carries it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from appliance.api.services import PluggedIn
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.setup_branch import must_be_admin
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Rights
from appliance.desk.lines import new_line
from appliance.desk.team import staff
from appliance.devices.kind import Kind
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.phone_numbers import parse_number
from appliance.store import branches, devices
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form. `device` is `phone:SERIAL` or `modem:PORT`."""

    branch: str = ""
    number: str = ""
    device: str = ""
    fallback: str = ""


def _typed(
    branch: Annotated[str, Form(max_length=80)] = "",
    number: Annotated[str, Form(max_length=40)] = "",
    device: Annotated[str, Form(max_length=300)] = "",
    fallback: Annotated[str, Form(max_length=300)] = "",
) -> Typed:
    return Typed(branch=branch, number=number, device=device, fallback=fallback)


TypedIn = Annotated[Typed, Depends(_typed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`there` is all that is plugged in; of that, `carrying` devices may get a number. A line may
    fall back on `ports`, also on those in use.
    """

    branches: Sequence[Branch]
    there: Sequence[PluggedIn]
    carrying: Sequence[PluggedIn]
    ports: Sequence[str]

    @property
    def newest(self) -> str:
        """The branch that was added last: ids grow with time."""
        return max((each.id for each in self.branches), default="")

    @property
    def zone(self) -> str:
        """That of the newest branch."""
        found = (each.settings.zone for each in self.branches if each.id == self.newest)
        return next(found, BranchSettings().zone)

    @property
    def example(self) -> str:
        """The name for the commands that the page shows."""
        return next((each.name for each in self.branches if each.id == self.newest), "…")


@routes.get("/setup/line")
async def line_page(visit: Reading) -> Response:
    must_be_admin(visit.session.rights)
    return await _page(visit, Typed())


@routes.post("/setup/line")
async def add_line(visit: Posting, typed: TypedIn) -> Response:
    must_be_admin(visit.session.rights)
    try:
        await visit.write(lambda tx, rights: _add(tx, rights, typed))
    except NotFound:
        raise
    except (InvalidInput, Refused) as exc:
        return await _page(visit, typed, 422, note=note_of(visit.words, exc))
    visit.services.planned()
    members = await visit.read(staff.members)
    return go(visit, "/devices" if len(members) > 1 else "/setup/team")


@routes.post("/setup/line/look")
async def look_again(visit: Posting, typed: TypedIn) -> Response:
    """Says what is plugged in now; what stands in the form stays."""
    must_be_admin(visit.session.rights)
    return await _page(visit, typed, looked_ms=visit.services.clock.now_ms())


def _add(tx: Tx, rights: Rights, typed: Typed) -> None:
    must_be_admin(rights)
    kind, _, address = typed.device.partition(":")
    if kind not in {each.name for each in Kind.known()} or not address:
        raise InvalidInput("device", "Choose the phone or modem that has the SIM card.")
    wanted = new_line.NewLine(
        branch_id=branches.branch(tx.conn, typed.branch).id,
        number=parse_number(typed.number, field="number"),
        kind=kind,
        address=address,
        fallback=typed.fallback or None,
    )
    new_line.add(tx, wanted)


async def _page(
    visit: Visit,
    typed: Typed,
    status: int = 200,
    *,
    note: Note | None = None,
    looked_ms: int | None = None,
) -> Response:
    choice = await _choice(visit)
    return visit.page(
        "setup_line.html",
        status,
        choice=choice,
        typed=typed,
        note=note,
        looked_ms=looked_ms,
        data=visit.services.data_dir.resolve(),
    )


async def _choice(visit: Visit) -> Choice:
    there = await asyncio.to_thread(visit.services.plugged_in)
    known = await visit.read(devices.devices)
    carrying = await visit.read(devices.carrying)
    taken = {each.address for each in carrying}
    shared = [each.address for each in known if Kind.named(each.kind).is_shared]
    return Choice(
        branches=await visit.read(branches.branches),
        there=there,
        carrying=[each for each in there if each.address not in taken],
        ports=[
            *shared,
            *(
                each.address
                for each in there
                if Kind.named(each.kind).is_shared and each.address not in shared
            ),
        ],
    )
