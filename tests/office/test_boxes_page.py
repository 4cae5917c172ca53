"""Head office's page of its boxes, and that it offers nothing that only a box has."""

import re
from collections.abc import Iterator

import pytest

from appliance.office.head import inviting
from appliance.office.invitation import OfficeInvitation
from tests.api.browser import Browser, log_in
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox


@pytest.fixture
def admin(office: HeadOffice) -> Iterator[Browser]:
    browser = log_in(office, "Marit Hoekstra", role="admin", branch_id=None)
    yield browser
    browser.client.close()


def test_every_link_of_a_page_leads_to_a_page(office: HeadOffice, admin: Browser) -> None:
    """A head office has no lists, devices or branches' settings, and names none."""
    for page in ("/", "/boxes", "/me", "/settings/team", "/settings/tokens"):
        answer = admin.get(page)
        assert answer.status_code == 200, page
        for link in set(re.findall('(?:href|src|hx-get)="(/(?!static)[^"#]*)', answer.text)):
            found = admin.get(link)
            assert found.is_redirect or found.status_code == 200, (page, link)


def test_a_box_is_invited_seen_and_struck_off(
    office: HeadOffice, admin: Browser, tilburg: PlainBox
) -> None:
    tilburg.push_all()
    office.head.upkeep.look()
    shown = admin.get("/boxes").text
    assert "Tilburg" in shown
    about = f"/boxes/{tilburg.box}"
    refused = admin.post("/boxes/invite", {"name": "Breda"}, part=False)
    assert refused.status_code == 422
    assert "Geen box zou het hoofdkantoor vinden" in refused.text
    office.store.write(lambda tx: inviting.note_url(tx, office.url))
    made = admin.post("/boxes/invite", {"name": "Breda"}, part=False)
    token = re.search("balie-office-1[.][A-Za-z0-9_-]+", made.text)
    assert token
    assert OfficeInvitation.from_token(token[0]).url == office.url
    assert "Nodig Tilburg opnieuw uit" in made.text
    again = admin.post("/boxes/invite", {"box": tilburg.box}, part=False)
    token = re.search("balie-office-1[.][A-Za-z0-9_-]+", again.text)
    assert token
    assert OfficeInvitation.from_token(token[0]).box == tilburg.box
    assert admin.post("/boxes/invite", {"box": "x"}, part=False).status_code == 404
    assert admin.post(f"{about}/strike-off", {"typed": "strike"}, part=False).status_code == 422
    assert tilburg.push().status_code == 200
    assert admin.post(f"{about}/strike-off", {"typed": "STRIKE OFF"}, part=False).is_redirect
    assert tilburg.push().status_code == 401
    assert "Tilburg" not in admin.get("/boxes").text


def test_a_box_that_is_held_is_taken_in_again(
    office: HeadOffice, admin: Browser, tilburg: PlainBox
) -> None:
    assert tilburg.push_raw(b"x").status_code == 422
    assert tilburg.push().status_code == 422
    assert "Er wordt niets van overgenomen" in admin.get("/boxes").text
    assert admin.post(f"/boxes/{tilburg.box}/settle", part=False).is_redirect
    assert tilburg.push().status_code == 200


@pytest.mark.parametrize("path", ["/boxes/invite", "/boxes/privacy", "/boxes/x/settle"])
def test_only_who_manages_all_devices_sees_the_boxes(office: HeadOffice, path: str) -> None:
    lead = log_in(office, "Joris Lead", role="lead", branch_id=None)
    assert "/boxes" not in lead.get("/").text
    assert lead.get("/boxes").status_code == 404
    assert lead.post(path, {"privacy": "all"}).status_code == 404
    lead.client.close()


def test_a_wall_shows_which_box_is_not_well_and_names_nobody(
    office: HeadOffice, admin: Browser, tilburg: PlainBox, breda: PlainBox
) -> None:
    for each in (tilburg, breda):
        each.push_all()
    breda.push_raw(b"x")
    office.head.upkeep.look()
    wall = admin.get("/boxes?wall=1").text
    assert 'data-place="wall"' in wall
    assert re.search(r"<strong>1</strong> van 2 boxen", wall)
    names = re.findall(r"<li class=\"(\w*)\" dir=\"auto\">\s*<strong>(\w+)", wall)
    assert names == [("bad", "Breda"), ("", "Tilburg")]
    assert "stilgezet" in wall
    part = admin.get("/boxes?wall=1", **{"HX-Request": "true"}).text
    assert "<html" not in part
    assert "wall-boxes" in part
    lead = log_in(office, "Joris Lead", role="lead", branch_id=None)
    assert lead.get("/boxes?wall=1").status_code == 404
    lead.client.close()
