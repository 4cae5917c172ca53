"""The CSV of consent from elsewhere: which rows are taken, and what is said of the others."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.desk.consent.consent_import import read_rows
from appliance.errors import InvalidInput
from appliance.identities import tel

NOW_MS = 1_772_440_200_000
"""2 March 2026."""
HEADING = "number,source,date,wording\n"
ROW = "0612345678,Contract,2025-11-03,Ik wil sms over werk\n"


def test_a_row_is_a_record() -> None:
    """It has the number, source, date and wording that the proof needs."""
    (row,) = read_rows(HEADING + ROW, now_ms=NOW_MS)
    assert row.identity == tel("+31612345678")
    assert (row.proof.source, row.proof.words) == ("Contract", "Ik wil sms over werk")
    assert row.proof.given_ms == 1_762_128_000_000


@pytest.mark.parametrize(
    "text",
    [
        "Number;Source;Date;Wording;X\r\n0612345678;Contract;03-11-2025;Ik wil sms over werk;\r\n",
        HEADING + ROW.replace("0612345678", "\u202a06\u201312345678\u202c"),
        'date,wording,source,number\n2025-11-03,"Ik wil sms\nover werk",Contract,+31 6 12345678\n',
    ],
)
def test_as_offices_save_it(text: str) -> None:
    """Semicolons, columns in any order, extra columns, quotes over several lines, Dutch dates."""
    assert read_rows(text, now_ms=NOW_MS) == read_rows(HEADING + ROW, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("", "number", "heading lacks"),
        ("number,source,date\n", "wording", "heading lacks"),
        (HEADING + "06,Contract,2025-11-03,Ja\n", "number", "Line 2"),
        (HEADING + ROW + "0612345679,,2025-11-03,Ja\n", "source", "Line 3"),
        (HEADING + "0612345678,Contract,2025-11-03, \n", "wording", "empty"),
        (HEADING + "0612345678,Contract,2025-11-03\n", "wording", "empty"),
        (HEADING + "0612345678,Contract,vorig jaar,Ja\n", "date", "not a date"),
        (HEADING + "0612345678,Contract,2027-01-01,Ja\n", "date", "future"),
        (HEADING + f"0612345678,Contract,2025-11-03,{'x' * 2001}\n", "wording", "at most"),
        (HEADING + '0612345678,"Contract,2025-11-03,Ja\n', "file", "not CSV"),
    ],
)
def test_without_a_full_record_nothing_is_taken(text: str, field: str, says: str) -> None:
    """The sentence names the line and the column."""
    with pytest.raises(InvalidInput, match=says) as wrong:
        read_rows(text, now_ms=NOW_MS)
    assert wrong.value.field == field


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BALIE_DATA", str(tmp_path / "data"))
    return tmp_path


def balie(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_verb_says_what_became_of_each(data: Path) -> None:
    """New numbers, known numbers, and those who asked to stop; the stop stays."""
    balie("branch", "add", "Utrecht")
    balie("line", "add", "--branch", "Utrecht", "--number", "+31687654321", "--adb", "R58M123")
    file = data / "consent.csv"
    file.write_text(HEADING + ROW + ROW.replace("678,", "679,"), encoding="utf-8-sig")
    words = ("consent", "import", str(file), "--line", "06 87654321", "--json")
    assert json.loads(balie(*words).stdout) == {"added": 2, "known": 0, "withdrawn": 0}
    objected = balie("consent", "object", "0612345679", "--words", "Belde op", "--json")
    assert json.loads(objected.stdout) == {"number": "+31612345679", "cancelled": 0}
    assert json.loads(balie(*words).stdout) == {"added": 0, "known": 1, "withdrawn": 1}


def test_the_verb_names_what_is_wrong(data: Path) -> None:
    """No file, a file that is no text, an unknown line, an unknown person."""
    file = data / "consent.csv"
    missing = balie("consent", "import", str(file), "--line", "+31687654321")
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (1, True)
    file.write_bytes(b"number\xff")
    assert "not UTF-8" in balie("consent", "import", str(file), "--line", "x").stderr
    file.write_text(HEADING + ROW)
    assert "no such line" in balie("consent", "import", str(file), "--line", "x").stderr
    unknown = balie("consent", "object", "0612345679", "--words", "x")
    assert (unknown.exit_code, "no such contact" in unknown.stderr) == (1, True)


def test_today_is_no_future_after_midnight() -> None:
    """At half past midnight in Amsterdam it is still yesterday in UTC."""
    half_past_ms = int(datetime(2026, 6, 14, 22, 30, tzinfo=UTC).timestamp() * 1000)
    (row,) = read_rows(HEADING + "0612345678,Contract,2026-06-15,Ja\n", now_ms=half_past_ms)
    assert row.proof.given_ms == half_past_ms
