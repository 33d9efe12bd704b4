"""A worker in a process of its own, on a pace that tests can wait for."""

from __future__ import annotations

from datetime import timedelta

from hansa.settings import load
from hansa.worker import work
from tests.builders.town import HASTY

if __name__ == "__main__":
    work(load(), every=timedelta(seconds=1), pace=HASTY)
