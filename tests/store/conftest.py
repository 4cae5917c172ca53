"""A fresh store for each test that brings none of its own."""

from tests.queue.conftest import clock, counter, store

__all__ = ["clock", "counter", "store"]
