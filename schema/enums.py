"""Registers domain enums with the schema; annotate fields with the domain's own class, its docstrings describe it."""

from __future__ import annotations

import strawberry

from domain.coalition.models import PartnerRole, PartnerStatus, ReturnPolicy
from domain.ledger.models import Account, EntryKind, TransferKind
from domain.members.models import MemberKind
from domain.rewards.queries import RedemptionState
from partners.viewer import Audience

for kind in (
    Account,
    Audience,
    EntryKind,
    MemberKind,
    PartnerRole,
    PartnerStatus,
    RedemptionState,
    ReturnPolicy,
    TransferKind,
):
    strawberry.enum(kind)
