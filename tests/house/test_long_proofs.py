"""What the tests try a sample of is tried in full by `scripts/proofs`."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
NAME = "IN_FULL"


def test_a_file_with_a_sample_has_a_test_that_scripts_proofs_finds() -> None:
    files = [path for path in TESTS.rglob("test_*.py") if ".venv" not in path.parts]
    texts = {path.name: path.read_text("utf-8") for path in files if path != Path(__file__)}
    sampled = {name for name, text in texts.items() if f"import {NAME}" in text}
    marked = {name for name, text in texts.items() if "@pytest.mark.proof" in text}
    assert sampled == marked
    assert "test_crash_points.py" in sampled
