"""What was changed of a branch, a number or a colleague, in words."""

from appliance.api.web.words.automatic_sentences import RULES
from appliance.api.web.words.i18n import Words
from appliance.desk.lines import setting_fields
from appliance.desk.team.house_history import HouseEntry
from appliance.devices.kind import Kind
from appliance.events import EventKind


def told(words: Words, entry: HouseEntry) -> str:
    """One line of the history, without who and when."""
    if entry.kind is EventKind.STAFF_CHANGED:
        return _of_staff(words, entry)
    fields = ", ".join(dict.fromkeys(_field(words, each) for each in entry.fields))
    return {
        EventKind.BRANCH_ADDED: words.text("added the branch"),
        EventKind.BRANCH_CHANGED: words.text("changed: {fields}").format(fields=fields),
        EventKind.LINE_ADDED: words.text("The number was added"),
        EventKind.LINE_CHANGED: words.text("changed: {fields}").format(fields=fields),
        EventKind.LINE_ROSTER: words.text("removed the duty roster")
        if "removed" in entry.fields
        else words.text("brought a duty roster"),
        EventKind.LINE_STOPPED: words.text("The number was stopped"),
        EventKind.LINE_RESUMED: words.text("let the number send again"),
        EventKind.STAFF_ADDED: words.text("invited them")
        if entry.by
        else words.text("This colleague was added"),
    }.get(entry.kind, "")


def _of_staff(words: Words, entry: HouseEntry) -> str:
    return {
        "name": words.text("renamed them"),
        "login-link": words.text("made a log-in link for them"),
        "password": words.text("chose a password"),
        "account": words.text("connected an account"),
        "account-removed": words.text("disconnected their account"),
        "passkey-added": words.text("added a passkey"),
        "passkey-renamed": words.text("renamed a passkey"),
        "passkey-removed": words.text("removed a passkey"),
        "email": words.text("changed their address of e-mail"),
        "absence": words.text("went away for some time"),
        "absence-ended": words.text("is back"),
        "calendar": words.text("changed who may read their calendar"),
        "home-key": words.text("changed with which devices they come from home"),
        "disabled": words.text("let them go"),
        "enabled": words.text("let them in again"),
        "role": words.text("changed what they may do"),
    }.get("".join(entry.fields), words.text("changed something else"))


def _field(words: Words, name: str) -> str:
    known = {
        "name": words.text("name"),
        "zone": words.text("time zone"),
        "language": words.text("language"),
        "opens": words.text("opening hours"),
        "closes": words.text("opening hours"),
        "weekdays": words.text("opening hours"),
        "lunch": words.text("opening hours"),
        "week": words.text("opening hours"),
        "exceptions": words.text("days with other hours"),
        "privacy_text": words.text("sentence about privacy"),
        "model_suggests": words.text("suggestions of a language model"),
        **{name: words.text(called) for name, (called, _) in RULES.items()},
        "every_hours": words.text("hours between automatic messages"),
        "holidays": words.text("holidays"),
        "claims_go_back": words.text("when claims go back"),
        "answer_within_min": words.text("within how long somebody has an answer"),
        "welcome_text": words.text("welcome"),
        "device": words.text("phone or modem"),
        "fallback_modem": words.text("modem that takes over"),
        "first_words": words.text("first words of those who write"),
        "public_figures": words.text("whether its figures are public"),
        "refresh_from": words.text("where the website finds fresh figures"),
        "calendar": words.text("who may read its calendar"),
        "own_profile": words.text("name or picture in WhatsApp"),
    }
    labels = {each.name: words.text(each.label) for each in setting_fields.FIELDS}
    if name.startswith("pacing"):
        return words.text("pace")
    return known.get(name) or labels.get(name) or words.text(Kind.named(name).label)
