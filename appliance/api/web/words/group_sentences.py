"""What the page of a group says: what was changed, and what a phone or a person has to do."""

from collections.abc import Mapping

from appliance.api.web.words.i18n import Words
from appliance.desk.groups.directory import JournalEntry
from appliance.errors import Refused
from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.reasons import Reason
from appliance.store.group_tasks import GroupTask

WORK: Mapping[GroupChangeKind, str] = {
    GroupChangeKind.READ: "Read who is in it",
    GroupChangeKind.CREATE: "Make the group",
    GroupChangeKind.RENAME: "Call it “{name}”",
    GroupChangeKind.PICTURE: "Put the picture there",
    GroupChangeKind.ADD: "Add {who}",
    GroupChangeKind.REMOVE: "Take {who} out of the group",
    GroupChangeKind.LEAVE: "Leave the group",
    GroupChangeKind.LOCK: "Only admins may change name and picture",
}
WHY: Mapping[Reason, str] = {
    Reason.OPTED_OUT: "They wrote STOP in this group. Nothing is posted in it until they are out.",
    Reason.GUARD_CEILING: (
        "Somebody changes name or picture again and again. Balie stopped putting them back."
    ),
    Reason.INVITE_ONLY: (
        "They let nobody add them to groups. WhatsApp can send them an invitation in place of that."
    ),
    Reason.PERSON: "The phone could not do it. Look at the phone, then try again.",
    Reason.RETRY: "The phone could not do it yet; it is tried again.",
}
BUTTONS: Mapping[GroupChangeKind, str] = {
    GroupChangeKind.REMOVE: "Take them out",
    GroupChangeKind.LOCK: "Only admins may change this",
}


NOT_AGREED: Mapping[Reason, str] = {
    Reason.CONSENT_REQUIRED: "has not written to this number",
    Reason.OPTED_OUT: "asked to stop",
    Reason.BLOCKED: "is blocked",
}
"""Why somebody is not taken into a group."""


def not_agreed(words: Words, refusal: Refused) -> str:
    said = NOT_AGREED.get(Reason(refusal.code))
    return words.text(said) if said else words.text("may not be written to")


def work(words: Words, task: GroupTask, who: str) -> str:
    return words.text(WORK[task.kind]).format(name=task.name or "", who=who)


def why(words: Words, task: GroupTask) -> str:
    """Empty while a phone is about to do it."""
    sentence = WHY.get(task.reason) if task.reason else None
    return words.text(sentence) if sentence else ""


def button(words: Words, task: GroupTask) -> str:
    """Empty where no person has to press one."""
    if task.state is not GroupTaskState.PERSON:
        return ""
    if task.reason is Reason.INVITE_ONLY:
        return words.text("Invite them")
    again = task.reason is Reason.PERSON
    return words.text("Try again" if again else BUTTONS.get(task.kind, "Try again"))


def change(words: Words, entry: JournalEntry) -> str:
    """One line of the journal."""
    by = entry.by_whom or words.text("somebody")
    if entry.what == "member":
        if entry.after:
            return words.text("{who} came into the group ({by})").format(who=entry.after, by=by)
        return words.text("{who} is out of the group ({by})").format(who=entry.before, by=by)
    if entry.what == "picture":
        if entry.put_back:
            return words.text("The picture was put back")
        return _begun(words.text("{by} changed the picture").format(by=by))
    if entry.put_back:
        sentence = words.text("“{after}” was put back in place of “{before}”")
        return sentence.format(before=entry.before, after=entry.after)
    sentence = words.text("{by} changed the name from “{before}” to “{after}”")
    return _begun(sentence.format(by=by, before=entry.before, after=entry.after))


def _begun(said: str) -> str:
    return said[:1].upper() + said[1:]
