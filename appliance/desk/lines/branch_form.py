"""What a form says of a branch's settings, as `branch_settings` keeps them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.lines import hours_form
from appliance.errors import InvalidInput
from appliance.store import kept_settings
from appliance.store.branch_settings import BranchSettings

COUNTRIES = ("NL", "BE", "DE", "LU", "FR", "GB", "PL", "RO", "BG", "HU", "ES", "PT")
"""Whose public holidays the form offers: where branches and their temp workers are."""


def drawn(settings: BranchSettings) -> str:
    """What the form shows, for `patch_of` when it comes back."""
    return json.dumps(kept_settings.facts(settings), ensure_ascii=False)


def lunch_of(settings: BranchSettings) -> tuple[str, str]:
    """From and until; both empty where there is none."""
    begins, _, ends = settings.lunch.partition("-")
    return begins, ends


def patch_of(form: Mapping[str, str], weekdays: Sequence[str]) -> Mapping[str, Any]:
    """What somebody changed: where the form says other than `was`, which is what `drawn` said. So
    two people who change different things at the same time both keep theirs. Raises InvalidInput.
    """
    lunch = (form.get("lunch_from", ""), form.get("lunch_until", ""))
    said: dict[str, Any] = {
        name: form[name].strip()
        for name in (
            "zone",
            "language",
            "opens",
            "closes",
            "holidays",
            "claims_go_back",
            "answer_within_min",
        )
        if name in form
    }
    said["welcome_text"] = form.get("welcome_text", "").strip() or None
    said |= _hours(form)
    if "model_suggests" in form:
        said["model_suggests"] = form["model_suggests"] == "on"
    if "privacy_text" in form:
        said["privacy_text"] = form["privacy_text"].strip() or None
    said["weekdays"] = "".join(sorted(weekdays))
    said["lunch"] = "-".join(lunch) if any(lunch) else ""
    was = _was(form.get("was", ""))
    return {name: value for name, value in said.items() if was.get(name, ...) != value}


def _hours(form: Mapping[str, str]) -> Mapping[str, Any]:
    """Where all days have the same hours, there is no week."""
    said: dict[str, Any] = {}
    if "hours" in form:
        said["week"] = hours_form.week_in(form) if form["hours"] == hours_form.WEEK else None
    if "exceptions" in form:
        said["exceptions"] = hours_form.exceptions_in(form["exceptions"])
    return said


def _was(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("was", "The form was too old. Load the page again and repeat it.")
    return found
