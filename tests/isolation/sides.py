"""One of the two rival shops: all that it has, by name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from domain.audit.models import TrailLine
from domain.coalition.models import Contract
from domain.events.models import Event, EventKind
from domain.ids import PartnerId, PersonId
from domain.members.recognition import KnownMember
from domain.products.models import Product
from domain.settlement.lines import Source
from domain.settlement.models import Cycle, Statement, StatementLine
from domain.storage import COALITION
from tests.isolation.couponing import Couponed
from tests.isolation.kept import kept
from tests.isolation.shop import Shop, acting

SPENT_ELSEWHERE = 90_000
"""Points of each shop's guest that the other shop takes, the oldest first: the guest's own shop funded them."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """All that one shop has, and what nobody else may learn of it."""

    name: str
    partner_id: PartnerId
    outlet_id: UUID
    outlet_code: str
    contract_id: UUID
    campaign_id: UUID
    draft_id: UUID
    reward_id: UUID
    reward_draft_id: UUID
    coupons: Couponed
    segment_id: UUID
    referral_programme_id: UUID
    survey_id: UUID
    """Live, with a draft of its next version; its guest answered it."""
    survey_offer_id: UUID
    """Its member is asked it."""
    review_id: UUID
    """Its guest's, waiting for it …"""
    shown_review_id: UUID
    """… and its member's, which everybody reads; with …"""
    review_comment_id: UUID
    """… a reply that waits …"""
    shown_comment_id: UUID
    """… and its own answer."""
    trial_id: UUID
    """Live, with a draft of its next version; its member has the only place."""
    business_id: UUID
    """A firm that it serves; its member acts for it as the owner."""
    business_user_id: UUID
    business_group_id: UUID
    """The segment that firms of its kind are."""
    bonus_scheme_id: UUID
    bonus_statement_id: UUID
    """What the firm sold on in October; checked, and not given yet."""
    code_batch_id: UUID
    """Live, of one of its own articles; its member entered the first code."""
    code_alarm_id: UUID
    code: str
    """An open one of that batch."""
    case_id: UUID
    """A warranty case of its member about a product of its own, with an answer and a note."""
    registration_id: UUID
    """The product."""
    information_id: UUID
    """What it tells of it, to anybody."""
    claim_programme_id: UUID
    """Live, with a draft of its next version."""
    claim_id: UUID
    """Its member's, waiting for a decision …"""
    rejected_claim_id: UUID
    """… and another that was rejected."""
    seller_id: UUID
    """Its member, who sells at its outlet."""
    course_id: UUID
    """Live, with a draft of its next version; passed by its member …"""
    quiz_id: UUID
    """… in this attempt."""
    trade_in_scheme_id: UUID
    """Live, with a draft of its next version; its member handed two pairs of shoes in by it …"""
    trade_in_id: UUID
    trade_in_item_id: UUID
    """… of which this one waits to be sold."""
    joint_activity_id: UUID
    """Live, with a draft of its next version; its member has a place, its guest is asked."""
    list_id: UUID
    """A segment that is kept by hand; its own member is on it."""
    tier_programme_id: UUID
    """Public, with a draft of its next version, and its own member in a tier of it by invitation."""
    product_id: UUID
    sku: str
    member: KnownMember
    card: str
    external_id: str
    guest: KnownMember
    """A member of this shop who goes to the other one too."""
    stranger: KnownMember
    """A member of the other shop, as this one knows it."""
    purchase: tuple[UUID, UUID]
    receipt_number: str
    action: tuple[UUID, UUID]
    """A visit of its member, of a type of its own."""
    action_type: str
    redemption: tuple[UUID, UUID]
    redeemed: tuple[UUID, UUID]
    """A reward that its member got for nothing, still to be sent."""
    hold: tuple[UUID, UUID]
    statement_id: UUID
    adjustment_id: UUID
    """Points its service desk has asked for."""
    money_adjustment_id: UUID
    """What the operator gives back for the settled cycle; a line of the draft."""
    line_id: UUID
    """A line that no other partner is a side of."""
    line_aside_id: UUID
    """A line of the same kind, of the cycle that was settled without it."""
    set_aside_id: UUID
    pack_id: UUID
    """Points it has ordered and not paid."""
    invoice_id: UUID
    """Its first numbered document of the settled cycle."""
    payment_id: UUID
    """What it pays for the settled cycle."""
    credit_id: UUID
    """What it paid too much."""
    bank_entry_id: UUID
    dispute_id: UUID
    evidence_id: UUID
    """A file of its dispute."""
    mapping_id: UUID
    file_id: UUID
    """A file of its records."""
    exception_id: UUID
    """A sale that the ledger does not have."""
    movement: tuple[UUID, UUID, UUID]
    """What it disputes, as lines name it."""
    client_id: UUID
    client_secret: str
    redirect_uri: str
    grant_id: UUID
    """What its member granted its client."""
    person_id: PersonId
    webhook_id: UUID
    delivery_id: UUID
    event_id: UUID
    """One that only this shop was told of."""
    message_id: UUID
    """One in its member's inbox."""
    trail_line_id: UUID
    """What the audit trail tells of its client."""
    word: str
    """What every text of its own begins with."""
    figures: frozenset[str]
    """Amounts and points that are its own."""


