"""People are taken in from files, and saved as files."""

from typing import Any

from tests.api.browser import Browser
from tests.api.office import Caller, Desk, Office
from tests.api.web.people_pages import ANNA, ENGLISH, NEW, contact, send


def test_a_file_is_looked_at_before_it_is_taken_in(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Each row has its verdict; what the columns are may be said; then the rest is taken in."""
    text = "Wie;Mobiel\r\nBüchner;06 87654322\r\nDirk;12\r\n"
    seen = sanne.client.post(
        "/people/import",
        files={"file": ("a.csv", text.encode("cp1252"))},
        data={"csrf": sanne.csrf, "branch": tilburg.branch_id},
        headers=ENGLISH,
    ).text
    assert "Büchner" in seen
    assert "is no telephone number" in seen
    assert office.count("contact") == 0
    again: dict[str, str | list[str]] = {
        "text": text,
        "column": ["office_name", "number"],
        "branch": tilburg.branch_id,
    }
    held = send(sanne, "/people/import", **again, do="take").text
    assert "It is done" not in held
    assert office.count("contact") == 0
    done = send(sanne, "/people/import", **again, do="take", partial="1").text
    assert "It is done" in done
    assert "Büchner" in sanne.get("/people").text
    assert send(sanne, "/people/import", text="").status_code == 422


def test_what_can_be_looked_at_can_be_taken_in(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """The second step carries a long file as UTF-8 with other ends of lines, so it is longer."""
    text = "Naam;Mobiel;Vrij\n" + "\n".join(f"Zoë;06 {each};{'é' * 90_000}" for each in range(11))
    text += f"\nBram;06 87654322;{'é' * 1_000}\n"
    steps: list[dict[str, Any]] = [
        {"files": {"file": ("a.csv", text.encode("cp1252"))}, "data": {}},
        {
            "files": {"text": (None, text.replace("\n", "\r\n"))},
            "data": {"do": "take", "partial": "1"},
        },
    ]
    for step in steps:
        step["data"] |= {"csrf": sanne.csrf, "branch": tilburg.branch_id}
        seen = sanne.client.post("/people/import", **step, headers=ENGLISH)
        assert seen.status_code == 200
    assert "It is done" in seen.text
    assert office.count("contact") == 1


def test_people_are_saved_as_files(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser, planning: Caller
) -> None:
    """Those of the table; no cell becomes a formula, and the import knows them again."""
    office.writes(ANNA, tilburg, name="=1+1")
    office.writes(NEW, breda, name="Van Breda")
    body = {"office_name": "Wit, Anna; de", "personnel_number": "@7", "fields": {"Shirt": "-L"}}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    saved = sanne.get("/people/export.csv", **ENGLISH)
    assert saved.headers["content-type"].startswith("text/csv")
    assert saved.content.startswith(b"\xef\xbb\xbfName;")
    _, anna, end = saved.text.split("\r\n")
    assert anna == (f"\"Wit, Anna; de\";'=1+1;'@7;'{ANNA};self;;;Shirt: -L;may be written to")
    assert end == ""
    headers = planning.headers | {"Content-Type": "text/csv"}
    again = planning.client.post(
        "/api/v1/contacts/import", content=saved.content, headers=headers
    ).json()["rows"]
    assert [each["verdict"] for each in again] == ["same"]
    card = sanne.get(f"/people/{contact(office, ANNA)}/card.vcf").text.split("\r\n")
    assert card[:2] == ["BEGIN:VCARD", "VERSION:3.0"]
    assert "FN:Wit\\, Anna\\; de" in card
    assert f"TEL;TYPE=CELL:{ANNA}" in card
    assert sanne.get("/people/export.vcf").text.count("BEGIN:VCARD") == 1
    assert sanne.get(f"/people/{contact(office, NEW)}/card.vcf").status_code == 404
