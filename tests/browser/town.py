"""A coalition of four with two closed months behind it, one member to look over the shoulder of, and a till."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from domain.audit import sealing
from domain.coalition import contracts, founding, partners
from domain.coalition.models import PartnerRole, PartnerStatus
from domain.ids import PartnerId, PersonId, new_id
from domain.ledger.posting import Door, post
from domain.ledger.postings import Award, Posting, PurchasePosting, RedemptionPosting
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember
from domain.settlement import computing, cycles, queries
from domain.storage import COALITION, Database, ReadSession, WriteSession
from partners.keys import Keys
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 14, 20, tzinfo=UTC)
END_OF_YEAR = datetime(2026, 12, 31, 22, tzinfo=UTC)
"""Midnight in Riga."""

NAMES = {
    "olla": ("Olla Groceries", 140, "Brīvības iela"),
    "kvass": ("Kalna Kvass", 24, "Brewery shop"),
    "tilia": ("Tilia Pharmacy", 205, "Old Town"),
    "nordwind": ("Nordwind Ferries", 290, "Terminal"),
}
TERMS = {
    "price": Decimal("0.0100"),
    "price_redeem": Decimal("0.0085"),
    "share_at_issuance": Decimal("0.4"),
    "fee_share": Decimal("0.03"),
    "tax_supply": Decimal("0.21"),
    "tax_credit": Decimal("0.21"),
}
CARD = "HANSA0001"
FINANCE = "finance@olla.example"
PREPARER = "settlement@hansa.example"
NEIGHBOURS = 57
AT_ONCE = 5


@dataclass
class Town:
    """The coalition, and short words for what happens in it."""

    database: Database
    keys: Keys
    partner_ids: dict[str, PartnerId] = field(default_factory=dict)
    outlet_ids: dict[str, UUID] = field(default_factory=dict)
    members: dict[str, KnownMember] = field(default_factory=dict)
    """By their cards."""
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def marta(self) -> KnownMember:
        """The member to look over the shoulder of."""
        return self.members[CARD]

    async def do(self, rule: Any, *args: Any, **keywords: Any) -> Any:
        """One rule in a transaction of the coalition."""
        async with self.database.session(COALITION) as session, session.begin():
            return await rule(WriteSession(ReadSession(session)), *args, **keywords)

    async def member(self, card: str) -> KnownMember:
        """A member joins at the grocer's."""
        keys = MemberKeys(self.keys.lookups, self.keys.personal_data)
        command = EnrolMember(
            partner_id=self.partner_ids["olla"], idempotency_key=f"join-{card}", identifiers=(Identifier.card(card),)
        )
        self.members[card] = (await enrol(self.database.pool, command, keys=keys, now=JANUARY)).member
        return self.members[card]

    async def buy(
        self,
        members: Sequence[KnownMember],
        at: str,
        points: Mapping[str, int],
        *,
        now: datetime = NOW,
        waits: timedelta = timedelta(0),
    ) -> None:
        """Each of them buys something at a partner, the next one later and a little more; points end with the year."""
        postings = []
        for place, member in enumerate(members):
            awards = [
                Award(
                    sponsor_id=self.partner_ids[sponsor],
                    points=each + place % 11,
                    available_at=now + waits,
                    expires_at=END_OF_YEAR,
                )
                for sponsor, each in points.items()
            ]
            basket: dict[str, Any] = {"currency": "EUR", "total": 1250, "numbers": [1], "skus": ["RYE"], "facts": {}}
            columns: dict[str, Any] = {"quantities": [Decimal(1)], "amounts": [1250], "awards": awards}
            common = self._common(member, at, now + timedelta(minutes=7 * place))
            postings.append(PurchasePosting(**common, **basket, **columns))
        await self._post(Door.PURCHASES, postings, now)

    async def spend(self, members: Sequence[KnownMember], at: str, points: int, *, now: datetime = NOW) -> None:
        """Each of them pays with points at a partner."""
        postings = [
            RedemptionPosting(**self._common(member, at, now), points=points + place % 7)
            for place, member in enumerate(members)
        ]
        await self._post(Door.REDEMPTIONS, postings, now)

    async def close(self, name: str, *, now: datetime, approved: bool) -> None:
        """The month that is open ends, and its statements go to the partners."""
        open_cycle = (await self.do(queries.open_cycle)).cycle_id
        await self.do(cycles.cut_off, open_cycle, now=now, next_name=name)
        await self.do(sealing.seal, open_cycle, now=now)
        await self.do(computing.compute, open_cycle, now=now)
        await self.do(cycles.propose, open_cycle, by=PersonId(new_id()), now=now)
        if approved:
            await self.do(cycles.approve, open_cycle, by=PersonId(new_id()), now=now + timedelta(days=15))

    def _common(self, member: KnownMember, at: str, now: datetime) -> dict[str, Any]:
        number = next(self._numbers)
        return {
            "wallet_id": member.wallet_id,
            "member_id": member.member_id,
            "partner_id": self.partner_ids[at],
            "outlet_id": self.outlet_ids[at],
            "idempotency_key": f"town-{number:08}-of-this-test",
            "fingerprint": sha256(str(number).encode()).digest(),
            "occurred_at": now,
            "reference": f"R-{number:05}",
        }

    async def _post(self, door: Door, postings: Sequence[Posting], now: datetime) -> None:
        for place in range(0, len(postings), AT_ONCE):
            later = now + timedelta(minutes=7 * place)
            verdicts = await post(self.database.pool, door, postings[place : place + AT_ONCE], now=later)
            assert {verdict.outcome for verdict in verdicts} == {"POSTED"}, verdicts


