"""What is said of colleagues: what a role may do, and where they have it."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.team.colleagues import ManagedColleague
from appliance.desk.team.staff import Member
from appliance.store.branches import Branch

ROLES: Mapping[str, tuple[str, str]] = {
    "staff": ("Colleague", "reads and answers"),
    "lead": ("Team lead", "the same, and sees the figures"),
    "branch-it": ("Branch IT", "looks after phones and modems, reads no messages"),
    "privacy": ("Privacy officer", "reads and erases, sends nothing"),
    "admin": (
        "Administrator",
        "says who may do what and sets Balie up, reads no messages",
    ),
}
"""The name of each role, and what it may do."""


def role_name(words: Words, role: str) -> str:
    return words.text(ROLES[role][0]) if role in ROLES else role


def role_choice(words: Words, role: str) -> str:
    name, may = ROLES[role]
    return f"{words.text(name)}: {words.text(may)}"


def role_may(words: Words, role: str) -> str:
    return words.text(ROLES[role][1])


def roles_of(words: Words, who: ManagedColleague, branches: Sequence[Branch]) -> str:
    """`Team lead in Breda, Colleague in Tilburg`."""
    return roles_in(words, who.member, {each.id: each.name for each in branches})


def roles_in(words: Words, member: Member, names: Mapping[str, str]) -> str:
    """The same; `names` are those of the branches, by their ids."""
    said = []
    for role, branch_id in member.roles:
        name = role_name(words, role)
        if branch_id is None:
            said.append(words.text("{role} everywhere").format(role=name))
        else:
            sentence = words.text("{role} in {branch}")
            said.append(sentence.format(role=name, branch=names.get(branch_id, "")))
    return ", ".join(said) or words.text("no role")
