"""What people and the counter said to each other in the weeks before the demo."""

from collections.abc import Sequence

Talk = Sequence[str]
"""Turn by turn, the worker first; a talk of an even number of turns has been answered."""

DONE: Sequence[Talk] = (
    (
        "Hoi, ik ben morgen vrij. Is er nog werk?",
        "Hoi! Ja, bij het magazijn in Nieuwegein van 7 tot 15:30. Zal ik je inplannen?",
        "Ja graag, top!",
        "Staat erin. Neem je veiligheidsschoenen mee. Tot morgen!",
    ),
    (
        "Goedemorgen, ik ben ziek en kan vandaag niet komen.",
        "Beterschap! Ik meld je af bij de klant. Laat je het horen als je weer beter bent?",
    ),
    (
        "Hoe laat begint mijn dienst donderdag?",
        "Donderdag om 06:45 verzamelen, start 7 uur. Het adres is Ravenswade 150.",
        "Dank je wel",
        "Graag gedaan.",
    ),
    (
        "Kan ik mijn dienst van vrijdag ruilen met een collega?",
        "Dat kan, als jullie het allebei aan mij doorgeven. Met wie wil je ruilen?",
        "Met Kees van de avondploeg, hij is akkoord",
        "Prima, Kees heeft het ook bevestigd. Jij werkt nu zaterdag.",
    ),
    (
        "Mijn uren van vorige week kloppen niet, ik mis 4 uur",
        "Ik zoek het uit. Welke dag mis je?",
        "Woensdag, ik heb tot 17 uur gewerkt",
        "Gevonden: woensdag stond op 13 uur. Het is aangepast en komt mee met week 34.",
    ),
    (
        "Wanneer krijg ik mijn loonstrook?",
        "Die staat elke donderdag in je portaal. Lukt inloggen niet, bel dan even.",
    ),
    (
        "Hi, can I work extra hours this weekend?",
        "Hi! Yes, Saturday 8:00-16:00 in Utrecht is still open. Shall I put you down?",
        "Yes please",
        "Done. See you on Saturday!",
    ),
    (
        "Cześć, czy jutro mam pracę?",
        "Cześć! Tak, jutro o 7:00, ten sam adres.",
    ),
    (
        "Bus heeft vertraging, ik ben er om 7:15",
        "Dank voor het doorgeven, ik bel de voorman.",
    ),
    (
        "Ik heb mijn veiligheidsschoenen nog niet gekregen",
        "Welke maat heb je? Dan leg ik ze morgen voor je klaar op kantoor.",
        "Maat 43",
        "Ze liggen klaar bij de balie, we zijn open tot half zes.",
    ),
    (
        "Is er parkeerplek bij het magazijn?",
        "Ja, achter het gebouw, ingang B. De slagboom gaat open met je pas.",
    ),
    (
        "Ik wil graag een week vrij in oktober. Kan dat?",
        "Dat kan. Welke week precies?",
        "Week 43",
        "Genoteerd. Je krijgt een bevestiging per mail.",
    ),
)

WAITING: Sequence[tuple[int, str]] = (
    (190, "Goedemiddag, is er al nieuws over mijn contract? Het loopt vrijdag af"),
    (74, "Ik sta bij de poort, maar niemand doet open"),
    (41, "Kan ik volgende week ook avonddiensten draaien?"),
    (17, "Wat is het adres voor maandag?"),
    (7, "Mijn pasje doet het niet meer"),
)
"""How many minutes ago somebody wrote who still waits."""

GROUP = (
    "Wie rijdt er morgen mee vanaf Overvecht?",
    "Ik heb plek voor drie",
    "Ik graag, half zeven bij het station?",
)

DRAFT = "Hoi, ik heb het nagevraagd bij de voorman: "
NEAR_STOP = "stop. dank je"
MODEM = "De telefoon was even weg, dus per sms: je dienst van morgen begint om 8 uur."
FAILED = "Je rooster voor volgende week staat in het portaal."
ANSWERS: Sequence[str] = (
    "Ik kijk het voor je na, momentje.",
    "Goed dat je het zegt. Ik bel de klant en laat het je zo weten.",
    "Ja hoor, dat regel ik. Je hoort vandaag nog van me.",
    "Dank je, staat genoteerd!",
)
"""What the simulated colleagues answer."""

LOOKS_FOR_WORK = "Hoi, heb je deze week nog werk voor mij?"
YOU_HEAR_OF_US = "Ik kijk wat er is. Je hoort van ons!"
ROUND_QUESTIONS: Sequence[str] = (
    "Hoi {voornaam}, kun je morgen van 7:00 tot 15:00 werken in Nieuwegein? Ja of nee?",
    "Dag {voornaam}! Morgen is er werk in Nieuwegein, 7:00-15:00. Kun je? Ja of nee?",
)
ROUND_CONFIRM = "Top {voornaam}, je staat op het rooster: morgen 7:00, ingang B."
ROUND_RESERVE = "Dank je {voornaam}! Het is net vol, je staat op de reservelijst."
ROUND_ANSWERS: Sequence[str] = ("Ja hoor!", "Nee sorry", "👍", "Tot hoe laat precies?")
"""What the first ones who are asked have answered."""
