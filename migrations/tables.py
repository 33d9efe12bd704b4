"""Every table the domain declares, for comparing with the database."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from sqlalchemy import MetaData

import domain
from domain.storage import Row


def every_table() -> MetaData:
    """The tables of all contexts: each context's models.py is found, so that none can be forgotten."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if module.name.rpartition(".")[2] == "models":
            import_module(module.name)
    return Row.metadata
