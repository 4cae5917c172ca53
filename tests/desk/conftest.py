"""The counter of the queue's tests, for those of the desk."""

from tests.queue.conftest import clock, counter, store

__all__ = ["clock", "counter", "store"]
