"""One of two rival shops, furnished and trading; its own business carries words that stand nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.audit.models import ActorKind
from domain.audit.trail import Actor
from domain.coalition.partners import OpenOutlet, open_outlets
from domain.coalition.queries import brand_of
from domain.earning import managing, purchases
from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.action_types import ActionField, FieldKind, define
from domain.earning.basket import BasketLine
from domain.earning.bounds import Budget
from domain.earning.commands import RecordPurchase
from domain.earning.prizes import Prize, Slot
from domain.earning.rules import Flat, Gift, RatePerUnit, Rule
from domain.earning.terms import Campaign, Sponsor, Terms
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId, new_id
from domain.ledger.adjusting import RequestAdjustment, request_adjustment
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.models import MEMBERS_OWN_ACT, ConsentPurpose
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.rewards import redeeming, redemption
from domain.rewards.queries import RedemptionRef
from domain.rewards.quoting import Ask
from domain.rewards.redeeming import RedeemReward
from domain.rewards.redemption import CaptureRedemption, RedeemPoints
from domain.segments import managing as segments
from domain.segments.definitions import Definition, Goods, Spend
from domain.segments.managing import SegmentTerms
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession
from domain.tiers import managing as tiers
from domain.tiers.managing import GiveTier
from domain.tiers.terms import Measure, Tier, TierPeriod, TierTerms
from domain.values import Points, Rate
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.oauth.models import Grant
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PARTNER_CEILING, PURPOSE_OF_SCOPE, PersonRole
from partners.standing import SERVER
from partners.webhooks import delivering
from partners.webhooks import managing as webhooks
from partners.webhooks.pace import USUAL
from tests.builders.graphql import KEYS
from tests.builders.webhooks import NOW as LISTENED
from tests.builders.webhooks import a_webhook, answered, claimed, relayed, transacted
from tests.isolation.rewarding import a_treat, rewarding

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPENED = NOW - timedelta(days=60)
MEMBER_KEYS = MemberKeys(lookup=KEYS.lookups, personal=KEYS.personal_data)


@asynccontextmanager
async def acting(database: Database, sight: Sight) -> AsyncIterator[WriteSession]:
    """One transaction of somebody."""
    async with database.session(sight) as session, session.begin():
        yield WriteSession(ReadSession(session))


@dataclass(kw_only=True)
class Shop:
    """One of the two shops while it is being furnished."""

    database: Database
    name: str
    partner_id: PartnerId
    outlet_id: UUID
    word: str
    """What all its canaries begin with."""
    price: int
    """Minor units of its line that stand nowhere else."""
    caches: Caches
    made: dict[str, Any] = field(default_factory=dict)

    def secret(self, what: str) -> str:
        """A word that stands nowhere else."""
        return f"{self.word}{what}"

    @property
    def redirect_uri(self) -> str:
        """Where its members come back to."""
        return f"https://{self.word.lower()}.example/back"

    async def furnish(self, maker: PartnerId, wholesaler: PartnerId) -> None:
        """Articles, clients and people, a campaign of its own and a draft, a member of its own."""
        await self._stock(maker, wholesaler)
        await self._staff()
        await self._grouped()
        budget = Budget(points=10**9, alert=Rate(1, 10**9))
        own = self.terms(self.secret("Campaign"), RatePerUnit(points=Rate(3)), budget=budget)
        self.made["campaign"] = await self.live(own)
        wheel = Prize(wheel=(Slot(weight=1, points=9), Slot(weight=9)))
        await self.live(self.terms(self.secret("Wheel"), Gift(prize=wheel, minimum=10**9)))
        meant, but = (frozenset({self.made[one].segment_id}) for one in ("segment", "list"))
        draft = self.terms(
            self.secret("Draft"), Flat(points=77, minimum=0), when=When(segments=meant, not_segments=but)
        )
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            self.made["draft"] = await managing.draft(session, self.partner_id, draft, now=OPENED)
        listed = self.made["list"].segment_id
        self.made |= await rewarding(self.database, self.partner_id, listed, self.secret, now=OPENED)
        self.made["member"] = await self.enrol(
            Identifier.card(self.card("OWN")),
            Identifier.email(f"{self.word}@{self.name}.example"),
            Identifier.external(self.secret("External"), self.partner_id),
        )
        await self.list_member()
        await self._tiered(self.made["member"])
        await self.promise(self.made["member"])
        await self._granted(self.made["member"])

    async def _grouped(self) -> None:
        """A segment of its own, and a list."""
        goods = Goods(days=100, brands=frozenset({self.secret("Brand")}))
        meant = Definition(parts=(goods, Spend(days=100, at_least=1, at_most=10**9)))
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            for made, name, definition in (("segment", "Segment", meant), ("list", "List", Definition())):
                terms = SegmentTerms(name=self.secret(name), definition=definition)
                self.made[made] = await segments.define(session, self.partner_id, terms, now=OPENED)

    async def _tiered(self, member: KnownMember) -> None:
        """A tier programme of its own, the draft of its next version, and its member invited."""
        low, high = Tier(name=f"{self.name} low", threshold=0), Tier(name=f"{self.name} high", threshold=10**9)
        between = Tier(name=self.secret("Tier"), threshold=self.price, benefits=self.secret("Benefits"))
        told = {"measure": Measure.SPEND, "period": TierPeriod.CALENDAR_YEAR}
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            first = TierTerms(name=f"{self.name} club", tiers=(low, high), **told)  # type: ignore[arg-type]
            drawn = await tiers.draw_up(session, self.partner_id, first, now=OPENED)
            await tiers.publish(session, self.partner_id, drawn.programme_id, now=OPENED)
            following = TierTerms(name=self.secret("Club"), tiers=(low, between, high), **told)  # type: ignore[arg-type]
            await tiers.draw_up(session, self.partner_id, following, now=OPENED)
            given = GiveTier(programme_id=drawn.programme_id, tier=high.name, reason=self.secret("Reason"))
            await tiers.give(session, self.partner_id, member, given, now=OPENED)
        self.made["tiers"] = drawn.programme_id

    async def list_member(self) -> None:
        """Its own member stands on its list."""
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            listed, member = self.made["list"].segment_id, self.made["member"]
            await segments.put_in(session, self.partner_id, listed, [member], now=OPENED)

    async def promise(self, member: KnownMember) -> None:
        """The service desk asks for points to be given."""
        wanted = RequestAdjustment(
            partner_id=self.partner_id,
            wallet_id=member.wallet_id,
            member_id=member.member_id,
            points=Points(10),
            reason=self.secret("Reason"),
            person_id=self.made["person"],
        )
        async with acting(self.database, COALITION) as session:
            self.made["adjustment"] = (await request_adjustment(session, wanted, now=OPENED)).adjustment_id

    def card(self, whose: str) -> str:
        """A card's number."""
        return f"{self.word}{whose}".upper()

    def terms(self, name: str, rule: Rule, **changes: Any) -> Terms:
        """A campaign of the shop's own, paid by itself."""
        usual = {
            "name": name,
            "rule": rule,
            "starts_at": OPENED,
            "partners": frozenset({self.partner_id}),
            "sponsors": (Sponsor(self.partner_id),),
        }
        return Terms(**usual | changes)

    async def live(self, terms: Terms) -> Campaign:
        """A campaign goes live, all sponsors agreeing."""
        return await live(self.database, self.partner_id, terms)

    async def enrol(self, *identifiers: Identifier) -> KnownMember:
        """Somebody joins here, and lets the shop see everything."""
        command = EnrolMember(
            partner_id=self.partner_id,
            idempotency_key=self.secret(f"enrol{len(self.made)}"),
            identifiers=identifiers,
            details=PersonalDetails(name=self.secret("Person"), email=f"{self.word}@{self.name}.example"),
            consents=frozenset(ConsentPurpose) - MEMBERS_OWN_ACT,
        )
        return (await enrol(self.database.pool, command, keys=MEMBER_KEYS, now=OPENED)).member

    async def sell(
        self, member: KnownMember, number: int, *, now: datetime, occurred: datetime | None = None, coupon: int = 0
    ) -> tuple[UUID, UUID]:
        """A basket of the shop's own article and one of the maker's, perhaps with a coupon of the maker's.

        It is posted `now`, and then it happened too if nothing else is said.
        """
        command = RecordPurchase(
            partner_id=self.partner_id,
            outlet_code=f"{self.name}-till",
            occurred_at=now if occurred is None else occurred,
            currency="USD",
            lines=(
                BasketLine(number=1, sku=self.secret("Own"), quantity=Decimal(1), amount=self.price),
                BasketLine(number=2, sku=f"{self.name}-made", quantity=Decimal(2), amount=1000, coupon=coupon),
            ),
            member=MemberRef(pairwise_id=member.pairwise_id),
            idempotency_key=self.secret(f"purchase{number}"),
            staff=self.secret("Staff"),
            receipt_number=self.secret(f"Receipt{number}"),
        )
        receipt = await purchases.record_purchase(
            self.database.pool, command, caches=self.caches, lookup_key=KEYS.lookups, now=now
        )
        return receipt.wallet_id, receipt.entry_id

    @property
    def action_type(self) -> str:
        """A type of actions that the shop thought of."""
        return f"{self.word.upper()}_TASTING"

    async def act(self, member: KnownMember, *, now: datetime) -> tuple[UUID, UUID]:
        """The member does something that only this shop records."""
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            await define(session, self.partner_id, self.action_type, [ActionField("what", FieldKind.TEXT)], now=now)
        command = RecordAction(
            partner_id=self.partner_id,
            member=MemberRef(pairwise_id=member.pairwise_id),
            kind=self.action_type,
            idempotency_key=self.secret("action"),
            occurred_at=now,
            attributes={"what": self.secret("Tasted")},
            staff=self.secret("Staff"),
            reference=self.secret("ActionReference"),
        )
        receipt = await record_action(self.database.pool, command, caches=self.caches, lookup_key=KEYS.lookups, now=now)
        return receipt.wallet_id, receipt.entry_id

    async def redeem(self, member: KnownMember, points: int, *, hold: bool = False, now: datetime) -> tuple[UUID, UUID]:
        """Points are spent, or set aside."""
        command = RedeemPoints(
            partner_id=self.partner_id,
            idempotency_key=self.secret(f"redemption{points}"),
            member=MemberRef(pairwise_id=member.pairwise_id),
            points=Points(points),
            occurred_at=now,
            staff=self.secret("Staff"),
            reference=self.secret(f"Reference{points}"),
            hold_for=timedelta(days=25) if hold else None,
        )
        made = await redemption.redeem(self.database.pool, command, lookup_key=KEYS.lookups, now=now)
        return made.redemption.wallet_id, made.redemption.entry_id

    async def treat(self, member: KnownMember, coupon: UUID, *, now: datetime) -> tuple[UUID, UUID]:
        """A member of its list gets a voucher for nothing; the letter is still to be sent."""
        whose, listed = self.partner_id, self.made["list"].segment_id
        reward = await a_treat(self.database, whose, listed, coupon, self.secret("Free"), now=now)
        command = RedeemReward(
            partner_id=self.partner_id,
            idempotency_key=self.secret("treating"),
            member=MemberRef(pairwise_id=member.pairwise_id),
            reward_id=reward.reward_id,
            ask=Ask(),
            occurred_at=now,
            staff=self.secret("Staff"),
            reference=self.secret("Treated"),
        )
        made = await redeeming.redeem(self.database.pool, command, caches=self.caches, lookup_key=KEYS.lookups, now=now)
        return made.redemption.wallet_id, made.redemption.entry_id

    async def capture(self, hold: tuple[UUID, UUID], points: int, *, now: datetime) -> None:
        """Some of what was set aside is spent."""
        command = CaptureRedemption(
            partner_id=self.partner_id,
            idempotency_key=self.secret(f"capture{points}"),
            redemption=RedemptionRef(wallet_id=hold[0], entry_id=hold[1]),
            points=Points(points),
            occurred_at=now,
        )
        await redemption.capture(self.database.pool, command, now=now)

    async def meet(self, card: str) -> KnownMember:
        """A member of another shop comes in with its card, and agrees to be known."""
        (known,) = await recognise(
            self.database.pool,
            [MemberRef(identifier=Identifier.card(card))],
            self.partner_id,
            key=KEYS.lookups,
            now=OPENED,
        )
        assert known is not None
        await self.database.pool.fetchval(
            "SELECT consent_to($1, $2, $3, $4)", known.pairwise_id, self.partner_id, ["BALANCE", "HISTORY"], OPENED
        )
        return known

    async def _stock(self, maker: PartnerId, wholesaler: PartnerId) -> None:
        items = [
            ProductItem(
                sku=self.secret("Own"),
                name=self.secret("OwnName"),
                category=self.secret("Category"),
                brand=self.secret("Brand"),
                private_label=True,
            ),
            ProductItem(sku=f"{self.name}-made", name=f"{self.name} made", maker_id=maker, supplier_id=wholesaler),
        ]
        async with acting(self.database, COALITION) as session:
            wanted = OpenOutlet(code=f"{self.name}-till", name=f"{self.name} market", time_zone="UTC")
            (outlet,) = await open_outlets(session, await brand_of(session, self.partner_id), [wanted])
            self.outlet_id = outlet.outlet_id
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            await feeding.feed(session, self.partner_id, items, now=OPENED)

    async def _staff(self) -> None:
        person = AdmitPerson(
            name=self.secret("Person"),
            email=f"person-{self.word.lower()}@{self.name}.example",
            roles=frozenset({PersonRole.PARTNER_FINANCE}),
            partner_id=self.partner_id,
        )
        command = CreateClient(
            name=self.secret("Client"),
            scopes=frozenset(PARTNER_CEILING),
            partner_id=self.partner_id,
            redirect_uris=(self.redirect_uri,),
        )
        async with acting(self.database, COALITION) as session:
            admitted = (await admitting.admit(session, person, now=OPENED)).person_id
            by = Actor(kind=ActorKind.PERSON, id=admitted, partner_id=self.partner_id)
            made = await registering.create(session, command, now=OPENED, by=by)
        self.made |= {"person": admitted, "client": made.client.client_id, "client secret": made.secret}

    async def listen(self) -> None:
        """An endpoint of the shop's own hears what happened, and what it answered is kept."""
        made = await a_webhook(
            self.database,
            self.partner_id,
            name=self.secret("Hook"),
            url=f"https://{self.word.lower()}.example/hook",
            client_id=self.made["client"],
        )
        self.made["webhook"] = made.webhook.webhook_id
        async with acting(self.database, Sight.partner(self.partner_id)) as session:
            await webhooks.test(session, made.webhook.webhook_id, occurred_at=NOW)
        await relayed(self.database)
        (due,) = await claimed(self.database, now=LISTENED)
        self.made["delivery"] = due.delivery_id
        told = answered(500, now=LISTENED, answer=self.secret("Answer"))
        await transacted(self.database, delivering.fail, due, told, pace=USUAL, chance=0, now=LISTENED)

    async def _granted(self, member: KnownMember) -> None:
        """The member lets the shop's client ask on its behalf for all that one may grant."""
        async with acting(self.database, Sight.member(member.member_id)) as session:
            await consents.give(
                session, member.member_id, self.partner_id, list(ConsentPurpose), text_version=TEXT_VERSION, now=OPENED
            )
        grant = Grant(
            grant_id=new_id(),
            client_id=self.made["client"],
            partner_id=self.partner_id,
            member_id=member.member_id,
            pairwise_id=member.pairwise_id,
            scopes=sorted(PURPOSE_OF_SCOPE),
            created_at=OPENED,
            expires_at=datetime.now(UTC) + timedelta(days=30),
        )
        self.made["grant"] = grant.grant_id
        async with acting(self.database, SERVER) as session:
            session.add(grant)


async def live(database: Database, owner: PartnerId, terms: Terms) -> Campaign:
    """A campaign goes live, all sponsors agreeing."""
    async with acting(database, Sight.partner(owner)) as session:
        campaign = await managing.draft(session, owner, terms, now=OPENED)
    for sponsor in terms.funders:
        async with acting(database, Sight.partner(sponsor)) as session:
            await managing.agree(session, sponsor, campaign.campaign_id, terms.fingerprint(), now=OPENED)
    async with acting(database, Sight.partner(owner)) as session:
        return await managing.publish(session, owner, campaign.campaign_id, seed=b"s" * 32, now=OPENED)
