"""By which words a viewer can name things: ids sealed for it, and the plain numbers that partners use."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.vouchers.codes import grouped, normal
from partners.viewer import Viewer
from resolvers.global_ids import GlobalIds
from resolvers.seals import perspective_of, seal_of
from tests.builders.graphql import KEYS
from tests.isolation.sides import Side
from tests.isolation.world import World

Keys = tuple[UUID, ...]

PRIVATE: Mapping[str, tuple[str, Callable[[Side], Keys]]] = {
    "partner": ("Partner", lambda side: (side.partner_id,)),
    "outlet": ("Outlet", lambda side: (side.outlet_id,)),
    "contract": ("Contract", lambda side: (side.contract_id,)),
    "campaign": ("Campaign", lambda side: (side.campaign_id,)),
    "draft": ("Campaign", lambda side: (side.draft_id,)),
    "reward": ("Reward", lambda side: (side.reward_id,)),
    "reward_draft": ("Reward", lambda side: (side.reward_draft_id,)),
    "coupon": ("Coupon", lambda side: (side.coupons.coupon_id,)),
    "coupon_draft": ("Coupon", lambda side: (side.coupons.draft_id,)),
    "coupon_pool": ("Coupon", lambda side: (side.coupons.pool_id,)),
    "voucher": ("Voucher", lambda side: side.coupons.voucher),
    "voucher_use": ("VoucherUse", lambda side: side.coupons.use),
    "segment": ("Segment", lambda side: (side.segment_id,)),
    "tier_programme": ("TierProgramme", lambda side: (side.tier_programme_id,)),
    "case": ("Case", lambda side: (side.case_id,)),
    "registration": ("Registration", lambda side: (side.registration_id,)),
    "information": ("ProductInformation", lambda side: (side.information_id,)),
    "list": ("Segment", lambda side: (side.list_id,)),
    "referral_programme": ("ReferralProgramme", lambda side: (side.referral_programme_id,)),
    "survey": ("Survey", lambda side: (side.survey_id,)),
    "survey_offer": ("SurveyOffer", lambda side: (side.survey_offer_id,)),
    "trade_in_scheme": ("TradeInScheme", lambda side: (side.trade_in_scheme_id,)),
    "trade_in": ("TradeIn", lambda side: (side.trade_in_id,)),
    "trade_in_item": ("TradeInItem", lambda side: (side.trade_in_item_id,)),
    "joint_activity": ("JointActivity", lambda side: (side.joint_activity_id,)),
    "review": ("Review", lambda side: (side.review_id,)),
    "hidden_review": ("ProductReview", lambda side: (side.review_id,)),
    "shown_review": ("ProductReview", lambda side: (side.shown_review_id,)),
    "review_comment": ("ReviewComment", lambda side: (side.review_comment_id,)),
    "review_answer": ("ReviewComment", lambda side: (side.shown_comment_id,)),
    "shown_comment": ("ProductReviewComment", lambda side: (side.shown_comment_id,)),
    "trial": ("Trial", lambda side: (side.trial_id,)),
    "business": ("Business", lambda side: (side.business_id,)),
    "my_business": ("MyBusiness", lambda side: (side.business_id,)),
    "business_user": ("BusinessUser", lambda side: (side.business_user_id,)),
    "business_group": ("Segment", lambda side: (side.business_group_id,)),
    "bonus_scheme": ("BonusScheme", lambda side: (side.bonus_scheme_id,)),
    "bonus_statement": ("BonusStatement", lambda side: (side.bonus_statement_id,)),
    "code_batch": ("CodeBatch", lambda side: (side.code_batch_id,)),
    "code_alarm": ("CodeAlarm", lambda side: (side.code_alarm_id,)),
    "claim_programme": ("ClaimProgramme", lambda side: (side.claim_programme_id,)),
    "claim": ("Claim", lambda side: (side.claim_id,)),
    "my_claim": ("MyClaim", lambda side: (side.rejected_claim_id,)),
    "seller": ("Seller", lambda side: (side.seller_id,)),
    "my_seller": ("MySeller", lambda side: (side.seller_id,)),
    "course": ("Course", lambda side: (side.course_id,)),
    "my_course": ("MyCourse", lambda side: (side.course_id,)),
    "quiz": ("Quiz", lambda side: (side.quiz_id,)),
    "product": ("Product", lambda side: (side.product_id,)),
    "member": ("Member", lambda side: (side.member.pairwise_id,)),
    "guest": ("Member", lambda side: (side.guest.pairwise_id,)),
    "stranger": ("Member", lambda side: (side.stranger.pairwise_id,)),
    "person": ("Member", lambda side: (side.member.member_id,)),
    "purchase": ("Purchase", lambda side: side.purchase),
    "action": ("Action", lambda side: side.action),
    "redemption": ("Redemption", lambda side: side.redemption),
    "redeemed": ("Redemption", lambda side: side.redeemed),
    "hold": ("Redemption", lambda side: side.hold),
    "statement": ("Statement", lambda side: (side.statement_id,)),
    "adjustment": ("Adjustment", lambda side: (side.adjustment_id,)),
    "pack": ("PrepaidPack", lambda side: (side.pack_id,)),
    "money_adjustment": ("MoneyAdjustment", lambda side: (side.money_adjustment_id,)),
    "client": ("Client", lambda side: (side.client_id,)),
    "colleague": ("Person", lambda side: (side.person_id,)),
    "told": ("AuditLine", lambda side: (side.trail_line_id,)),
    "line": ("StatementLine", lambda side: (side.line_id,)),
    "line_aside": ("StatementLine", lambda side: (side.line_aside_id,)),
    "set_aside": ("SetAside", lambda side: (side.set_aside_id,)),
    "invoice": ("Invoice", lambda side: (side.invoice_id,)),
    "payment": ("SettlementPayment", lambda side: (side.payment_id,)),
    "credit": ("PartnerCredit", lambda side: (side.credit_id,)),
    "bank_entry": ("BankEntry", lambda side: (side.bank_entry_id,)),
    "dispute": ("Dispute", lambda side: (side.dispute_id,)),
    "evidence": ("DisputeEvidence", lambda side: (side.evidence_id,)),
    "mapping": ("ReconciliationMapping", lambda side: (side.mapping_id,)),
    "file": ("ReconciliationFile", lambda side: (side.file_id,)),
    "exception": ("ReconciliationException", lambda side: (side.exception_id,)),
    "movement": ("LineTransfer", lambda side: side.movement),
    "grant": ("Grant", lambda side: (side.grant_id,)),
    "webhook": ("Webhook", lambda side: (side.webhook_id,)),
    "delivery": ("WebhookDelivery", lambda side: (side.delivery_id,)),
    "message": ("Message", lambda side: (side.message_id,)),
    "event": ("Event", lambda side: (side.event_id,)),
}
"""What one side has, by its type and its keys. Some of it is known to all; the rest is the side's own."""

