"""schemathesis against a running Balie: `python -m tests.clients.fuzzing [--url U --token T]`.

Without an address it starts a Balie of its own, with something in every list.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from tests.clients.environment import CLIENTS
from tests.clients.fuzz_office import fuzz_office

EXAMPLES = 20_000
OPERATIONS = 110
"""So many are there, about: schemathesis counts its examples for each."""
SEED = 20_260_302
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
        "--request-timeout=60",  # the file of an archive is waited for, on a busy machine longer
        *more,
    ]


def main(said: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of a Balie that runs; its data are changed and removed")
    parser.add_argument("--token", default="", help="one with all scopes")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="over all routes")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args(said)
    more = (
        f"--max-examples={max(1, given.examples // OPERATIONS)}",
        f"--seed={given.seed}",
        f"--workers={given.workers}",
    )
    if given.url:
        return subprocess.run(command(given.url, given.token, *more), check=False).returncode
    with fuzz_office() as (office, caller):
        started = command(office.url, caller.token.token, *more)
        return subprocess.run(started, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
