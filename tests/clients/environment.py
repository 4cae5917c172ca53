"""Where programs run that use the clients of others, unmodified: `tests/clients/programs/`."""

from pathlib import Path

CLIENTS = Path(__file__).parent
PYTHON = CLIENTS / ".venv" / "bin" / "python"
PROGRAMS = CLIENTS / "programs"
NODE_MODULES = CLIENTS / "node_modules"
