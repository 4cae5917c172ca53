"""`balie people import` and `export`: by the rules of the page, on a data directory."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import SystemClock
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import past
from appliance.store import branches
from appliance.store.store import Store

HEAD = "Naam;Mobiel;Personeelsnummer\n"
ANNA = "Anna de Vries;06-87654321;0012\n"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("BALIE_DATA", str(tmp_path / "data"))
    held = Store(tmp_path / "data" / "balie.db", SystemClock())
    held.write(lambda tx: branches.add_branch(tx, "Utrecht"))
    yield held
    held.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mensen.csv"
    path.write_text(HEAD + ANNA, encoding="cp1252")
    return path


def balie(*words: object) -> Result:
    return CliRunner().invoke(app, ["people", *map(str, words)])


def told(*words: object, status: int = 0) -> dict[str, Any]:
    done = balie(*words, "--json")
    assert (done.exit_code, done.stderr) == (status, "")
    return dict(json.loads(done.stdout))


def verdicts_of(answer: dict[str, Any]) -> list[str]:
    return [each["verdict"] for each in answer["rows"]]


def people(store: Store) -> int:
    return store.read(lambda conn: int(conn.execute("SELECT count(*) FROM contact").fetchone()[0]))


def test_a_dry_run_says_what_each_row_would_do(store: Store, file: Path) -> None:
    dry = told("import", file, "--branch", "Utrecht", "--dry-run")
    assert (verdicts_of(dry), dry["written"], people(store)) == (["new"], False, 0)


def test_people_are_taken_in_once_and_the_history_says_how(store: Store, file: Path) -> None:
    """A second time nothing is new."""
    first = told("import", file, "--branch", "Utrecht")
    assert (verdicts_of(first), first["written"], people(store)) == (["new"], True, 1)
    assert verdicts_of(told("import", file)) == ["same"]
    contact_id = first["rows"][0]["contact"]
    asked = past.PastAsked(contact=contact_id, after=None, limit=9)
    entries = store.read(lambda conn: past.past(conn, Sight(None), asked))
    assert [each.by for each in entries] == ["console"]


def test_a_row_that_nobody_can_decide_holds_up_all(store: Store, file: Path) -> None:
    """Status 1 says so, dry or not; with --partial the others come in."""
    file.write_text(HEAD + "Bram;niets;\n" + ANNA)
    for dry in ((), ("--dry-run",)):
        held = told("import", file, *dry, status=1)
        assert (verdicts_of(held), held["written"]) == (["refused", "new"], False)
    assert people(store) == 0
    assert "06-12345678" in balie("import", file).stdout
    assert verdicts_of(told("import", file, "--partial")) == ["refused", "new"]
    assert people(store) == 1


def test_columns_that_nobody_knows_are_named(file: Path) -> None:
    file.write_text("Wie;Bereikbaar\nAnna;0687654321\n")
    assert "No column has a number" in balie("import", file).stderr
    said = ("--mapping", "Bereikbaar=number", "--mapping", "Wie=name", "--dry-run")
    assert verdicts_of(told("import", file, *said)) == ["new"]
    assert "COLUMN=WHAT" in balie("import", file, "--mapping", "Wie").stderr
    assert balie("import", file.with_name("nergens.csv")).exit_code == 1


def test_what_is_saved_is_read_again(store: Store, file: Path, tmp_path: Path) -> None:
    """A table, or cards; private, and never over another file."""
    told("import", file)
    saved, cards = tmp_path / "uit.csv", tmp_path / "uit.vcf"
    assert told("export", "--to", saved)["people"] == 1
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert verdicts_of(told("import", saved)) == ["same"]
    again = balie("export", "--to", saved)
    assert (again.exit_code, "there already" in again.stderr) == (1, True)
    told("export", "--to", cards)
    assert "FN:Anna de Vries" in cards.read_text("utf-8")


def test_a_folder_is_watched_from_the_console(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only one that is there below the config's; with whose it is, and until it is left."""
    (tmp_path / "exports" / "salaris").mkdir(parents=True)
    assert "import_folder" in balie("watch", "--folder", "salaris").stderr
    monkeypatch.setenv("BALIE_IMPORT_FOLDER", str(tmp_path / "exports"))
    assert told("folders") == {"watched": [], "others": ["salaris"]}
    watched = told("watch", "--folder", "salaris", "--branch", "Utrecht", "--most", 10)
    assert (watched["branch"], watched["most_percent"]) == ("Utrecht", 10)
    assert "watched already" in balie("watch", "--folder", "salaris").stderr
    assert told("folders") == {"watched": [watched], "others": []}
    told("leave", "--folder", "salaris")
    assert told("folders") == {"watched": [], "others": ["salaris"]}
