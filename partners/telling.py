"""Which events a caller may be told of: what an event shows, the caller could have read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.events.models import EventKind
from partners.scopes import Scope

SCOPE_OF_KIND: Mapping[EventKind, Scope] = {
    EventKind.PURCHASE_RECORDED: Scope.PURCHASES_READ,
    EventKind.PURCHASE_RETURNED: Scope.PURCHASES_READ,
    EventKind.REDEMPTION_AUTHORIZED: Scope.REDEMPTIONS_WRITE,
    EventKind.REDEMPTION_CAPTURED: Scope.REDEMPTIONS_WRITE,
    EventKind.REDEMPTION_VOIDED: Scope.REDEMPTIONS_WRITE,
    EventKind.REDEMPTION_LAPSED: Scope.REDEMPTIONS_WRITE,
    EventKind.REDEMPTION_REVERSED: Scope.REDEMPTIONS_WRITE,
    EventKind.BALANCE_CHANGED: Scope.BALANCE_READ,
    EventKind.MEMBER_LINKED: Scope.MEMBERS_LOOKUP,
    EventKind.CONSENT_GIVEN: Scope.MEMBERS_LOOKUP,
    EventKind.CONSENT_REVOKED: Scope.MEMBERS_LOOKUP,
    EventKind.CYCLE_CHANGED: Scope.SETTLEMENT_READ,
    EventKind.ANSWER_DUE: Scope.SETTLEMENT_READ,
    EventKind.PAYMENT_CHANGED: Scope.SETTLEMENT_READ,
    EventKind.PAYMENT_OVERDUE: Scope.SETTLEMENT_READ,
    EventKind.DISPUTE_CHANGED: Scope.SETTLEMENT_READ,
    EventKind.PARTNER_LEAVING: Scope.MEMBERS_LOOKUP,
    EventKind.COALITION_ENDING: Scope.MEMBERS_LOOKUP,
    EventKind.ALLOWANCE_LOW: Scope.SETTLEMENT_READ,
    EventKind.CAMPAIGN_BUDGET_LOW: Scope.CAMPAIGNS_READ,
    EventKind.REFERRAL_QUALIFIED: Scope.CAMPAIGNS_READ,
    EventKind.CODE_ENTERED: Scope.CODES_MANAGE,
    EventKind.CODE_ALARM: Scope.CODES_MANAGE,
    EventKind.VOUCHER_ISSUED: Scope.REWARDS_READ,
    EventKind.VOUCHER_USED: Scope.CODES_REDEEM,
    EventKind.VOUCHER_REVERSED: Scope.CODES_REDEEM,
    EventKind.TIER_CHANGED: Scope.MEMBERS_LOOKUP,
    EventKind.CASE_CHANGED: Scope.CASES_WRITE,
    EventKind.CASE_OVERDUE: Scope.CASES_WRITE,
    EventKind.WEBHOOK_TESTED: Scope.WEBHOOKS_MANAGE,
}
"""The scope by which the same can be read without the event; docs/events.md lists it."""


def readable(scopes: Collection[Scope]) -> frozenset[EventKind]:
    """The kinds that a caller with these scopes may be told of."""
    return frozenset(kind for kind, scope in SCOPE_OF_KIND.items() if scope in scopes)
