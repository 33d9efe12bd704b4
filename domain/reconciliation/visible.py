"""Which rows of reconciliation a viewer may see: a partner its own, the coalition all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col

from domain.storage import Sight, concerning


def own(sight: Sight, row: Any) -> ColumnElement[bool]:
    """The viewer's own rows of a table that names its partner."""
    return concerning(sight, col(row.partner_id))
