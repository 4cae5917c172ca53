"""Sentences that a modem has instead of a phone's: English, as in the pages' phrases."""

from collections.abc import Mapping

from appliance.reasons import Reason

SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.NOT_PLUGGED_IN: (
        "The modem is not plugged in.",
        (
            "Plug it into Balie, into any port: Balie knows the modem again. If it is plugged in,"
            " balie doctor on the console says why it is not seen."
        ),
    ),
    Reason.NOT_ALLOWED: (
        "Balie may not open the modem's port.",
        "Do balie doctor on the console of Balie: it says who must be let in.",
    ),
    Reason.CONNECTION_DEAD: (
        "The modem is plugged in, but another program holds its port.",
        "Do balie doctor on the console of Balie: it names what opens modems by itself.",
    ),
    Reason.NOT_ANSWERING: (
        "The modem does not answer.",
        "Balie tries to wake it. If it lasts, pull it out and plug it in again.",
    ),
    Reason.BOOTING: ("The modem is starting up.", "Wait until it has started."),
    Reason.OTHER_SIM: (
        "Another SIM card is in the modem than it was bound to. Nothing is sent.",
        "Put the right SIM card back, or add the modem again for the new one.",
    ),
    Reason.NO_SIM: (
        "The modem sees no SIM card.",
        "Put the SIM card in, or push it firmly into place, and plug the modem in again.",
    ),
}
"""What is the matter, and what a person should do."""
