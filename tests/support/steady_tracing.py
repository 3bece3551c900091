"""Measuring coverage without hanging: what happens when threads end must not run Python code.

Under coverage each thread that ends leaves a greenlet behind, which the main thread frees in a pending call; the weak
dictionary of the tracer then runs its callback. CPython 3.11 spins for ever when a traced Python function is entered
there while the next thread ends. A callback in C enters no Python function.
"""

import weakref
from collections.abc import Mapping
from typing import Any


class SteadyWeakKeyDictionary(weakref.WeakKeyDictionary[Any, Any]):
    """A WeakKeyDictionary whose callback is a method in C."""

    def __init__(self, given: Mapping[Any, Any] | None = None) -> None:
        super().__init__(given)
        vars(self)["_remove"] = vars(self)["data"].__delitem__


def steady_tracing() -> None:
    """Let tracers of threads that begin from now on use it."""
    vars(weakref)["WeakKeyDictionary"] = SteadyWeakKeyDictionary
