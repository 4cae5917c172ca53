"""Turns of the interpreter; asked of a process of its own, because they are the whole process's."""

import subprocess
import sys

_BEFORE_AND_AFTER = """
import sys
from appliance.runtime.turns import take_short_turns
before = sys.getswitchinterval()
take_short_turns()
print(sys.getswitchinterval() / before)
"""


def test_a_thread_that_computes_lets_others_come_sooner() -> None:
    """Its turn is a small part of what Python gives it."""
    said = subprocess.check_output([sys.executable, "-c", _BEFORE_AND_AFTER], text=True)
    assert float(said) < 0.2
