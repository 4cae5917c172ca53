"""Keeping the process small: on a Pi each thread would take a heap of its own."""

import ctypes
import ctypes.util

# malloc.h of the GNU C library
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_ARENAS = 2
_LARGE_BYTES = 128 * 1024


def keep_small() -> None:
    """Lets all threads share two heaps of the C library instead of one each.

    Large blocks go back to the system when they are freed. By default the library raises its limit
    for them with each such block, and would keep the 19 MiB of the first log-in for good. Call it
    before the first thread starts. With another C library nothing happens.
    """
    libc = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
