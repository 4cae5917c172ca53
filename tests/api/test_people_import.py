"""People from a CSV file: a verdict for each row, and nothing written that nobody decided."""

import json
from typing import Any

import httpx
import pytest

from appliance.store import events
from tests.api.office import Caller, Desk, Office

ANNA, BRAM, CARL = "+31687654321", "+31687654322", "+31687654323"


def imports(caller: Caller, text: str | bytes, **asked: str) -> httpx.Response:
    raw = text if isinstance(text, bytes) else text.encode()
    headers = caller.headers | {"Content-Type": "text/csv"}
    return caller.client.post("/api/v1/contacts/import", content=raw, params=asked, headers=headers)


def verdicts(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["verdict"] for each in answer.json()["rows"]]


def people(caller: Caller) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in caller.get("/contacts").json()["items"]}


UGLY = (
    "Voornaam;Tussenvoegsel;Achternaam;Mobiel;Personeelsnummer;Status;Opmerking\r\n"
    'Zoë;de;Wit;06-87654321;00123;Geplaatst;"Belt liever;\r\nniet \'s avonds"\r\n'
    ";;;;;;\r\n"
    "Bram;;Büchner;+31 6 87654322;00124;;\r\n"
    "Carl;;Nul;687654323;00125;;'=1+1\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_file_from_excel_is_understood(
    office: Office, tilburg: Desk, planning: Caller, encoding: str
) -> None:
    """`;`, marks, windows-1252, lost zeros; rows are counted as a spreadsheet does, each new
    person is one event, and nobody agreed to anything.
    """
    answer = imports(planning, UGLY.encode(encoding), branch="Tilburg")
    assert verdicts(answer) == ["new"] * 3
    assert [each["row"] for each in answer.json()["rows"]] == [2, 4, 5]
    found = people(planning)
    assert found.keys() == {"Zoë de Wit", "Bram Büchner", "Carl Nul"}
    zoe = found["Zoë de Wit"]
    assert (zoe["personnel_number"], zoe["state"]) == ("00123", "placed")
    assert [each["number"] for each in found["Carl Nul"]["numbers"]] == [CARL]
    assert found["Carl Nul"]["notes"] == "=1+1"
    log = office.store.read(lambda conn: events.after(conn, 0))
    assert sum(each.kind.value == "contact.created" for each in log) == 3
    refused = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"})
    assert refused.json()["code"] == "consent-required"
    assert verdicts(imports(planning, UGLY.encode(encoding), branch="Tilburg")) == ["same"] * 3


def test_a_dry_run_writes_nothing(office: Office, tilburg: Desk, planning: Caller) -> None:
    """It says what each row would do."""
    office.writes(ANNA, tilburg, name="Annie")
    text = f"name,number\nAnna,{ANNA}\nBram,{BRAM}\n"
    before = office.count("event")
    answer = imports(planning, text, dry_run="true")
    assert verdicts(answer) == ["update", "new"]
    assert answer.json()["written"] is False
    assert answer.json()["rows"][0]["why"] == "Other than here: office_name."
    assert office.count("event") == before


