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

    What is large goes back to the system when it is freed: left to itself the library moves that
    limit up with each such block, and the 19 MiB of the first log-in would stay for good. Call it
    before the first thread starts. Where the C library is another, nothing happens.
    """
    libc = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
