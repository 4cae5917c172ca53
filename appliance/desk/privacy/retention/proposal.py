"""The terms that the page proposes, each with what it rests on. An officer decides, not Balie.

No law names a term for chats with temp workers. Where a source says something near, it is named;
else the choice is ours, and says so.
"""

from collections.abc import Mapping
from enum import Enum

from appliance.store.readings import KEEP_DAYS
from appliance.store.terms import Keeps, Relation, Terms


class Ground(Enum):
    """Why a proposed term is what it is."""

    #: "Candidate data commonly two years with consent" (certificeringsadvies.nl, alpflex.nl).
    TWO_YEARS = "two-years"
    #: "ID copy only once placed (four-week rule in one source)" (certificeringsadvies.nl): among
    #: the pictures of who is not at work there may be one, and nothing needs it.
    FOUR_WEEKS = "four-weeks"
    #: A request is answered within one month (flexhub.nl); proof that something arrived is asked
    #: for while people remember it. The number is ours.
    A_QUARTER = "a-quarter"
    #: A number and a time, of somebody who may never have written. Ours.
    CALLS = "calls"
    #: What the log of reading itself proposes (`store/readings.py`).
    AUDIT = "audit"


_ANY, _TWO_YEARS, _FOUR_WEEKS = Relation.ANY, 730, 28
PROPOSED: Mapping[tuple[Relation, Keeps], tuple[int, Ground]] = {
    (_ANY, Keeps.TEXTS): (_TWO_YEARS, Ground.TWO_YEARS),
    (_ANY, Keeps.MEDIA): (_TWO_YEARS, Ground.TWO_YEARS),
    (_ANY, Keeps.EVIDENCE): (90, Ground.A_QUARTER),
    (_ANY, Keeps.CALLS): (90, Ground.CALLS),
    (Relation.SELF, Keeps.MEDIA): (_FOUR_WEEKS, Ground.FOUR_WEEKS),
    (Relation.CANDIDATE, Keeps.MEDIA): (_FOUR_WEEKS, Ground.FOUR_WEEKS),
    (Relation.ENDED, Keeps.MEDIA): (_FOUR_WEEKS, Ground.FOUR_WEEKS),
}


def proposed() -> Terms:
    return Terms(days={where: days for where, (days, _) in PROPOSED.items()}, audit=KEEP_DAYS)
