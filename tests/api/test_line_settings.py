"""A setting of a line is on the page, on the command line and in the API."""

import re
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.api.json import office_bodies
from appliance.desk.lines import new_line
from appliance.desk.lines.setting_fields import FIELDS, rows_of
from appliance.messages import MessageClass
from appliance.store import lines
from appliance.store.line_settings import DEFAULT_SETTINGS, LineSettings
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ENGLISH = {"accept-language": "en"}
EVERY = tuple(LineSettings.model_fields)
OTHERWISE = LineSettings(
    fallback_after_min=3,
    fallback_classes=DEFAULT_SETTINGS.fallback_classes - {MessageClass.AUTOMATIC},
    call_answer="Bel {branch}.",
    credit_warn_cents=250,
    without_files="(zonder bijlage)",
    after_done="Hoe hielpen we je, van 1 tot 5?",
)


@pytest.fixture
def manager(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """Manages the devices of a branch whose line falls back on a modem."""
    office.store.write(lambda tx: new_line.add_fallback(tx, tilburg.line_id, "/dev/ttyUSB0"))
    browser = log_in(office, "Marit", role="branch-it", branch_id=tilburg.branch_id)
    yield browser
    browser.client.close()


def form_of(page: str) -> dict[str, str]:
    """The form as a browser sends it when nobody touches it; boxes that are not ticked are left
    out.
    """
    inputs = re.findall(r"<input[^>]*>", page)
    said = dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)<', page))
    for each in inputs:
        about = dict(re.findall(r'(\w+)="([^"]*)"', each))
        if "name" not in about:
            continue
        if about.get("type") != "checkbox" or " checked" in each:
            said[about["name"]] = about["value"]
    return said


def settings(office: Office, desk: Desk) -> LineSettings:
    return office.store.read(lambda conn: lines.line(conn, desk.line_id)).settings


def test_every_setting_has_one_field_in_the_table() -> None:
    assert tuple(field.name for field in FIELDS) == EVERY


@pytest.mark.parametrize("name", EVERY)
def test_every_setting_is_asked_for_on_the_page(manager: Browser, name: str) -> None:
    """In a field of its own, with a label."""
    page = manager.get("/devices", **ENGLISH).text
    assert len(re.findall(rf'<(?:input|textarea)[^>]*\sname="{name}"', page)) == 1
    (field,) = (each for each in FIELDS if each.name == name)
    assert field.label in page


def test_every_setting_is_an_option_of_the_command_line() -> None:
    """With its help, and with a row in the list."""
    shown = CliRunner().invoke(app, ["line", "set", "--help"], env={"COLUMNS": "200"}).stdout
    for field in FIELDS:
        assert all(name in shown for name in field.option.split("/"))
        assert field.help in shown
        other = DEFAULT_SETTINGS.model_copy(
            update={field.name: getattr(OTHERWISE, field.name)},
        )
        assert rows_of(other) != rows_of(DEFAULT_SETTINGS), field.name


def test_every_setting_is_told_to_other_software(planning: Caller, tilburg: Desk) -> None:
    """As it is kept, and documented with what it says."""
    (line,) = planning.get("/lines").json()["items"]
    assert tuple(line["settings"]) == EVERY
    office_bodies.LineOut.model_validate(line)
    document = planning.client.get("/api/v1/openapi.json").json()
    documented = document["components"]["schemas"]["LineSettings"]["properties"]
    assert tuple(documented) == EVERY
    assert all(each["description"] for each in documented.values())


def test_a_form_that_nobody_touched_changes_nothing(
    office: Office, manager: Browser, tilburg: Desk
) -> None:
    form = form_of(manager.get("/devices").text)
    events = office.count("event")
    assert manager.post(f"/lines/{tilburg.line_id}/settings", form).status_code == 204
    assert (settings(office, tilburg), office.count("event")) == (DEFAULT_SETTINGS, events)


def test_two_forms_that_were_open_at_once_both_count(
    office: Office, manager: Browser, tilburg: Desk
) -> None:
    """Each changes what its reader changed in it, and nothing back to what it was."""
    one, other = (form_of(manager.get("/devices").text) for _ in range(2))
    address = f"/lines/{tilburg.line_id}/settings"
    manager.post(address, one | {"fallback_after_min": "3", "credit_warn_cents": "2,50"})
    manager.post(address, other | {"call_answer": "Bel\r\nons.", "fallback_classes": "true"})
    found = settings(office, tilburg)
    assert (found.fallback_after_min, found.credit_warn_cents) == (3, 250)
    assert found.call_answer == "Bel\nons."
    assert {each.value for each in found.fallback_classes} >= {"list", "reply"}
    form = form_of(manager.get("/devices").text)
    without = {name: value for name, value in form.items() if name != "fallback_classes"}
    manager.post(address, without | {"credit_warn_cents": ""})
    assert settings(office, tilburg) == LineSettings(fallback_after_min=3, call_answer="Bel\nons.")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("credit_warn_cents", "veel", "Write the amount in euros"),
        ("fallback_after_min", "", "Write a number of minutes"),
        ("fallback_after_min", "20000", "Write a number of minutes"),
        ("call_answer", "x" * 1_600, "too long for SMS"),
    ],
)
def test_what_a_line_cannot_do_is_said(
    office: Office, manager: Browser, tilburg: Desk, name: str, value: str, said: str
) -> None:
    """In a sentence of the page; nothing else of the form is kept either."""
    form = form_of(manager.get("/devices", **ENGLISH).text)
    wrong = form | {"fallback_classes": "true", name: value}
    headers = {"X-CSRF-Token": manager.csrf, **ENGLISH}
    answer = manager.client.post(f"/lines/{tilburg.line_id}/settings", data=wrong, headers=headers)
    assert answer.status_code == 422
    assert said in answer.text
    assert settings(office, tilburg) == DEFAULT_SETTINGS
