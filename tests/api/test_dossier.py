"""All that is kept of a person leaves as one package, for who may hand it out."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.dossier import kept_out
from appliance.desk.privacy.dossier.asked import marks_in
from appliance.identities import tel
from appliance.moments import iso
from appliance.store import contacts
from appliance.store.data_class import DataClass
from appliance.store.data_classes import COLUMNS
from appliance.store.store import Tx
from tests.api.full_person import GROUP_TEXT, fill
from tests.api.office import Caller, Desk, Office
from tests.api.person_rows import ANNA, BRAM, BRAM_NAME, FullPerson

PERSONAL = (DataClass.IDENTITY, DataClass.CONTENT, DataClass.EVIDENCE)
OF_MESSAGE = """
SELECT * FROM {table}
WHERE message_id IN (SELECT id FROM message WHERE conversation_id = :talk)
"""
EVENTS = """
SELECT e.at_ms, e.kind FROM contact_event o JOIN event_log e ON e.seq = o.event_seq
WHERE o.contact_id = :contact
"""
OF_CONTACT = "SELECT * FROM {table} WHERE contact_id = :contact"
OF_TALK = "SELECT * FROM {table} WHERE conversation_id = :talk"
BY_NUMBER = "SELECT * FROM {table} WHERE value = :number"

STANDS: Mapping[str, tuple[str, str]] = {
    "contact": ("person", "SELECT * FROM contact WHERE id = :contact"),
    "contact_label": ("person", OF_CONTACT),
    "contact_note": ("notes", OF_CONTACT),
    "contact_change": ("joinings", OF_CONTACT),
    "former_holder": ("identities", OF_CONTACT),
    "contact_identity": ("identities", OF_CONTACT),
    "identity_claim": ("identities", OF_CONTACT),
    "group_member": ("groups", BY_NUMBER),
    "group_journal": ("group_changes", "SELECT * FROM group_journal"),
    "message": ("messages", "SELECT * FROM message WHERE contact_id = :contact"),
    "adoption_chat": ("taken_over", BY_NUMBER),
    "earlier_text": ("messages", OF_MESSAGE),
    "text_below": ("messages", OF_MESSAGE),
    "attempt": ("messages", OF_MESSAGE),
    "attempt_part": ("messages", "SELECT * FROM attempt_part"),
    "hold": ("holds", OF_CONTACT),
    "care_mark": ("messages", OF_MESSAGE),
    "consent": ("consent", OF_CONTACT),
    "near_stop": ("messages", OF_MESSAGE),
    "draft": ("drafts", OF_TALK),
    "note_draft": ("drafts", OF_TALK),
    "missed_call": ("calls", BY_NUMBER),
    "media": ("messages", "SELECT * FROM media"),
    "reaction": ("messages", BY_NUMBER),
    "casework": ("conversations", OF_TALK),
    "conversation_label": ("conversations", OF_TALK),
    "note": ("colleagues_notes", OF_TALK),
    "note_mention": ("colleagues_notes", "SELECT * FROM note_mention"),
    "list_send_item": ("list_sends", OF_CONTACT),
    "round_person": ("rounds", OF_CONTACT),
    "round_stranger": ("named_in_rounds", "SELECT * FROM round_stranger"),
    "round_answer": ("messages", OF_MESSAGE),
    "reading": ("readers", "SELECT * FROM reading"),
    "reading_who": ("readers", "SELECT * FROM reading_who"),
    "privacy_request": ("requests", OF_CONTACT),
    "privacy_step": ("given_out", OF_CONTACT),
    "webhook_delivery": ("told_programs", "SELECT * FROM webhook_delivery"),
    "archive": ("archives", "SELECT * FROM archive"),
    "event": ("history", EVENTS),
}
"""In which part of the file the rows of a table stand, and which rows are Anna's."""


@pytest.fixture
def officer(office: Office) -> Caller:
    return office.caller(frozenset({Scope.PRIVACY_WRITE}))


