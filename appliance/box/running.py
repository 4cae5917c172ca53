"""How root's own programs run those of the machine: by fixed words, with a deadline."""

import os
import subprocess
from collections.abc import Sequence

from appliance.errors import SetupError

_DEADLINE_S = 20.0
_MOST_SAID = 200


def run(*words: str, stdin: str = "", within_s: float = _DEADLINE_S) -> str:
    """What it wrote. Raises SetupError, which never quotes what the program was given."""
    try:
        done = subprocess.run(
            words,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        )
    except subprocess.CalledProcessError as exc:
        said = exc.stderr.strip().partition("\n")[0][:_MOST_SAID]
        raise SetupError(f"{_named(words)} failed ({said}).") from exc
    except FileNotFoundError as exc:
        raise SetupError(f"{words[0]} is not on this machine.") from exc
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise SetupError(f"{_named(words)} could not be run.") from exc
    return done.stdout


def _named(words: Sequence[str]) -> str:
    return " ".join(words[:3])