async def side_of(shop: Shop, cycle_id: UUID) -> Side:
    """What a shop has, once its cycles are settled."""
    made, own = shop.made, shop.partner_id
    async with acting(shop.database, COALITION) as session:
        signed = select(Contract).where(Contract.partner_id == own, Contract.version == 1)
        contract = (await session.scalars(signed)).one()
        product = (await session.scalars(select(Product).where(Product.sku == shop.secret("Own")))).one()
        revision = (await session.get_one(Cycle, cycle_id)).revision
        drawn = select(Statement).where(Statement.partner_id == own, Statement.cycle_id == cycle_id)
        statement = (await session.scalars(drawn.where(Statement.revision == revision))).one()
        fee = select(StatementLine).where(
            StatementLine.cycle_id == cycle_id,
            StatementLine.revision == revision,
            StatementLine.debtor_id == own,
            StatementLine.source == Source.FEE_FIXED.value,
        )
        line = (await session.scalars(fee)).one()
        told = select(TrailLine.line_id).where(TrailLine.subject_id == made["client"])
        trail_line_id = (await session.scalars(told)).one()
        bought = select(Event).where(Event.partner_id == own, Event.kind == EventKind.PURCHASE_RECORDED.value)
        event_id = (await session.scalars(bought.limit(1))).one().event_id
    return Side(
        **kept(made),
        name=shop.name,
        partner_id=own,
        outlet_id=shop.outlet_id,
        outlet_code=f"{shop.name}-till",
        contract_id=contract.contract_id,
        campaign_id=made["campaign"].campaign_id,
        draft_id=made["draft"].campaign_id,
        reward_id=made["reward"].reward_id,
        reward_draft_id=made["reward draft"].reward_id,
        segment_id=made["segment"].segment_id,
        list_id=made["list"].segment_id,
        tier_programme_id=made["tiers"],
        product_id=product.product_id,
        sku=shop.secret("Own"),
        code=made["codes"][1],
        card=shop.card("OWN"),
        external_id=shop.secret("External"),
        receipt_number=shop.secret("Receipt1"),
        action_type=shop.action_type,
        statement_id=statement.statement_id,
        line_id=line.line_id,
        movement=made["movement"],
        client_secret=made["client secret"],
        redirect_uri=shop.redirect_uri,
        event_id=event_id,
        trail_line_id=trail_line_id,
        word=shop.word,
        figures=_figures(shop.price),
    )


def _figures(price: int) -> frozenset[str]:
    """What the shop's own line comes to, its basket, what that earns and leaves, and two terms of its contract."""
    basket = price + 1000
    earned = basket * 3 // 100
    cents = {f"{amount // 100}.{amount % 100:02}" for amount in (price, basket)}
    points = {str(earned), str(earned - SPENT_ELSEWHERE), str(earned - SPENT_ELSEWHERE + 50)}
    contract = {f"{price / 10**4:.2f}", f"{Decimal('0.01') + Decimal(price) / 10**10:.6f}"}
    return frozenset({str(price), str(basket), *cents, *points, *contract})
