"""Copies of boxes and of their office, made and put back while the others go on."""

import json
import random
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.clock import SystemClock
from appliance.desk.access.bearer import token_hash
from appliance.errors import BalieError
from appliance.office.at_box import credential, joining
from appliance.office.head import inviting
from appliance.office.head.office_store import OFFICE_DATABASE, open_office
from appliance.store.copies import copy_database
from appliance.store.restoring import restore
from appliance.store.store import Store
from tests.office import broker_field
from tests.office.judging import rows_of

if TYPE_CHECKING:
    from tests.office.chaos import Branch, Field

_KEPT = 3


def first_copies(given: "Field") -> None:
    for each in given.branches:
        _copy_box(each)
    _copy_office(given)


def one_fault(given: "Field", branch: "Branch", rng: random.Random) -> None:
    match rng.randrange(6):
        case 0:
            _copy_office(given)
        case 1:
            _put_office_back(given, rng)
        case 2:
            _copy_box(branch)
        case fault:
            _put_box_back(given, branch, rng, other_card=fault == 3)


def lacks_credential(given: "Field", branch: "Branch") -> bool:
    """On another card, or where the office is of a day before it was on that."""
    shown = [token_hash(each) for each in credential.readable(branch.data)]
    known = rows_of(
        given.folder / "office" / OFFICE_DATABASE,
        "SELECT 1 FROM box_credential WHERE ended_ms IS NULL"
        " AND hash IN (SELECT value FROM json_each(?))",
        json.dumps(shown),
    )
    return not known


def join_again(given: "Field", branch: "Branch") -> None:
    """As a person does it on another card, as soon as the office can be reached."""
    if branch.cable.is_cut or not lacks_credential(given, branch):
        return
    office_data = given.folder / "office"
    office, store = open_office(office_data, SystemClock()), _opened(branch)
    try:
        url = f"http://127.0.0.1:{branch.cable_port}"
        token = inviting.invite(office, office_data, url=url, box_id=branch.box_id)
        with suppress(BalieError):
            joining.join(store, branch.data, token)
            broker_field.goes_by(branch.data, branch.strands)
    finally:
        store.close()
        office.close()


def _opened(branch: "Branch") -> Store:
    return Store(branch.data / "balie.db", SystemClock())


def _copy_box(branch: "Branch") -> None:
    copy = branch.data.parent / f"{branch.data.name}-{len(branch.copies)}.db.zst"
    copy_database(branch.data / "balie.db", copy)
    branch.copies.append(copy)


def _put_box_back(
    given: "Field", branch: "Branch", rng: random.Random, *, other_card: bool
) -> None:
    branch.program.kill()
    for each in branch.data.glob("balie.db*"):
        each.unlink()
    copy = rng.choice(branch.copies[-_KEPT:])
    restore(copy, branch.data / "balie.db", clock_ms=SystemClock().now_ms())
    if other_card:
        credential.forget(branch.data)
        given.found.cards_new += 1
    given.found.boxes_put_back += 1


def _copy_office(given: "Field") -> None:
    """As it is after a power cut."""
    given.office.kill()
    copy = given.folder / f"office-{len(given.copies)}"
    shutil.copytree(given.folder / "office", copy)
    given.copies.append(copy)


def _put_office_back(given: "Field", rng: random.Random) -> None:
    given.office.kill()
    here: Path = given.folder / "office"
    shutil.rmtree(here)
    shutil.copytree(rng.choice(given.copies[-_KEPT:]), here)
    given.found.offices_put_back += 1