@pytest.fixture
def anna(office: Office, tilburg: Desk) -> FullPerson:
    return fill(office, tilburg)


def opened(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def told_in(package: zipfile.ZipFile) -> Any:
    return json.loads(package.read("dossier.json"))


def values_in(told: Any) -> Iterator[Any]:
    """Every value of a JSON document, without the names."""
    if isinstance(told, dict | list):
        for each in told.values() if isinstance(told, dict) else told:
            yield from values_in(each)
    else:
        yield told


def is_kept_out(table: str, column: str) -> bool:
    said = " ".join(each.columns.get(table, "") for each in kept_out.ALL).split()
    return "*" in said or column in said


def personal_columns() -> Iterator[tuple[str, str]]:
    for table, classes in COLUMNS.items():
        for kind in PERSONAL:
            for column in classes.get(kind, "").split():
                yield table, column


def written(office: Office, column: str, value: Any) -> Any:
    """As a value of the database stands in the file."""
    if column.endswith("_ms"):
        return iso(value)
    named = {"staff_id": "staff", "assignee_id": "staff", "token_id": "api_token"}
    named |= {
        "label_id": "label",
        "line_id": "line",
        "who": "staff",
        "recorded_by": "staff",
        "ended_by": "staff",
    }
    if column in named:
        shown = "number" if column == "line_id" else "name"
        row_id = str(value).removeprefix("staff:")
        found = office.store.read(
            lambda conn: conn.execute(
                f"SELECT {shown} FROM {named[column]} WHERE id = ?",  # noqa: S608 -- names of ours
                (row_id,),
            ).fetchone()
        )
        return found[0] if found else value
    if column in ("fields", "facts"):
        return next(iter(json.loads(value).values()), None)
    return value


def kept_values(office: Office, anna: FullPerson) -> dict[tuple[str, str], set[Any]]:
    """What is kept of her in each column, as the file writes it."""
    about = {"contact": anna.contact, "talk": anna.conversation, "number": ANNA}
    found: dict[tuple[str, str], set[Any]] = {}
    for table, column in personal_columns():
        if table not in STANDS or is_kept_out(table, column):
            continue
        statement = STANDS[table][1].format(table=table)
        rows = office.store.read(lambda conn, s=statement: conn.execute(s, about).fetchall())  # type: ignore[misc]
        values = (row[column] for row in rows if row[column] is not None)
        found[table, column] = {written(office, column, each) for each in values} - {None}
    return found


def test_every_column_with_a_persons_data_stands_in_the_file_or_is_named_with_its_reason(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """Each value of each such column is looked for where it belongs. A new column fails this until
    it stands there, or among what is kept out.
    """
    kept = kept_values(office, anna)
    assert {each for each in personal_columns() if not is_kept_out(*each)} == kept.keys()
    assert [each for each, values in kept.items() if not values] == []
    told = told_in(opened(officer.get(f"/contacts/{ANNA}/dossier")))
    lacking = {
        f"{table}.{column}": missing
        for (table, column), values in kept.items()
        if (missing := values - set(values_in(told[STANDS[table][0]])))
    }
    assert lacking == {}


def test_the_manifest_names_each_file_with_its_hash(officer: Caller, anna: FullPerson) -> None:
    """The photo that she sent is among them, as it came."""
    package = opened(officer.get(f"/contacts/{anna.contact}/dossier"))
    listed = json.loads(package.read("manifest.json"))["files"]
    assert [each["name"] for each in listed] + ["manifest.json"] == package.namelist()
    for each in listed:
        content = package.read(each["name"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            each["bytes"],
            each["sha256"],
        )
    (photo,) = (each for each in listed if each["name"].startswith("media/"))
    assert photo["sha256"] == anna.media_sha256
    files = [file for each in told_in(package)["messages"] for file in each.get("files", [])]
    assert photo["name"] in [each.get("file") for each in files]


def test_the_data_of_others_is_not_in_it_or_can_be_left_out(
    officer: Caller, anna: FullPerson
) -> None:
    """What others wrote is never in it. What is of hers and of somebody else is counted, and is
    left out by kind.
    """
    path = f"/contacts/{anna.contact}/dossier"
    told = told_in(opened(officer.get(path)))
    text = json.dumps(told, ensure_ascii=False)
    assert GROUP_TEXT in text
    assert not any(each in text for each in ("Geheim van Bram", "Bram in de groep", "🙈", BRAM))
    assert told["third_parties"].keys() == {"colleagues", "members", "cards", "notes"}
    assert min(told["third_parties"].values()) > 0
    for each in ("Sanne", BRAM_NAME, "Kaartje van Bram", "Rijdt mee met Bram", "Komt vaak te laat"):
        assert each in text

    kinds = {"without": ["colleagues", "members", "cards", "notes"]}
    answer = officer.client.get(f"/api/v1{path}", params=kinds, headers=officer.headers)
    without = told_in(opened(answer))
    text = json.dumps(without, ensure_ascii=False)
    for each in ("Sanne", "Youssef", BRAM_NAME, "Kaartje van Bram", "Rijdt mee met Bram"):
        assert each not in text
    assert "Komt vaak te laat" in text
    assert without["about"]["left_out"] == sorted(kinds["without"])


def test_each_thing_of_others_is_marked_and_can_be_left_out_alone(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """A mark stands beside what it marks, also on paper, and is the same in the next file."""
    path = f"/contacts/{anna.contact}/dossier"
    told = told_in(opened(officer.get(path)))
    marked = {
        item["text"]: item["third_party"]["text"]
        for item in told["colleagues_notes"]
        if "third_party" in item
    }
    (note,) = (mark for text, mark in marked.items() if "Rijdt mee met Bram" in text)
    people = {
        each["by"]["colleague"]: each["by"]["third_party"]
        for section in told.values()
        if isinstance(section, list)
        for each in section
        if "colleague" in (each.get("by") or {})
    }
    assert people.keys() >= {"Sanne", "Youssef"}
    assert set(people.values()) <= set(marks_in(told))
    kinds = {each.partition(":")[0] for each in marks_in(told)}
    assert kinds == {"colleagues", "members", "cards", "notes"}

    package = opened(officer.get(path, without=people["Sanne"]))
    text = package.read("dossier.json").decode()
    assert "Sanne" not in text
    assert "Youssef" in text
    assert "Rijdt mee met Bram" in text
    assert told_in(package)["about"]["left_out"] == [people["Sanne"]]
    pages = PdfReader(io.BytesIO(package.read("dossier.pdf"))).pages
    paper = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Youssef *" in paper
    assert "Sanne" not in paper
    assert (
        "Rijdt mee met Bram"
        not in opened(officer.get(path, without=note)).read("dossier.json").decode()
    )


def test_a_number_that_is_only_said_to_be_theirs_brings_nothing_of_its_holder(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """Bram's number stands on Anna's card as said by a colleague; it is still Bram's."""

    def said(tx: Tx) -> None:
        staff_id = tx.conn.execute("SELECT id FROM staff").fetchone()["id"]
        contacts.claim(tx, anna.contact, tel(BRAM), staff_id=staff_id)

    office.store.write(said)
    told = told_in(opened(officer.get(f"/contacts/{anna.contact}/dossier")))
    assert BRAM in [each["number"] for each in told.pop("identities")]
    told.pop("history")  # the event of the claim, without the number
    text = json.dumps(told, ensure_ascii=False)
    assert not any(each in text for each in (BRAM, "Geheim van Bram", "🙈"))


def test_it_holds_what_the_branches_of_who_asks_keep(
    office: Office, tilburg: Desk, breda: Desk, anna: FullPerson
) -> None:
    """It says which these are; who sees nothing of the person finds nobody."""
    office.writes(ANNA, breda, "In Breda gezegd")
    scopes = frozenset({Scope.PRIVACY_WRITE})
    path = f"/contacts/{ANNA}/dossier"
    of_tilburg = opened(office.caller(scopes, branch_id=tilburg.branch_id).get(path))
    assert told_in(of_tilburg)["about"]["branches"] == ["Tilburg"]
    assert "In Breda gezegd" not in of_tilburg.read("dossier.json").decode()
    of_all = told_in(opened(office.caller(scopes).get(path)))
    assert of_all["about"]["branches"] is None
    assert "In Breda gezegd" in values_in(of_all)
    elsewhere = office.desk("Gouda", "+31612345670")
    stranger = office.caller(scopes, branch_id=elsewhere.branch_id)
    assert stranger.get(path).status_code == 404
    everything_else = office.caller(frozenset(Scope) - scopes)
    assert everything_else.get(path).status_code == 403


def test_a_file_that_left_is_an_event_and_stands_in_the_log_of_reading(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """With ids and the kinds that were left out; the next file tells of it, too."""
    path = f"/contacts/{anna.contact}/dossier"
    opened(officer.get(path, without="colleagues"))
    event = office.store.read(
        lambda conn: conn.execute("SELECT * FROM event_log ORDER BY seq DESC").fetchone()
    )
    facts = {"what": "given", "without": ["colleagues"], "token": officer.token.id}
    assert (event["kind"], event["contact_id"]) == ("privacy.request", anna.contact)
    assert json.loads(event["facts"]) == facts
    told = told_in(opened(officer.get(path)))
    assert told["readers"][-1]["by"] == {"program": "planning"}
    assert told["readers"][-1]["what"] == "dossier"
    assert told["given_out"][-1]["what"] == "given"


def test_the_paper_says_the_same_in_the_persons_language(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """The office keeps it in a field of that name; nothing of it is lost on paper."""
    office.store.write(
        lambda tx: tx.conn.execute(
            'UPDATE contact SET fields = \'{"Taal": "English"}\' WHERE id = ?', (anna.contact,)
        )
    )
    package = opened(officer.get(f"/contacts/{anna.contact}/dossier"))
    pages = PdfReader(io.BytesIO(package.read("dossier.pdf"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for each in ("What is kept of Anna Achternaam", "Ik wil graag berichten", "PX-4471"):
        assert each in text
    for each in ("Ik kan maandag", "Ik kan dinsdag", "Tot maandag om zeven", "Komt vaak te laat"):
        assert each in text
    for each in (
        GROUP_TEXT,
        "Loods 4",
        "👍",
        "0001-mijn-pas.jpg",
        "Youssef",
        "What is not in it",
    ):
        assert each in text, each
    assert f"Page 1 of {len(pages)}" in text


def test_the_paper_is_in_the_languages_in_which_people_answer(
    office: Office, officer: Caller, anna: FullPerson
) -> None:
    """In theirs where the office keeps it, else in the one that was asked for."""

    def paper(language: str) -> str:
        package = opened(officer.get(f"/contacts/{anna.contact}/dossier", language=language))
        pages = PdfReader(io.BytesIO(package.read("dossier.pdf"))).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    assert "بطاقة" in paper("ar")
    office.store.write(
        lambda tx: tx.conn.execute(
            'UPDATE contact SET fields = \'{"Taal": "Pools"}\' WHERE id = ?', (anna.contact,)
        )
    )
    polish = paper("ar")
    for each in (
        "Przechowywane dane: Anna Achternaam",
        "Karta osoby",
        "Strona 1 z",
        "Ik kan maandag",
    ):
        assert each in polish
    assert "What is not in it" not in polish


def test_an_unknown_kind_is_refused(officer: Caller, anna: FullPerson) -> None:
    for odd in ("everybody", "notes:0", "people:0123456789ab"):
        answer = officer.get(f"/contacts/{anna.contact}/dossier", without=odd)
        assert answer.status_code == 422
