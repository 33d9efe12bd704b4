"""Under which names shops keep what they made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALIKE = ("coupons", "member", "guest", "stranger", "purchase", "action", "redemption", "redeemed", "hold")
"""What is known of a side under the very same name."""

KEPT = (
    *("referral programme", "adjustment", "money adjustment", "line aside", "set aside", "pack", "invoice", "payment"),
    *("credit", "bank entry", "dispute", "evidence", "mapping", "file", "exception", "client", "grant", "person"),
    *("business", "business user", "business group", "bonus scheme", "bonus statement"),
    *("webhook", "delivery", "message", "code batch", "code alarm", "case", "registration", "information"),
    *("survey", "survey offer"),
    *("trade in scheme", "trade in", "trade in item", "joint activity"),
    *("review", "shown review", "review comment", "shown comment", "trial"),
    *("claim programme", "claim", "rejected claim", "seller", "course", "quiz"),
)
"""What the shops keep the ids of under these names."""


def kept(made: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a side, as a side says it."""
    return {name: made[name] for name in ALIKE} | {f"{name.replace(' ', '_')}_id": made[name] for name in KEPT}
