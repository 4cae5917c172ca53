"""A new branch, and what it may be called."""

from collections.abc import Mapping
from typing import Any

from appliance.errors import InvalidInput
from appliance.store import branch_settings, branches
from appliance.store.branches import Branch
from appliance.store.store import Tx

MAX_NAME = 80


def add(tx: Tx, name: str, settings: Mapping[str, Any], *, by: str) -> Branch:
    """`by` is as in `kept_settings.tell`.

    Raises InvalidInput for the name or a setting, and Refused when the name is taken.
    """
    branch_id = branches.add_branch(tx, _clean_name(name))
    branch_settings.change(tx, branch_id, settings, by=by)
    return branches.branch(tx.conn, branch_id)


def rename(tx: Tx, branch_id: str, name: str, *, staff_id: str) -> None:
    """What leaves from now on is signed with it. Raises as `add`, and NotFound."""
    name = _clean_name(name)
    if name != branches.branch(tx.conn, branch_id).name:
        branches.rename_branch(tx, branch_id, name, staff_id=staff_id)


def _clean_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise InvalidInput("branch", "Write the branch's name.")
    if len(tidy) > MAX_NAME or not tidy.isprintable():
        sentence = f"A branch's name has at most {MAX_NAME} characters, all of them printable."
        raise InvalidInput("branch", sentence)
    return tidy