async def a_town(database: Database, keys: Keys) -> Town:
    """The coalition with its partners and contracts, its first cycle open, nothing bought yet."""
    town = Town(database, keys)
    command = founding.FoundCoalition(
        name="Hansa",
        purpose="Points that every town honours",
        currency="EUR",
        standard_price=Decimal("0.0085"),
        time_zone="Europe/Riga",
        operator_name="Hansa Operator",
        sandbox=True,
        clock_at=NOW,
    )
    await town.do(founding.found, command)
    for slug in NAMES:
        await town.do(_admit, town, slug)
    await town.do(cycles.open_first, now=JANUARY, name="2026-01")
    person = AdmitPerson(
        name="Jānis Bērziņš",
        email=FINANCE,
        roles=frozenset({PersonRole.PARTNER_FINANCE}),
        partner_id=town.partner_ids["olla"],
    )
    await town.do(admitting.admit, person, now=JANUARY)
    preparer = AdmitPerson(name="Ilze Kalna", email=PREPARER, roles=frozenset({PersonRole.COALITION_PREPARER}))
    await town.do(admitting.admit, preparer, now=JANUARY)
    return town


async def a_winter(town: Town) -> None:
    """Two months of trade, both closed, and the beginning of a third."""
    marta = await town.member(CARD)
    neighbours = [await town.member(f"HANSA{number:04}") for number in range(2, 2 + NEIGHBOURS)]
    day = timedelta(days=1)
    await town.buy([marta], "olla", {"olla": 180, "kvass": 60}, now=JANUARY + 11.4 * day)
    await town.buy(neighbours, "olla", {"olla": 217, "kvass": 43}, now=JANUARY + 12.3 * day)
    await town.buy([marta, *neighbours[:9]], "tilia", {"tilia": 95}, now=JANUARY + 27.6 * day)
    await town.spend(neighbours[:11], "nordwind", 133, now=JANUARY + 29.4 * day)
    await town.close("2026-02", now=FEBRUARY, approved=True)
    await town.spend([marta], "nordwind", 120, now=FEBRUARY + 8.3 * day)
    await town.buy(neighbours, "olla", {"olla": 109, "kvass": 31}, now=FEBRUARY + 10.3 * day)
    await town.spend(neighbours[5:47], "olla", 77, now=FEBRUARY + 13.4 * day)
    await town.buy([marta], "nordwind", {"nordwind": 340}, now=FEBRUARY + 19.7 * day, waits=14 * day)
    await town.spend(neighbours[:7], "tilia", 101, now=FEBRUARY + 21.4 * day)
    await town.close("2026-03", now=MARCH, approved=False)
    await town.buy([marta], "tilia", {"tilia": 64}, now=MARCH + timedelta(hours=9))
    await town.buy([marta], "olla", {"olla": 85, "kvass": 20}, now=NOW - timedelta(hours=5))


async def _admit(session: WriteSession, town: Town, slug: str) -> None:
    name, hue, street = NAMES[slug]
    command = partners.AdmitPartner(
        slug=slug,
        name=name,
        roles=frozenset({PartnerRole.MANUFACTURER if slug == "kvass" else PartnerRole.RETAILER}),
        hue=hue,
        country="LV",
        company=f"{name} SIA",
    )
    admitted = await partners.admit(session, command, now=JANUARY)
    partner_id = admitted.partner.partner_id
    await session.flush()
    drawn = contracts.Terms(valid_from=JANUARY - timedelta(days=1), **TERMS)  # type: ignore[arg-type]
    contract = await contracts.draw_up(session, partner_id, drawn)
    await contracts.sign(session, contract.contract_id, now=JANUARY)
    await partners.change_status(session, partner_id, PartnerStatus.ACTIVE)
    outlet = partners.OpenOutlet(code="1", name=street, time_zone="Europe/Riga")
    [opened] = await partners.open_outlets(session, admitted.brand, [outlet])
    town.partner_ids[slug] = PartnerId(partner_id)
    town.outlet_ids[slug] = opened.outlet_id
