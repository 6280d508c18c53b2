"""The cyclic garbage collector, off for work that ends with the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Switches the collector off. What is read of a project stays until the end: to scan it again and again took a
    quarter of the time over 5,000 roles, and freed nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
