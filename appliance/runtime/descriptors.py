"""How many files and sockets this process may have open."""

import resource

WANTED = 4096
"""Pages, the store, adb and serial ports need less than 1,000 together, and the limit of `[web]`
sees to it: pyserial waits by select(2), which knows no descriptor above 1,023.
"""


def allow_descriptors() -> int:
    """Asks for as many as the system grants, and says how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return WANTED
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # a unit that forbids it sets the limit itself
        return soft
    return wanted
