"""Requests of people about their data, from the day on which they ask to the answer."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from tests.api.browser import Browser, log_in
from tests.api.full_person import fill
from tests.api.office import Desk, Office
from tests.api.person_rows import ANNA, FullPerson


@pytest.fixture
def anna(office: Office, tilburg: Desk) -> FullPerson:
    return fill(office, tilburg)


@pytest.fixture
def officer(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Olga", role="privacy", branch_id=tilburg.branch_id)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def takes(officer: Browser, contact: str, desk: Desk, **said: str) -> str:
    """The address of the new request."""
    form = {
        "contact": contact,
        "kind": "access",
        "asked_by": "Anna Achternaam",
        "asked_how": "mail",
        "asked_on": "2026-03-02",
        "branch": desk.branch_id,
        **said,
    }
    answer = officer.post("/privacy/requests/new", form, part=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def steps(office: Office) -> list[tuple[str, dict[str, object]]]:
    rows = office.store.read(
        lambda conn: conn.execute(
            "SELECT facts FROM event_log WHERE kind = 'privacy.request' ORDER BY seq"
        ).fetchall()
    )
    told = [json.loads(row["facts"]) for row in rows]
    return [(facts.pop("what"), facts) for facts in told]


def test_a_request_goes_from_the_question_to_the_answer(
    office: Office, tilburg: Desk, officer: Browser, anna: FullPerson
) -> None:
    """Each step is an event with ids and codes. The file leaves only when somebody has said how
    they made sure who asks.
    """
    address = takes(officer, anna.contact, tilburg, wish="Ook de foto's")
    page = officer.get(address).text
    assert "2 April 2026" in page
    assert "Ook de foto" in page
    refused = officer.post(f"{address}/file", part=False)
    assert refused.status_code == 409
    assert "made sure who asks" in refused.text
    assert officer.post(f"{address}/checked", {"how": "number"}).status_code == 204
    saved = officer.post(f"{address}/file", {"without": ["colleagues", "notes"]}, part=False)
    told = json.loads(zipfile.ZipFile(io.BytesIO(saved.content)).read("dossier.json"))
    assert told["about"]["left_out"] == ["colleagues", "notes"]
    assert told["about"]["made_by"] == "Olga"
    assert officer.post(f"{address}/done", {"outcome": "given"}).status_code == 204
    request_id = address.rpartition("/")[2]
    about = {"request": request_id}
    assert steps(office) == [
        ("taken", about | {"kind": "access"}),
        ("checked", about | {"how": "number"}),
        ("given", about | {"without": ["colleagues", "notes"]}),
        ("done", about | {"outcome": "given"}),
    ]
    page = officer.get(address).text
    assert "Names of colleagues, Notes that name others" in page
    assert officer.post(f"{address}/checked", {"how": "known"}, part=False).status_code == 409


def test_what_is_of_others_is_looked_at_before_it_is_left_out(
    tilburg: Desk, officer: Browser, anna: FullPerson
) -> None:
    """One by one, on the page of the request; what was chosen stays chosen."""
    address = takes(officer, anna.contact, tilburg)
    officer.post(f"{address}/checked", {"how": "number"})
    page = officer.get(address).text
    marks = {
        html.unescape(said): mark
        for mark, said in re.findall(
            r'name="without" value="(\w+:\w{12})">\s*<span><bdi>([^<]*)</bdi>', page
        )
    }
    assert {"Sanne", "Youssef"} <= marks.keys()
    assert any("Kaartje van Bram" in said for said in marks)
    looked = officer.post(f"{address}/preview", {"without": [marks["Sanne"]]}, part=False).text
    assert f'value="{marks["Sanne"]}" checked' in looked
    preview = looked[looked.index('id="preview"') : looked.index('id="answer"')]
    assert "Sanne" not in preview
    for each in ("left out: it is of somebody else", "Youssef *", "Kaartje van Bram"):
        assert each in preview
    chosen = {"without": [marks["Sanne"]], "language": "de"}
    saved = officer.post(f"{address}/file", chosen, part=False)
    assert '<option value="en" selected>' in looked
    pages = PdfReader(io.BytesIO(zipfile.ZipFile(io.BytesIO(saved.content)).read("dossier.pdf")))
    assert "Was über Anna Achternaam gespeichert ist" in pages.pages[0].extract_text()
    text = zipfile.ZipFile(io.BytesIO(saved.content)).read("dossier.json").decode()
    assert "Sanne" not in text
    assert "Youssef" in text
    assert "Left out: 1 of: Names of colleagues" in officer.get(address).text


def test_what_is_late_comes_first_and_is_counted(
    tilburg: Desk, officer: Browser, anna: FullPerson
) -> None:
    """A month by the calendar; it takes two more months, once, and only while it is not late."""
    early = takes(officer, anna.contact, tilburg, asked_on="2026-02-25", asked_by="De vroege")
    late = takes(officer, "", tilburg, asked_on="2026-02-01", asked_by="De late", kind="other")
    page = officer.get("/privacy").text
    assert page.index("De late") < page.index("De vroege")
    assert "1 request is late." in page
    assert "1 day late" in page
    refused = officer.post(f"{late}/longer", {"why": "Veel werk"}, part=False)
    assert refused.status_code == 409
    assert officer.post(f"{early}/longer", {"why": "Veel werk"}).status_code == 204
    assert "25 May 2026" in officer.get(early).text
    assert officer.post(f"{late}/done", {"outcome": "refused"}, part=False).status_code == 422
    form = {"outcome": "refused", "why": "Wij kennen niemand met die naam"}
    assert officer.post(f"{late}/done", form).status_code == 204
    assert "1 request is late." not in officer.get("/privacy").text


def test_a_request_says_who_asked_and_when(
    tilburg: Desk, officer: Browser, anna: FullPerson
) -> None:
    """Nothing is taken without these, or of a day to come; what was typed stays."""
    form = {"kind": "access", "asked_how": "mail", "branch": tilburg.branch_id, "wish": "Alles"}
    for wrong in ({"asked_by": " ", "asked_on": "2026-03-02"}, {"asked_by": "A", "asked_on": ""}):
        answer = officer.post("/privacy/requests/new", form | wrong, part=False)
        assert answer.status_code == 422
        assert "Alles" in answer.text
    tomorrow = {"asked_by": "A", "asked_on": "2026-03-03"}
    assert officer.post("/privacy/requests/new", form | tomorrow, part=False).status_code == 422


def test_the_file_stands_on_one_page(officer: Browser, anna: FullPerson) -> None:
    """With everything that the package holds; saving it there is noted without a request."""
    page = officer.get(f"/privacy/people/{anna.contact}").text
    for each in ("Anna Achternaam", "PX-4471", "Ik wil graag berichten", "Komt vaak te laat"):
        assert each in page
    for each in ("Nachtploeg", "Loods 4", "Beste Anna, helaas", "Sanne", "Tot maandag om zeven"):
        assert each in page
    assert "Bram in de groep" not in page
    saved = officer.post(f"/privacy/people/{anna.contact}/file", part=False)
    assert saved.headers["content-type"] == "application/zip"


def test_another_branchs_officer_finds_nothing(
    office: Office, tilburg: Desk, breda: Desk, officer: Browser, anna: FullPerson
) -> None:
    """Nor does a colleague who guards nobody's privacy: 404, and nothing is written."""
    address = takes(officer, anna.contact, tilburg)
    for role, desk in (("privacy", breda), ("staff", tilburg)):
        other = log_in(office, f"{role}-{desk.branch}", role=role, branch_id=desk.branch_id)
        before = office.count("event")
        for path in (address, f"/privacy/people/{anna.contact}"):
            assert other.get(path).status_code == 404
            assert other.post(f"{path}/file", part=False).status_code == 404
        for what in ("checked", "done", "longer", "reopen"):
            form = {"how": "number", "outcome": "given", "why": "x"}
            assert other.post(f"{address}/{what}", form, part=False).status_code == 404
        assert other.get(f"/privacy/requests/new?contact={anna.contact}").status_code == 404
        assert office.count("event") == before
        assert ANNA[1:] not in other.get("/privacy").text
        other.client.close()
