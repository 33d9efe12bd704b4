"""What waits for the viewer's partner to agree to paying, and what it would follow."""

from __future__ import annotations

from domain.approvals import agreements
from domain.approvals.agreements import AgreementAsked, AgreementKind
from domain.versions import Version
from partners.scopes import Scope
from partners.viewer import Viewer
from resolvers.context import Context
from resolvers.global_ids import GlobalIds

_TYPES = {
    AgreementKind.CAMPAIGN: "Campaign",
    AgreementKind.REWARD: "Reward",
    AgreementKind.COUPON: "Coupon",
    AgreementKind.ACTIVITY: "JointActivity",
    AgreementKind.BONUS_SCHEME: "BonusScheme",
    AgreementKind.TRADE_IN_SCHEME: "TradeInScheme",
}
"""What each names, in the contract."""
_KINDS = {name: kind for kind, name in _TYPES.items()}
_REWARDS = frozenset({AgreementKind.REWARD, AgreementKind.COUPON})


async def all_asked(ctx: Context) -> list[AgreementAsked]:
    """What the viewer's partner is to agree to, of the sorts that the viewer could agree to or may read."""
    return [one for one in await ctx.read(agreements.asked_of) if _may_see(ctx.viewer, one.kind)]


async def former(ctx: Context, text: str) -> Version | None:
    """The version before the draft of what a global id names, as far as the viewer may see it."""
    kind = _KINDS.get(GlobalIds.type_of(text))
    if kind is None or not _may_see(ctx.viewer, kind):
        return None
    return await ctx.read(agreements.former, kind, ctx.global_ids.one(_TYPES[kind], text))


def subject_of(ctx: Context, one: AgreementAsked) -> str:
    """The global id of what is agreed to."""
    return ctx.global_ids.encode(_TYPES[one.kind], one.subject_id)


def _may_see(viewer: Viewer, kind: AgreementKind) -> bool:
    if kind in _REWARDS:
        return Scope.REWARDS_WRITE in viewer.scopes
    return bool(viewer.scopes & {Scope.CAMPAIGNS_READ, Scope.CAMPAIGNS_PUBLISH})
