"""The copy of the keeper that does the update, and becoming it.

From that moment no file of the version that runs is needed any more.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from appliance.box import keeper
from appliance.box.keeper.disk import sync_folder

FOLDER = "keeper"
_RUN = """\
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from appliance.box.keeper.entry import main  # noqa: E402

sys.exit(main(HERE.parent, sys.argv[1:]))
"""


def lay_out(folder: Path) -> Path:
    """The program of the copy; while nothing is under way. Raises OSError."""
    new, there = folder / f"{FOLDER}.new", folder / FOLDER
    shutil.rmtree(new, ignore_errors=True)
    inside = new / "appliance" / "box" / "keeper"
    inside.mkdir(parents=True)
    for path in sorted(Path(keeper.__file__).parent.glob("*.py")):
        shutil.copyfile(path, inside / path.name)
    for package in (inside.parent, inside.parent.parent):
        (package / "__init__.py").touch()
    (new / "run").write_text(_RUN, "utf-8")
    _sync(new)
    shutil.rmtree(there, ignore_errors=True)
    new.rename(there)
    sync_folder(folder)
    return there / "run"


def become(folder: Path, verb: str, *options: str) -> NoReturn:
    """This process is the keeper from now on: `-I` keeps it from everything that is installed for
    Balie or for the user.
    """
    run = str(folder / FOLDER / "run")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-I", run, verb, *options])  # noqa: S606 -- ours


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
    sync_folder(folder)
