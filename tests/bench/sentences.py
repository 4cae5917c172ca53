"""What people write to a staffing agency, in number and frequency of words as in life.

Few words are in most sentences, most words in few: so a search has something to find and to rank.
"""

import random
from collections.abc import Sequence

_BY_FREQUENCY = """
ik je kan de om en morgen maandag uur niet een het is in dat hoe laat ben mijn voor op met nog wel
graag dank werken beginnen rooster dienst vrijdag dinsdag ziek bus magazijn urenbriefje contract
loon week weekend nacht vroeg avond adres locatie collega heftruck veiligheidsschoenen hesje pasje
poort ingang chauffeur trein fiets vertraging afspraak dokter koorts griep kind school oppas
vakantie verlof rekening bankrekening loonstrook reiskosten kilometers parkeren sleutel kluisje
kantine lunch pauze inpakken orderpicken laden lossen schoonmaak keuken afwas bediening horeca
bouw schilderen straatmaken loods kas tomaten paprika bloemen veiling haven container kraan
productie lijn machine storing controle kwaliteit etiket pallet folie doos rolcontainer
certificaat cursus diploma rijbewijs paspoort verblijf vergunning belasting jaaropgave verzekering
pensioen overuren toeslag feestdag kerst koningsdag pasen pinksteren café ploeg ploegbaas planner
kantoor balie telefoon bericht foto bijlage formulier
"""
_WORDS = _BY_FREQUENCY.split()
_EAGER = 0.9
"""How much rarer each word is than the one before it."""
_LONGEST, _MANY = 21, 6_000
_NUMBERED = 0.1
"""The share that names a number of its own, as of an order or a badge."""


def sentences(rng: random.Random) -> Sequence[str]:
    """Different ones, to be said again and again."""
    weights = [1 / (place + 1) ** _EAGER for place in range(len(_WORDS))]
    return [_sentence(rng, weights) for _ in range(_MANY)]


def _sentence(rng: random.Random, weights: Sequence[float]) -> str:
    words = rng.choices(_WORDS, weights, k=rng.randint(2, _LONGEST))
    if rng.random() < _NUMBERED:
        words.append(f"nummer {rng.randint(10_000, 99_999)}")
    return " ".join(words).capitalize() + rng.choice(".?!")
