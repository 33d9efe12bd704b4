"""A small coalition that really trades: partners, contracts, members and postings, all made by the domain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from domain.audit import sealing
from domain.coalition import contracts, founding, partners
from domain.coalition.models import LegalEntity, PartnerRole, PartnerStatus
from domain.ids import PartnerId, PersonId, new_id
from domain.ledger.posting import Door, post
from domain.ledger.postings import (
    Award,
    BenefitGiven,
    Claim,
    PurchasePosting,
    RedemptionPosting,
    ReturnPosting,
    ReversalPosting,
    Verdict,
)
from domain.members import enrolment
from domain.members.identifiers import Identifier
from domain.settlement import computing, cycles
from domain.settlement.models import Cycle
from domain.settlement.parties import Party
from domain.storage import COALITION, Database, ReadSession, Sight, WriteSession

P = ParamSpec("P")
T = TypeVar("T")

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANNA, BERT = PersonId(UUID(int=0xA)), PersonId(UUID(int=0xB))
KEYS = enrolment.MemberKeys(lookup=b"l" * 32, personal=b"p" * 32)

FOUNDED = founding.FoundCoalition(
    name="Hansa",
    purpose="Tests",
    currency="EUR",
    standard_price=Decimal("0.0080"),
    time_zone="Europe/Riga",
    operator_name="Operator",
)

HYBRID = {"price": "0.01", "price_redeem": "0.0085", "share_at_issuance": "0.4", "breakage_issuer": "0.5"}


@dataclass
class Member:
    """One member's wallet, and the lots it was given."""

    wallet_id: UUID
    member_id: UUID
    lots: dict[UUID, UUID] = field(default_factory=dict)
    """The purchase each lot came from."""


