"""WhatsApp's words about groups, in English and Dutch, used where no id tells what a view is.

From WhatsApp's own resources up to 2024 (*subject*, *participants*) and its help pages since
(*group name*, *members*); newer Dutch is inferred from those.
"""

import re

from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp.message_words import OWN_NAMES


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


HINT = _any(r"(?:tap|select) here for group info", r"tik hier voor groepsinfo")
"""What stands under a group's name for a moment, before its members do."""

CHANGE_NAME = _any(
    r"^(?:change|edit) (?:group name|subject)$",
    r"^(?:groepsnaam|onderwerp) (?:wijzigen|bewerken)$",
)
ICON = _any(r"^group (?:icon|photo|picture)$", r"^groeps?(?:afbeelding|foto|pictogram)$")
EDIT = _any(
    r"^(?:edit|change)(?: group)?(?: icon| photo| picture)?$",
    r"^(?:groeps?(?:afbeelding|foto) )?(?:bewerken|wijzigen)$",
)
GALLERY = _any(r"^gallery$", r"^galerij$")
ALBUMS = _any(r"^(?:recents?|albums|folders)$", r"^(?:recent|albums|mappen)$")
PHOTO = _any(r"^(?:photo|picture|image)\b", r"^(?:foto|afbeelding)\b")
DONE = _any(r"^(?:done|ok|save)$", r"^(?:gereed|klaar|opslaan)$")
ADD = _any(
    r"^add (?:members?|participants?)$",
    r"^(?:deelnemers?|leden|lid) toevoegen$",
)
REMOVE = _any(r"^remove\b", r"^verwijder\b", r"\bverwijderen$")
EXIT = _any(r"^exit group$", r"^groep verlaten$")
LEFT = _any(rf"^(?:{'|'.join(sorted(OWN_NAMES))}) (?:left$|he(?:bt|eft) de groep verlaten)")
"""The row of the system that says that the line is out of the group."""
NEW_GROUP = _any(r"^new group$", r"^nieuwe groep$")
PERMISSIONS = _any(
    r"^group (?:permissions|settings)$", r"^groeps?(?:machtigingen|rechten|instellingen)$"
)
EDIT_SETTINGS = _any(r"^edit group (?:settings|info)$", r"^groeps(?:instellingen|info) bewerken$")
ONLY_ADMINS = _any(r"^only admins$", r"^alleen beheerders$")
LOCKED = _any(
    r"only admins to edit this group.s (?:info|settings)",
    r"alleen beheerders de groepsinformatie kunnen bewerken",
)
"""The row of the system that says who may change name and picture from now on."""
COUNT = re.compile(r"^\D{0,3}(\d+)")
"""`5 members`: the number stands first."""

NOT_ADDED = _any(
    r"(?:couldn.t|can.t) add", r"kan (?:.{1,80} )?niet (?:worden )?toe(?:gevoegd|voegen)"
)
"""WhatsApp would invite them instead."""

INVITE = _any(r"^invite\b", r"^uitnodigen\b", r"\buitnodigen$")


def names_members(status: str) -> bool:
    """Whether the line under a chat's name is a group's: it ends with the phone's owner."""
    plain = label(status)
    names = {label(each) for each in plain.split(",")}
    return HINT.search(plain) is not None or (len(names) > 1 and bool(names & OWN_NAMES))


def members_in(status: str) -> list[str]:
    """The others that stand there, by number in E.164 or by name; none while it is a hint."""
    plain = label(status)
    shown = [] if HINT.search(plain) else [label(each) for each in plain.split(",")]
    others = [each for each in shown if each and each not in OWN_NAMES]
    return [f"+{number_in(each)}" if is_number(each) else each for each in others]


def is_own(name: str) -> bool:
    return label(name) in OWN_NAMES
