"""Runs `balie office run` in a child that may be killed, at the address of each line that comes in.

What takes long at a start is to load Balie; it is loaded here once, and each child is a fork.
"""

import os
import signal
import sys
from pathlib import Path

from appliance.runtime.office import run_office


def main() -> None:
    data = Path(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run_office(config=None, data=data, listen=line.strip())
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


main()