@dataclass
class Trading:
    """The coalition, and short words for what happens in it."""

    database: Database
    partner_ids: dict[str, PartnerId]
    cycle: Cycle
    now: datetime = NOON
    behind: timedelta = timedelta(0)
    """How late what happens at the tills is posted."""
    _numbers: count[int] = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def session(self, sight: Sight = COALITION) -> AsyncIterator[WriteSession]:
        """A transaction, committed at its end."""
        async with self.database.session(sight) as session, session.begin():
            yield WriteSession(ReadSession(session))

    async def do(
        self, rule: Callable[Concatenate[WriteSession, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One rule or query in a transaction of its own, as the coalition."""
        async with self.session() as session:
            return await rule(session, *args, **kwargs)

    def letter(self, party: Party) -> str:
        """The letter of a partner, or the role of another party."""
        letters = {partner_id: letter for letter, partner_id in self.partner_ids.items()}
        return letters[party.partner_id] if party.partner_id else party.role.value

    async def join(self) -> Member:
        """A member joins through the first partner."""
        number = next(self._numbers)
        command = enrolment.EnrolMember(
            partner_id=next(iter(self.partner_ids.values())),
            idempotency_key=f"join-{number}",
            identifiers=(Identifier.card(f"CARD{number:06}"),),
        )
        known = (await enrolment.enrol(self.database.pool, command, keys=KEYS, now=self.now)).member
        return Member(known.wallet_id, known.member_id)

    async def earn(
        self,
        member: Member,
        at: str,
        points: Mapping[str, int],
        *,
        benefits: Mapping[str, str] | None = None,
        waits: timedelta = timedelta(0),
        lives: timedelta | None = None,
    ) -> UUID:
        """A purchase at one partner earns points that others may fund; the lot that came of the first award."""
        awards = [
            Award(
                sponsor_id=self.partner_ids[sponsor],
                points=each,
                available_at=self.now + waits,
                expires_at=None if lives is None else self.now + lives,
            )
            for sponsor, each in points.items()
        ]
        given = [
            BenefitGiven(kind="DISCOUNT", sponsor_id=self.partner_ids[sponsor], amount=Decimal(amount))
            for sponsor, amount in (benefits or {}).items()
        ]
        verdict = await self._post(
            Door.PURCHASES,
            PurchasePosting(
                **self._common(member, at),
                currency="EUR",
                total=1000,
                numbers=[1],
                skus=["BREAD"],
                quantities=[Decimal(1)],
                amounts=[1000],
                facts={},
                awards=awards,
                benefits=given,
            ),
        )
        member.lots |= {award.lot_id: verdict.entry_id for award in awards}
        return awards[0].lot_id if awards else verdict.entry_id

    async def redeem(self, member: Member, at: str, points: int) -> UUID:
        """Points are spent at a partner."""
        posting = RedemptionPosting(**self._common(member, at), points=points)
        return (await self._post(Door.REDEMPTIONS, posting)).entry_id

    async def reverse(self, member: Member, at: str, redemption: UUID, points: int) -> None:
        """Some of a redemption is taken back."""
        common = self._common(member, at) | {"refers_to": redemption}
        await self._post(Door.REVERSALS, ReversalPosting(**common, points=points))

    async def give_back(
        self, member: Member, at: str, lot_id: UUID, points: int, *, benefits: Sequence[UUID] = ()
    ) -> None:
        """Goods come back, and with them the points their purchase earned and the benefits it gave."""
        common = self._common(member, at) | {"refers_to": member.lots[lot_id]}
        await self._post(
            Door.RETURNS,
            ReturnPosting(
                **common,
                purchase_wallet_id=member.wallet_id,
                returns_before=0,
                claims=[Claim(lot_id=lot_id, points=points)],
                numbers=[1],
                quantities=[Decimal(1)],
                amounts=[1000],
                benefits=list(benefits),
            ),
        )

    async def expire(self, member: Member) -> None:
        """What is past its term leaves the wallet."""
        await self.database.pool.fetchval("SELECT post_expiries($1, $2)", [member.wallet_id], self.now)

    async def agree(self, partner: str, terms: Mapping[str, Any], *, valid_from: datetime) -> None:
        """A partner signs the next version of its contract."""
        async with self.session() as session:
            await _signed(session, self.partner_ids[partner], terms, valid_from, people=(ANNA, BERT))

    async def close(self, cycle: Cycle, **how: Any) -> Cycle:
        """Cut a cycle off, seal it and compute it."""
        self.cycle = (await self.do(cycles.cut_off, cycle.cycle_id, now=self.now)).following
        await self.do(sealing.seal, cycle.cycle_id, now=self.now)
        return await self.do(computing.compute, cycle.cycle_id, now=self.now, **how)

    async def recompute(self, cycle: Cycle) -> Cycle:
        """Compute a cycle again."""
        return await self.do(computing.compute, cycle.cycle_id, now=self.now)

    async def approve(self, cycle: Cycle) -> Cycle:
        """Propose a cycle, wait until silence is acceptance, and approve it."""
        await self.do(cycles.propose, cycle.cycle_id, by=ANNA, now=self.now)
        self.now += timedelta(days=15)
        return await self.do(cycles.approve, cycle.cycle_id, by=BERT, now=self.now)

    def _common(self, member: Member, at: str) -> dict[str, Any]:
        key = f"posting-{next(self._numbers)}"
        return {
            "wallet_id": member.wallet_id,
            "member_id": member.member_id,
            "partner_id": self.partner_ids[at],
            "idempotency_key": key,
            "fingerprint": sha256(key.encode()).digest(),
            "occurred_at": self.now - self.behind,
        }

    async def _post(self, door: Door, posting: Any) -> Verdict:
        (verdict,) = await post(self.database.pool, door, [posting], now=self.now)
        assert verdict.outcome == "POSTED", verdict
        return verdict


async def a_coalition(database: Database, **terms: Mapping[str, Any]) -> Trading:
    """A coalition of partners, each named by a letter and bound by its terms, with its first cycle open."""
    async with database.session(COALITION) as plain, plain.begin():
        session = WriteSession(ReadSession(plain))
        await founding.found(session, FOUNDED)
        session.add(_company(LegalEntity(legal_entity_id=new_id(), name="Operator AS", country="LV"), 0))
        await session.flush()
        partner_ids = {letter: await _admitted(session, letter, terms[letter]) for letter in terms}
        cycle = await cycles.open_first(session, now=NOON)
    return Trading(database, partner_ids, cycle)


async def _admitted(session: WriteSession, letter: str, terms: Mapping[str, Any]) -> PartnerId:
    command = partners.AdmitPartner(
        slug=letter.lower(),
        name=f"Partner {letter}",
        roles=frozenset({PartnerRole.RETAILER}),
        hue=ord(letter[0]),
        country="LV",
        company=f"{letter} SIA",
    )
    admitted = await partners.admit(session, command, now=NOON)
    _company(admitted.entity, ord(letter[0]))
    await session.flush()
    await _signed(session, admitted.partner.partner_id, terms, NOON - timedelta(days=1))
    await partners.change_status(session, admitted.partner.partner_id, PartnerStatus.ACTIVE)
    return PartnerId(admitted.partner.partner_id)


def _company(company: LegalEntity, number: int) -> LegalEntity:
    """Everything an invoice has to say of a company."""
    company.street, company.building, company.post_code, company.town = "Brivibas iela", str(number), "LV-1010", "Riga"
    company.registration, company.tax_number = f"4000{number:07}", f"LV4000{number:07}"
    company.iban, company.bic = _iban(f"HABA{number:013}"), "HABALV22"
    return company


def _iban(account: str) -> str:
    check = 98 - int("".join(str(int(sign, 36)) for sign in f"{account}LV00")) % 97
    return f"LV{check:02}{account}"


async def _signed(
    session: WriteSession,
    partner_id: UUID,
    terms: Mapping[str, Any],
    valid_from: datetime,
    people: tuple[PersonId | None, PersonId | None] = (None, None),
) -> None:
    values: dict[str, Any] = {name: Decimal(value) if type(value) is str else value for name, value in terms.items()}
    values.pop("bands", None)
    bands = tuple(contracts.Band(points=start, price=Decimal(price)) for start, price in terms.get("bands", ()))
    drawn = contracts.Terms(valid_from=valid_from, bands=bands, **values)
    contract = await contracts.draw_up(session, partner_id, drawn, by=people[0])
    await contracts.sign(session, contract.contract_id, now=NOON, by=people[1])


def anybody() -> PersonId:
    """Some person."""
    return PersonId(new_id())