def test_what_nobody_can_decide_holds_up_all(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Doubles in the file and here, no number, a wrong one, a label that is not there; `partial`
    takes the rest in.
    """
    text = (
        "Naam;Nummer;Personeelsnummer;Label\n"
        f"Anna;{ANNA};1;\n"
        f"Anna nog eens;06 87654321;;\n"
        f"Bram;{BRAM};2;\n"
        "Dirk;12;3;\n"
        "Els;;4;\n"
        f"Fred;{CARL};5;nergens\n"
    )
    answer = imports(planning, text)
    said = ["new", "double", "new", "refused", "refused", "refused"]
    assert (verdicts(answer), answer.json()["written"]) == (said, False)
    assert people(planning) == {}
    assert verdicts(imports(planning, text, partial="true")) == said
    assert people(planning).keys() == {"Anna", "Bram"}
    both = f"Naam;Nummer;Personeelsnummer\nAnna;{ANNA};2\n"
    crossed = imports(planning, both).json()["rows"][0]
    assert (crossed["verdict"], crossed["contact"]) == ("double", None)
    assert "Anna, Bram" in crossed["why"]


def test_a_file_adds_and_takes_nothing_away(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A row finds a person by the personnel number, too, and gives them another number."""
    imports(planning, f"name,number,personnel number\nAnna,{ANNA},1\n")
    mapping = json.dumps({"Mob": "number", "Nr": "personnel_number", "Maat": "field:Shirt"})
    answer = imports(planning, f"Nr,Mob,Maat,Anders\n1,{BRAM},XL,x\n", mapping=mapping)
    assert verdicts(answer) == ["update"]
    anna = people(planning)["Anna"]
    assert [each["number"] for each in anna["numbers"]] == [ANNA, BRAM]
    assert anna["fields"] == {"Shirt": "XL"}
    other = imports(planning, f"number,personnel number\n{ANNA},9\n")
    assert verdicts(other) == ["double"]


def test_one_number_in_two_spellings_is_one(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """In two columns of a file as in a request, for a new person and for one who is here."""
    mapping = json.dumps({"Tel": "number", "Mob": "number", "Naam": "office_name"})
    text = f"Naam;Tel;Mob\nAnna;06-87654321;{ANNA}\n"
    assert verdicts(imports(planning, text, mapping=mapping)) == ["new"]
    headers = planning.headers
    body = {"name": "Bram", "numbers": [BRAM, "06-87654322"]}
    bram = planning.client.post("/api/v1/contacts", json=body, headers=headers)
    assert bram.status_code == 201
    more = {"numbers": [BRAM, CARL, "06 8765 4323"]}
    now = planning.client.patch(f"/api/v1/contacts/{BRAM}", json=more, headers=headers)
    assert [each["number"] for each in now.json()["numbers"]] == [BRAM, CARL]


def test_what_fits_no_card_is_refused_before_anything_is_written(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """A text that is too long for a field, and more fields than a person has."""
    long = f"Naam;Nummer;Maat\nAnna;{ANNA};{'x' * 501}\nBram;{BRAM};XL\n"
    mapping = json.dumps({"Naam": "office_name", "Nummer": "number", "Maat": "field:Maat"})
    assert verdicts(imports(planning, long, mapping=mapping)) == ["refused", "new"]
    heads = [f"F{each}" for each in range(40)]
    many = {"Nummer": "number"} | {each: f"field:{each}" for each in heads}
    text = ";".join(["Nummer", *heads]) + "\n" + ";".join([BRAM, *heads]) + "\n"
    assert verdicts(imports(planning, text, mapping=json.dumps(many))) == ["new"]
    more = imports(planning, f"Nummer;G\n{BRAM};x\n", mapping='{"Nummer":"number","G":"field:G"}')
    assert verdicts(more) == ["refused"]
    assert more.json()["rows"][0]["why"].endswith("more than 40 fields.")


def test_what_is_no_table_of_people_is_refused(planning: Caller) -> None:
    """With the field that is wrong, before anything is written."""
    wrong = {
        "": "file",
        "Naam;BSN;Nummer\nAnna;1;06\n": "file",
        "Naam;Stad\nAnna;Breda\n": "mapping",
    }
    for text, field in wrong.items():
        answer = imports(planning, text)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    said = imports(planning, "Naam;Nummer\n", mapping='{"Naam": "shoe"}')
    assert (said.status_code, said.json()["field"]) == (422, "mapping")


def test_a_file_may_be_as_long_as_its_rows(planning: Caller) -> None:
    """Ten thousand of 500 characters; a longer one is refused with what to do."""
    row = f"{ANNA};{'x' * 100_000}\n"
    assert verdicts(imports(planning, "Nummer;Vrij\n" + row * 12, dry_run="true"))[0] == "new"
    longer = imports(planning, "Nummer;Vrij\n" + row * 50, dry_run="true")
    assert (longer.status_code, longer.json()["field"]) == (422, "file")
    assert "Cut it into pieces" in longer.text


def test_a_form_carries_the_file_and_its_mapping(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """And a branch's token neither sees nor meets another branch's people."""
    office.writes(ANNA, tilburg)
    other = office.desk("Breda", "+31612345679")
    here = office.caller(branch_id=other.branch_id)
    answer = here.client.post(
        "/api/v1/contacts/import",
        files={"file": ("personen.csv", f"Wie;Waar\nAnna;{ANNA}\n".encode())},
        data={"mapping": '{"office_name": "Wie", "number": "Waar"}'},
        headers=here.headers,
    )
    assert verdicts(answer) == ["new"]
    assert people(here).keys() == {"Anna"}
    assert len(planning.get("/contacts").json()["items"]) == 2


def test_a_file_says_since_when_somebody_stands_so(planning: Caller) -> None:
    """The day as a spreadsheet writes it; what is no day is refused, and the same is no change."""
    head = "naam,nummer,status,sinds\n"
    text = f"{head}Anna,{ANNA},geplaatst,31-3-2025\n"
    assert verdicts(imports(planning, text)) == ["new"]
    assert people(planning)["Anna"]["state_since"] == "2025-03-30T22:00:00.000Z"
    assert verdicts(imports(planning, text)) == ["same"]
    assert verdicts(imports(planning, f"{head}Bram,{BRAM},geplaatst,lente\n")) == ["refused"]
    later = planning.client.patch(
        f"/api/v1/contacts/{ANNA}",
        json={"state": "ended", "state_since": "2026-01-01T00:00:00+01:00"},
        headers=planning.headers,
    )
    assert (later.json()["state"], later.json()["state_since"]) == (
        "ended",
        "2025-12-31T23:00:00.000Z",
    )