KNOWN_TO_ALL = ("partner", "outlet", "tier_programme", "information")
"""Who takes part where, and what tiers promise."""
CYCLES = ("settled", "failed", "drafted", "open")


@dataclass(frozen=True, kw_only=True)
class Names:
    """The words for one side's things."""

    ids: Mapping[str, str]
    cycles: Mapping[str, str]
    external_id: str
    receipt_number: str
    action_type: str
    outlet_code: str
    card: str
    voucher_code: str
    code: str
    """In a pack: whoever holds it may enter it."""

    def __getattr__(self, name: str) -> str:
        try:
            return self.ids[name]
        except KeyError:
            raise AttributeError(name) from None


def sealed_for(viewer: Viewer) -> GlobalIds:
    """Writes ids as the viewer knows them: the strongest forger has the viewer's own seal."""
    return GlobalIds(seal_of(KEYS.global_ids, perspective_of(viewer)))


def names_of(side: Side, world: World, viewer: Viewer) -> Names:
    """A side's things in a viewer's ids, whether or not the viewer could know them."""
    ids = sealed_for(viewer)
    return Names(
        ids={name: ids.encode(kind, *keys(side)) for name, (kind, keys) in PRIVATE.items()},
        cycles=_cycles(world, ids),
        external_id=side.external_id,
        receipt_number=side.receipt_number,
        action_type=side.action_type,
        outlet_code=side.outlet_code,
        card=side.card,
        voucher_code=side.coupons.code,
        code=side.code,
    )


def echoing_no_code(text: str, names: Names) -> str:
    """An answer without the voucher's code that was asked for: it is told again, known or not."""
    return text.replace(names.voucher_code, "a code").replace(grouped(normal(names.voucher_code)), "a code")


def unknown(side: Side, world: World, viewer: Viewer, *, seed: int = 1) -> Names:
    """As many things that nobody has."""
    chance = random.Random(seed)
    ids = sealed_for(viewer)
    return Names(
        ids={
            name: ids.encode(kind, *(_unlike(key, chance) for key in keys(side)))
            for name, (kind, keys) in PRIVATE.items()
        },
        cycles=_cycles(world, ids),
        external_id=_like(side.external_id, chance),
        receipt_number=_like(side.receipt_number, chance),
        action_type=_like(side.action_type, chance),
        outlet_code=_like(side.outlet_code, chance),
        card=_like(side.card, chance),
        voucher_code=_like(side.coupons.code, chance),
        code=side.code,
    )


def garbled(names: Names, *, seed: int = 1) -> Names:
    """The same words with characters changed: what a tamperer would send."""
    chance = random.Random(seed)
    return Names(
        ids={name: _like(text, chance, keep=text.index("_") + 1) for name, text in names.ids.items()},
        cycles=names.cycles,
        external_id=_like(names.external_id, chance),
        receipt_number=_like(names.receipt_number, chance),
        action_type=_like(names.action_type, chance),
        outlet_code=_like(names.outlet_code, chance),
        card=_like(names.card, chance),
        voucher_code=_like(names.voucher_code, chance),
        code=names.code,
    )


def _cycles(world: World, ids: GlobalIds) -> Mapping[str, str]:
    return {name: ids.encode("Cycle", getattr(world, name)) for name in CYCLES}


def _unlike(key: UUID, chance: random.Random) -> UUID:
    """An id that nothing has; events are counted, and nothing has so great a number."""
    return UUID(int=chance.getrandbits(128), version=4) if key.int >> 64 else UUID(int=chance.getrandbits(60))


def _like(text: str, chance: random.Random, *, keep: int = 0) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return text[:keep] + "".join(chance.choice(letters) for _ in text[keep:])
