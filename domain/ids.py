"""Identifiers: time-ordered uuids, one type for each thing they name."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

import uuid_utils.compat

PartnerId = NewType("PartnerId", UUID)
LegalEntityId = NewType("LegalEntityId", UUID)
BrandId = NewType("BrandId", UUID)
OutletId = NewType("OutletId", UUID)
ContractId = NewType("ContractId", UUID)
ProductId = NewType("ProductId", UUID)
MemberId = NewType("MemberId", UUID)
WalletId = NewType("WalletId", UUID)
EntryId = NewType("EntryId", UUID)
LotId = NewType("LotId", UUID)
HoldId = NewType("HoldId", UUID)
BenefitId = NewType("BenefitId", UUID)
MoveId = NewType("MoveId", UUID)
CampaignId = NewType("CampaignId", UUID)
SegmentId = NewType("SegmentId", UUID)
TierProgrammeId = NewType("TierProgrammeId", UUID)
RewardId = NewType("RewardId", UUID)
CouponId = NewType("CouponId", UUID)
CycleId = NewType("CycleId", UUID)
StatementId = NewType("StatementId", UUID)
ClientId = NewType("ClientId", UUID)
PersonId = NewType("PersonId", UUID)


def new_id() -> UUID:
    """A fresh uuid7: sorted by the time it was made."""
    return uuid_utils.compat.uuid7()
