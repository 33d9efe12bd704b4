"""Every table the code declares, for comparing with the database."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from sqlalchemy import MetaData

import domain
import partners
from domain.storage import Row


def every_table() -> MetaData:
    """The tables of all contexts: each models.py and …_models.py is found, so that none can be forgotten."""
    for floor in (domain, partners):
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            if module.name.endswith("models"):
                import_module(module.name)
    return Row.metadata
