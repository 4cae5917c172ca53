"""The document of the API, as programs read it that others wrote."""

import compileall
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.office import Caller, Office
from tests.clients.environment import CLIENTS, PROGRAMS, PYTHON
from tests.clients.fuzz_count import fell_short, fuzzed, with_what_they_take
from tests.clients.fuzz_office import NUMBER, PEOPLE, fuzz_office
from tests.clients.fuzzing import command

Served = tuple[Office, Caller]
FEW = ("/api/v1/lines", "/api/v1/messages", "/api/v1/contacts", "/api/v1/lists/send")
"""Where programs send and read most; `scripts/fuzz` tries every route."""
SHARE = 15


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with fuzz_office() as served:
        yield served


def test_a_client_that_is_made_of_it_works(served: Served, tmp_path: Path) -> None:
    """It is generated without a warning, compiles, and sends and reads."""
    office, caller = served
    document = tmp_path / "openapi.json"
    document.write_bytes(office.client.get("/api/v1/openapi.json").content)
    made = subprocess.run(
        [
            CLIENTS / ".venv" / "bin" / "openapi-python-client",
            "generate",
            f"--path={document}",
            f"--config={CLIENTS / 'openapi_python_client.yml'}",
            f"--output-path={tmp_path / 'made'}",
            "--fail-on-warning",
            "--meta=none",
            "--overwrite",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{CLIENTS / '.venv' / 'bin'}:{os.environ['PATH']}"},
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stdout
    (tmp_path / "made").rename(tmp_path / "balie_client")
    assert compileall.compile_dir(tmp_path / "balie_client", quiet=1)
    program = [str(PYTHON), str(PROGRAMS / "generated.py"), str(tmp_path)]
    done = subprocess.run(
        [*program, office.url, caller.token.token, NUMBER, next(iter(PEOPLE))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_it_says_what_is_accepted_and_refused(served: Served, tmp_path: Path) -> None:
    """The same few hundred requests each time, and of no operation fewer than were asked for."""
    office, caller = served
    picked = [f"--include-path={path}" for path in FEW]
    bounded = ("--phases=examples,fuzzing", f"--max-examples={SHARE}", "--seed=1", "--no-shrink")
    report = tmp_path / "events.ndjson"
    told = f"--report-ndjson-path={report}"
    done = subprocess.run(
        command(office.url, caller.token.token, *picked, *bounded, told),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    counted = fuzzed(report)
    assert {label.split(" ", 1)[1] for label in counted} == set(FEW)
    assert not fell_short(counted, _document(office), FEW, SHARE)
    assert set(fell_short(counted, _document(office), FEW, 10 * SHARE)) == counted.keys()


def test_an_operation_that_ended_early_is_tried_again_with_what_it_takes(served: Served) -> None:
    """The lists that it belongs to have the ids; what takes nothing needs one request. Of what was
    left out there were none.
    """
    document = _document(served[0])
    cancel = "POST /api/v1/rounds/{round_id}/cancel"
    counted = Counter({"GET /healthz": 1, "GET /api/v1/labels": 15, cancel: 11})
    paths = ["/healthz", "/readyz", cancel.split(" ")[1]]
    short = fell_short(counted, document, paths, 15)
    assert short == {"GET /readyz": 0, cancel: 11}
    short = fell_short(counted, document, paths[2:], 15)
    lists = ["GET /api/v1/rounds", "POST /api/v1/rounds"]
    assert with_what_they_take(short, document) == [*lists, cancel]


def _document(office: Office) -> dict[str, Any]:
    document: dict[str, Any] = office.client.get("/api/v1/openapi.json").json()
    return document
