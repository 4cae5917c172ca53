"""What a log-in costs is given back; asked of a process of its own, as the C library is one."""

import re
import subprocess
import sys

_LOG_IN = """
from pathlib import Path
from appliance.desk.access.passwords import hash_password
from appliance.runtime.memory import keep_small
keep_small()
for _ in range(3):
    hash_password("de balie is open")
status = Path("/proc/self/status").read_text()
print(status)
"""


def test_the_memory_of_a_log_in_goes_back_to_the_system() -> None:
    """The hash takes 19 MiB while it is computed, and nothing afterwards."""
    said = subprocess.check_output([sys.executable, "-c", _LOG_IN], text=True)
    sizes = {name: int(size) for name, size in re.findall(r"(Vm\w+):\s+(\d+) kB", said)}
    assert sizes["VmHWM"] - sizes["VmRSS"] > 15 * 1024
