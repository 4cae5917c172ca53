"""The vocabulary of reasons: nobody uses another, and people read a sentence for each.

That each sentence has its Dutch is held with all other words of the pages.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from appliance.api.web.words import device_phrases, list_sentences, phrases, round_phrases
from appliance.queue.rows import PARKED
from appliance.reasons import Reason

HOUSE = Path(__file__).parents[2] / "appliance"

SAID_OF_A_DEVICE = (
    "errors.py",
    "devices",
    "desk/lines/device_states.py",
    "desk/intake/reception.py",
)
"""Where it is found out how a device is."""

UNSEEN = frozenset(
    {
        Reason.DOES_NOT_FIT,
        Reason.IDEMPOTENCY_MISMATCH,  # to other software only
        Reason.MESSAGE_EXISTS,
        Reason.BEING_SENT,  # on the command line only, which says the sentence of the error
        Reason.FALLBACK_IN_USE,
        Reason.SECRET_GONE,  # to other software only
        Reason.TOO_MANY_TRIES,  # the page counts the seconds
        Reason.UNKNOWN_KIND,  # to head office only
    }
)
"""No page looks up a sentence for these."""

OTHER_WORDS = {
    ("devices/phone/whatsapp/stops.py", "clock-wrong"),
    ("devices/phone/whatsapp/dialogs.py", "not-on-whatsapp"),
    ("devices/phone/tour/screen_checks.py", "not-on-whatsapp"),
}
"""What a screen of WhatsApp is, in the evidence of an attempt, and a check of the tour."""

IN_SQL = re.compile(r"\breason\b[, ')]*(?:=|<>|IS NOT|IS|NOT IN|IN) *\(? *'[a-z]")
IN_SCHEMA = re.compile(r"\breason (?:IN \(([^)]*)\)|TEXT NOT NULL DEFAULT ('[a-z-]+'))")


def files(*places: str) -> Iterator[Path]:
    """The code below these folders, without what judges the drivers."""
    for place in places:
        found = (HOUSE / place).rglob("*.py") if (HOUSE / place).is_dir() else [HOUSE / place]
        yield from (path for path in found if HOUSE / "emulated" not in path.parents)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def nodes(*places: str) -> Iterator[ast.AST]:
    return (node for path in files(*places) for node in ast.walk(tree(path)))


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def named(*places: str) -> set[Reason]:
    """The reasons that the code in these folders and files names."""
    return _members(nodes(*places))


def _members(given: Iterable[ast.AST]) -> set[Reason]:
    return {
        Reason[node.attr]
        for node in given
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id == "Reason" and node.attr in Reason.__members__
    }


def stops() -> set[Reason]:
    """Those by which a line stops: what the kinds of LineStopped have as their `code`."""
    return _members(
        node.value
        for node in nodes("errors.py", "devices")
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code"
    )


def refusals() -> set[Reason]:
    """What is given to Refused, or to it by its kinds, as the code."""
    return _members(
        node.args[0]
        for node in nodes("")
        if isinstance(node, ast.Call) and node.args
        if ast.unparse(node.func) in ("Refused", "Unproven", "super().__init__")
    )


def given_as_reason(*places: str) -> set[Reason]:
    """What is handed over under that name: to the message that it is said of."""
    return _members(
        node.value
        for node in nodes(*places)
        if isinstance(node, ast.keyword) and node.arg == "reason"
    )


def test_whatever_ails_a_device_has_a_sentence_and_a_remedy() -> None:
    """Those that drivers and what listens to them name, and no others."""
    assert set(device_phrases.DEVICE_REASONS) | stops() == named(*SAID_OF_A_DEVICE)


def test_whatever_stops_a_line_has_a_sentence_and_a_remedy() -> None:
    """What a driver stops it by, another account on its phone, a copy that was put back, and head
    office that strikes off.
    """
    elsewhere = named("desk/lines/own_profiles.py", "store/restoring.py", "store/office_link.py")
    assert set(phrases.STOPPED) == stops() | elsewhere


def test_whatever_a_message_waits_for_or_ended_by_has_a_sentence() -> None:
    """LOCKED and NONE are asked of a device there. At head office it waits for its box."""
    said = named("queue") - {Reason.LOCKED, Reason.NONE} | given_as_reason("desk", "store")
    said.add(Reason.WAITS_FOR_BOX)
    assert set(phrases.WAITING) == said


def test_whatever_is_refused_on_a_page_has_a_sentence_and_a_remedy() -> None:
    """The gate refuses to a device's thread what was withdrawn while it typed."""
    to_devices = {Reason.BY_PERSON, Reason.LINE_REMOVED}
    assert set(phrases.REFUSALS) == refusals() - to_devices - UNSEEN


def test_every_reason_is_said_by_something_and_read_by_somebody() -> None:
    """None is left over, and only what no page shows has no sentence."""
    house = {path for path in files("") if path.parent.name != "words"}
    assert named(*map(str, house)) == set(Reason)
    read = {
        *phrases.WAITING,
        *phrases.REFUSALS,
        *phrases.STOPPED,
        *device_phrases.DEVICE_REASONS,
        *round_phrases.NOT_ASKED,
        *list_sentences.LEFT_OUT,
    }
    assert set(Reason) - read == UNSEEN


def test_no_reason_is_written_as_text() -> None:
    """Types hold it where a word may mean something else; a code with a hyphen is a reason."""
    codes = {each.value for each in Reason if "-" in each}
    written = {
        (str(path.relative_to(HOUSE)), text)
        for path in files("")
        if path.name != "reasons.py"
        for text in texts(path)
        if text in codes
    }
    assert written == OTHER_WORDS
    for path in (HOUSE / "api/web").rglob("*.html"):
        assert codes.isdisjoint(re.findall(r"""["']([a-z-]+)["']""", path.read_text("utf-8"))), path


def test_sql_holds_no_reason_but_members() -> None:
    """A statement takes them from the vocabulary; the schema, which cannot, spells them alike."""
    assert IN_SQL.search("WHERE coalesce(m.reason, '') NOT IN ('person')")
    assert [text for path in files("") for text in texts(path) if IN_SQL.search(text)] == []
    migrations = (path.read_text("utf-8") for path in (HOUSE / "store/sql").glob("*.sql"))
    schema = " ".join(" ".join(migrations).split())
    written = " ".join("".join(groups) for groups in IN_SCHEMA.findall(schema))
    assert {Reason(code) for code in re.findall("[a-z-]+", written)} > {Reason.NONE}
    assert f"reason IN {PARKED}" in schema
