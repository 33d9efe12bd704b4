"""A member's tiers at the shop's till."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gql import gql

TIERS = gql(
    "query Tiers($member: MemberRefInput!) { memberTiers(member: $member)"
    " { programme { name } tier since until because benefits } }"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierHeld:
    """A tier that counts at your tills."""

    programme: str
    tier: str | None
    """None: the programme has nothing for this member yet."""
    since: datetime | None
    until: datetime | None
    because: str | None
    """Why, in words; None where the programme is not yours."""
    benefits: str | None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> TierHeld:
        """As the API tells it."""
        since, until = (told[name] and datetime.fromisoformat(told[name]) for name in ("since", "until"))
        words = {name: told[name] for name in ("tier", "because", "benefits")}
        return cls(programme=told["programme"]["name"], since=since, until=until, **words)
