"""What WhatsApp says about groups, in English and Dutch; its marks stand in the README beside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPhrases:
    """`{by}`, `{who}`, `{before}`, `{after}`, `{n}` and `{name}` are filled in as the app does."""

    renamed: str
    added: str
    removed: str
    left: str
    only_admins: str
    created: str
    info: str
    change_name: str
    add: str
    members: str
    member: str
    admin: str
    exit: str
    permissions: str
    edit_settings: str
    all_members: str
    admins: str
    remove: str
    message: str
    ask_add: str
    ask_remove: str
    ask_exit: str
    not_added: str
    invite: str
    invitation: str
    new_group: str
    name_hint: str
    next: str
    create: str
    search: str
    icon_changed: str
    own_icon_changed: str
    icon: str
    edit: str
    camera: str
    gallery: str
    photo: str
    recents: str
    done: str


ENGLISH = GroupPhrases(
    renamed="{by} changed the group name from “{before}” to “{after}”",
    added="{by} added {who}",
    removed="{by} removed {who}",
    left="{by} left",
    only_admins="{by} changed this group's settings to allow only admins to edit this group's info",
    created="{by} created group “{after}”",
    info="Group info",
    change_name="Change group name",
    add="Add members",
    members="{n} members",
    member="{n} member",
    admin="Group admin",
    exit="Exit group",
    permissions="Group permissions",
    edit_settings="Edit group settings",
    all_members="All members",
    admins="Only admins",
    remove="Remove {who}",
    message="Message {who}",
    ask_add="Add {who} to “{name}” group?",
    ask_remove="Remove {who} from “{name}” group?",
    ask_exit="Exit “{name}” group?",
    not_added="Couldn't add {who}. You can invite them privately to join this group.",
    invite="Invite to group",
    invitation="Invitation to join my WhatsApp group",
    new_group="New group",
    name_hint="Group name",
    next="Next",
    create="Create",
    search="Name, number, @username",
    icon_changed="{by} changed this group's icon",
    own_icon_changed="You changed this group's icon",
    icon="Group icon",
    edit="Edit",
    camera="Camera",
    gallery="Gallery",
    photo="Photo",
    recents="Recents",
    done="Done",
)

DUTCH = GroupPhrases(
    renamed="{by} heeft het onderwerp gewijzigd van '{before}' naar '{after}'",
    added="{by} heeft {who} toegevoegd",
    removed="{by} heeft {who} verwijderd",
    left="{by} heeft de groep verlaten",
    only_admins=(
        "{by} heeft de instellingen van deze groep gewijzigd, waardoor alleen beheerders de "
        "groepsinformatie kunnen bewerken"
    ),
    created="{by} heeft de groep '{after}' aangemaakt",
    info="Groepsinformatie",
    change_name="Onderwerp wijzigen",
    add="Deelnemers toevoegen",
    members="\u200e{n} deelnemers",
    member="\u200e{n} deelnemer",
    admin="Groepsbeheerder",
    exit="Groep verlaten",
    permissions="Groepsmachtigingen",
    edit_settings="Groepsinstellingen bewerken",
    all_members="Alle deelnemers",
    admins="Alleen beheerders",
    remove="{who} verwijderen",
    message="Bericht naar {who}",
    ask_add="{who} toevoegen aan de groep '{name}'?",
    ask_remove="{who} verwijderen uit de groep '{name}'?",
    ask_exit="Groep '{name}' verlaten?",
    not_added="{who} kan niet worden toegevoegd. U kunt diegene uitnodigen voor de groep.",
    invite="Uitnodigen voor groep",
    invitation="Uitnodiging voor mijn WhatsApp-groep",
    new_group="Nieuwe groep",
    name_hint="Groepsnaam",
    next="Volgende",
    create="Maken",
    search="Naam, nummer, @gebruikersnaam",
    icon_changed="{by} heeft de groepsafbeelding gewijzigd",
    own_icon_changed="U hebt de groepsafbeelding gewijzigd",
    icon="Groepsafbeelding",
    edit="Bewerken",
    camera="Camera",
    gallery="Galerij",
    photo="Foto",
    recents="Recent",
    done="Gereed",
)


def group_phrases(language: str) -> GroupPhrases:
    return ENGLISH if language == "en" else DUTCH
