"""Who can owe and be owed: the partners, and four accounts of the house."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import PartnerId


class PartyRole(StrEnum):
    """What a party is."""

    PARTNER = "PARTNER"
    """A member of the coalition."""
    OPERATOR = "OPERATOR"
    """Runs the coalition, holds what was paid in for points not yet spent."""
    CHARITY = "CHARITY"
    """Receives the share of breakage that contracts give away."""
    TAX = "TAX"
    """Passes value added tax from who was supplied to who supplied."""
    ROUNDING = "ROUNDING"
    """Takes what is lost or won when lines are rounded to payable amounts."""


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """One side of a money line."""

    role: PartyRole
    partner_id: PartnerId | None = None

    def __post_init__(self) -> None:
        assert (self.role is PartyRole.PARTNER) == (self.partner_id is not None), "only partners have a partner id"

    def __str__(self) -> str:
        return self.role.value if self.partner_id is None else str(self.partner_id)


OPERATOR = Party(PartyRole.OPERATOR)
CHARITY = Party(PartyRole.CHARITY)
TAX = Party(PartyRole.TAX)
ROUNDING = Party(PartyRole.ROUNDING)
HOUSE = (OPERATOR, CHARITY, TAX, ROUNDING)


def partner(partner_id: PartnerId) -> Party:
    """The party that a partner is."""
    return Party(PartyRole.PARTNER, partner_id)
