"""What a member does other than buying, or what comes round for it: a visit, a review, a birthday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.ids import OutletId, PartnerId

Attribute = str | int | bool | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action as the rules see it."""

    partner_id: PartnerId
    """Who says so."""
    outlet_id: OutletId | None = None
    occurred_at: datetime
    kind: str
    """Its type: one that everybody knows, such as VISIT, or one of the partner's own."""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    channel: str | None = None
