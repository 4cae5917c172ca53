"""What pages, command line and doctor say of updates: English, as in `phrases`."""

from collections.abc import Mapping

from appliance.box.keeper.state import Ending, Phase, State, UpdateOutcome
from appliance.box.updates.standing import NO_WAY, UpdateStanding

WHY: Mapping[str, str] = {
    "not-ready": "It did not say within its time that it is ready.",
    "not-held": "It did not keep still while it was on trial.",
    "units": "One of its services did not run.",
    "room": "There was too little room left on the disk.",
    "clock": "The clock went back while it was on trial.",
    "too-slow": "It was not well for long enough within its time.",
    "interrupted": "The trial was cut off, by a power cut for instance.",
    "not-started": "The machine did not start with it.",
    "not-installed": "It could not be installed.",
    "asked": "Somebody ended the trial.",
    "data": "The database could not be copied.",
    "busy": "Messages were being sent all the time.",
    "foreign": "It is not signed by anybody whom this box trusts.",
    "unsigned": "It has no signature, and only root may install a package without one.",
    "cut-short": "Not all of the file was there.",
    "damaged": "It is not the file that was signed.",
    "no-package": "It is no package of Balie, or not all of it was there.",
    "other-hardware": "It is for other hardware than this box.",
    "same": "It is the version that runs.",
    "older": "It is older than the version that runs.",
    "came-back": "It was tried here before, and came back.",
    "needs": "It needs other packages, which could not be installed.",
    "no-room": "There is too little room on the disk for it.",
    "no-way-back": "The version that runs could not be kept, so there would be no way back.",
    "unreadable": "The file could not be read.",
    "unreachable": "The address for updates does not answer as it should.",
    "no-way": "This Balie was not installed by a package.",
}
"""By the code in a state, of an update that did not stay or was not taken."""

REMEDY = "Balie runs as before, with its data as before. Tell whoever looks after your updates."

PHASES: Mapping[Phase, str] = {
    Phase.IDLE: "Nothing is under way.",
    Phase.WAITING: "Version {version} waits until no message is being sent.",
    Phase.HOLDING: "Balie is being stopped, and its database copied, for version {version}.",
    Phase.INSTALLING: "Version {version} is being installed.",
    Phase.RESTARTING: "The box starts anew with version {version}.",
    Phase.TRYING: "Version {version} is on trial: nothing is sent until it has proven well.",
    Phase.COMMITTING: "Version {version} is well and stays.",
    Phase.GOING_BACK: "Version {version} was not well; the one before comes back.",
}

WAYS: Mapping[str, str] = {
    "package": "It was installed as a package.",
    "slots": "It is in one of the two slots of this box.",
    NO_WAY: "It was not installed by a package, so it is updated as it was installed.",
}

OFFERS: Mapping[str, str] = {
    "newer": "Version {version} can be installed.",
    "same": "Version {version} is the newest, and runs.",
    "older": "Version {version} is what can be had, and older than what runs.",
    "came-back": "Version {version} is what can be had; it was tried here and came back.",
}

_ENDINGS: Mapping[UpdateOutcome, str] = {
    UpdateOutcome.GOOD: "Version {version} was installed and stays.",
    UpdateOutcome.CAME_BACK: "Version {version} was tried and came back.",
    UpdateOutcome.NOT_INSTALLED: "Version {version} was not installed.",
}
_NAMELESS = "A package was not installed."

SENTENCES = (
    *WHY.values(),
    REMEDY,
    *PHASES.values(),
    *WAYS.values(),
    *OFFERS.values(),
    *_ENDINGS.values(),
    _NAMELESS,
)
"""All that a page may say, for the catalogue."""


def of_phase(state: State) -> str:
    """In English, for a catalogue: with `{version}` in it."""
    return PHASES[state.phase]


def of_ending(ending: Ending) -> tuple[str, str]:
    """How it ended, with `{version}` in it, and why; the second is empty for what stayed."""
    sentence = _ENDINGS[ending.outcome] if ending.version else _NAMELESS
    return sentence, WHY.get(ending.why, "")


def in_english(standing: UpdateStanding) -> str:
    """For the command line."""
    state = standing.state
    rows = [f"Version {standing.runs} runs. {WAYS[standing.way]}"]
    rows.append(of_phase(state).format(version=state.version))
    if state.torn:
        rows.append("What was noted of the last update could not be read.")
    for ending in {each: None for each in (state.last, standing.came_back) if each}:
        sentence, why = of_ending(ending)
        rows.append(f"{sentence.format(version=ending.version)} {why}".strip())
    return "\n".join(rows)
