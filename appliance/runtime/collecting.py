"""When Python looks for objects that nobody needs any more and that name each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Not while Balie loads its modules, until `settle`: almost all that is made then stays, and
    looking through it again and again was a good part of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """Looks once, and from then on only through what is made later: what is loaded by now stays
    until the process ends. Each full look walked over it and stopped every answer for 40 ms.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
