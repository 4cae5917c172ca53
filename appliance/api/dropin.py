"""APIs in the shape of another product: its client comes in with Balie's token.

Each such API is a folder beside this module with a `DROP_IN`, which `app.py` names. The gate, the
pacing and the throttle of wrong tokens are those of the JSON API; only the words differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Response

from appliance.api.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIn:
    """`serves` says whether a path belongs to this API; `answer` tells a problem as its clients
    read it, so problem+json never reaches them.
    """

    serves: Callable[[str], bool]
    answer: Callable[[Problem], Response]


def told(drop_ins: Sequence[DropIn], path: str, problem: Problem) -> Response:
    """The problem in the form of the API at this path."""
    for each in drop_ins:
        if each.serves(path):
            return each.answer(problem)
    return problem.response()
