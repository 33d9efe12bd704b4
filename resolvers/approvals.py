"""What waits for a second person, as far as the viewer's scopes and the walls let it be seen."""

from __future__ import annotations

from domain.approvals.waiting import Approval, ApprovalKind, waiting
from partners.scopes import Scope
from partners.viewer import Viewer
from resolvers.context import Context

_TYPES = {
    ApprovalKind.CYCLE: "Cycle",
    ApprovalKind.CONTRACT: "Contract",
    ApprovalKind.ACCOUNT: "AccountChange",
    ApprovalKind.PAYMENTS: "Cycle",
    ApprovalKind.BANK_ENTRY: "BankEntry",
    ApprovalKind.WRITE_OFF: "SettlementPayment",
    ApprovalKind.CREDIT: "PartnerCredit",
    ApprovalKind.ADJUSTMENT: "MoneyAdjustment",
    ApprovalKind.SET_ASIDE: "SetAside",
    ApprovalKind.PREPAID_PACK: "PrepaidPack",
    ApprovalKind.PREPAID_REFUND: "Partner",
    ApprovalKind.RESERVE_RELEASE: "ReserveMovement",
    ApprovalKind.EXCEPTION: "ReconciliationException",
    ApprovalKind.REMAINDER: "Partner",
}
"""What each names, in the contract."""


async def all_waiting(ctx: Context) -> list[Approval]:
    """Everything that a second person is to agree to and the viewer may see."""
    return [one for one in await ctx.read(waiting) if _may_see(ctx.viewer, one.kind)]


def subject_of(ctx: Context, one: Approval) -> str:
    """The global id of what is agreed to."""
    return ctx.global_ids.encode(_TYPES[one.kind], one.subject_id)


def _may_see(viewer: Viewer, kind: ApprovalKind) -> bool:
    if kind is ApprovalKind.EXCEPTION:
        return bool(viewer.scopes & {Scope.RECONCILIATION_WRITE, Scope.SETTLEMENT_APPROVE})
    return bool(viewer.scopes & {Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE})
