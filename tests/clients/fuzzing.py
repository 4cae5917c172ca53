"""schemathesis against a running Balie: `python -m tests.clients.fuzzing [--url U --token T]`.

Without an address it starts a Balie of its own, with something in every list.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.clients.environment import CLIENTS
from tests.clients.fuzz_count import fell_short, fuzzed, with_what_they_take
from tests.clients.fuzz_office import fuzz_office

EXAMPLES = 20_000
OPERATIONS = 110
"""So many are there, about: schemathesis counts its examples for each."""
SEED = 20_260_302
TURNS = 60
"""At most; each further one is over operations that ended before they had their share."""
AGAIN = 40
"""Examples of a further turn; what ends early seldom has more."""
STREAM = "/api/v1/events"
"""It does not end, so no answer of it can be waited for."""
PROGRAM = CLIENTS / ".venv" / "bin" / "schemathesis"


def command(url: str, token: str, *more: str) -> list[str]:
    """All checks on every route but the stream."""
    return [
        str(PROGRAM),
        f"--config-file={CLIENTS / 'schemathesis.toml'}",
        "run",
        f"{url}/api/v1/openapi.json",
        "--checks=all",
        f"--header=Authorization: Bearer {token}",
        f"--exclude-path={STREAM}",
        "--continue-on-failure",
        "--warnings=off",
        "--no-color",
        "--wait-for-schema=60",
        # The file of an archive is waited for, on a busy machine longer.
        "--request-timeout=60",
        "--max-response-time=60",
        *more,
    ]


def main(said: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of a Balie that runs; its data are changed and removed")
    parser.add_argument("--token", default="", help="one with all scopes")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="over all routes")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--path", action="append", default=[], help="only this route; may be again")
    given = parser.parse_args(said)
    if given.url:
        return _fuzz(given.url, given.token, given)
    with fuzz_office() as (office, caller):
        return _fuzz(office.url, caller.token.token, given)


def _fuzz(url: str, token: str, given: argparse.Namespace) -> int:
    """Turns until each operation had its share: all of them first, then those that fell short."""
    share = max(1, given.examples // OPERATIONS)
    document = httpx.get(f"{url}/api/v1/openapi.json", timeout=60).json()
    picked = [f"--max-examples={share}", *(f"--include-path={path}" for path in given.path)]
    paths = given.path or [path for path in document["paths"] if path != STREAM]
    counted: Counter[str] = Counter()
    failed = 0
    for turn in range(TURNS):
        asked = (f"--seed={given.seed + turn}", f"--workers={given.workers}", *picked)
        code, made = _turn(command(url, token, *asked))
        failed |= code
        counted += made
        short = fell_short(counted, document, paths, share)
        if not short:
            break
        names = (f"--include-name={each}" for each in with_what_they_take(short, document))
        picked = ["--phases=fuzzing", f"--max-examples={min(share, AGAIN)}", *names]
    said = [f"Fuzzed {len(counted)} operations with {counted.total()} examples."]
    said += [f"Fell short: {label} had {had} of {share}." for label, had in short.items()]
    sys.stdout.write("\n".join(said) + "\n")
    return failed or int(bool(short))


def _turn(started: list[str]) -> tuple[int, Counter[str]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "events.ndjson"
        ended = subprocess.run([*started, f"--report-ndjson-path={report}"], check=False)
        return ended.returncode, fuzzed(report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
