"""Other programs, run one at a time; what fails ends the building with one sentence."""

import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path


class Stop(Exception):
    """Nothing more can be done; the sentence says what to do about it."""


def say(program: str, sentence: str) -> None:
    sys.stderr.write(f"{program}: {sentence}\n")
    sys.stderr.flush()


def with_processes(root: Path, *command: str | Path) -> tuple[str | Path, ...]:
    """The command in another root that has /proc there; that is mounted in a view of its own, which
    ends with it.
    """
    script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    return ("unshare", "--mount", "sh", "-ec", script, root, *command)


def env_of(epoch: int) -> Mapping[str, str]:
    """For programs that note when they wrote something: they note this time, so equal builds are
    equal. `LC_ALL`: some names of files are no ASCII. `MTOOLS_SKIP_CHECK`: of the geometry, which
    no card has.
    """
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    told = {"PATH": path, "LC_ALL": "C.UTF-8", "MTOOLS_SKIP_CHECK": "1"}
    return {**told, "SOURCE_DATE_EPOCH": str(epoch)}


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    said: bytes | None = None,
    log: Path | None = None,
    well: Collection[int] = (0,),
) -> bytes:
    """What it printed. Its errors go to `log`, where one is given; `well` are the statuses with
    which it ends when it has done its work. Raises Stop.
    """
    words = [str(each) for each in command]
    try:
        done = subprocess.run(
            words,
            env=None if env is None else dict(env),
            input=said if said is not None else b"",
            capture_output=True,
            check=False,
        )
    except OSError as exc:
        raise Stop(f"{words[0]} could not be started: {exc.strerror}.") from exc
    if log is not None:
        with log.open("ab") as file:
            file.write(done.stderr)
    if done.returncode not in well:
        last = done.stderr.decode("utf-8", "replace").strip()[-600:]
        raise Stop(f"{' '.join(words)[:200]} failed with status {done.returncode}:\n{last}")
    return done.stdout
