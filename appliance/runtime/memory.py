"""Keeping the process small: on a Pi each thread would take a heap of its own."""

import ctypes
import ctypes.util

_M_ARENA_MAX = -8  # malloc.h of the GNU C library
_ARENAS = 2


def keep_small() -> None:
    """Lets all threads share two heaps of the C library instead of one each.

    Call it before the first thread starts. Where the C library is another, nothing happens.
    """
    libc = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
