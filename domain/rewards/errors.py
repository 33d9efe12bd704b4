"""What rewards refuse."""

from __future__ import annotations

from domain.errors import DomainError


class InvalidReward(DomainError):
    """A reward's terms are malformed, out of range, or do not fit together."""

    code = "INVALID_REWARD"
