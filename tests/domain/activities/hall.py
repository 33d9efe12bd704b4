"""A shop and a maker that hold a tasting together, and members who come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from domain.activities import attending, codes, costing, inviting, managing, queries, reporting
from domain.activities.attending import Came, Done
from domain.activities.costing import EnterCost
from domain.activities.inviting import Answer, Told
from domain.activities.models import ActivityCost, CameBy, CostKind, PlaceState
from domain.activities.queries import MyActivity
from domain.activities.reporting import ActivityReport
from domain.activities.terms import Activity, ActivityKind, ActivityTerms
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.earning.tills import Caches
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.queries import balance
from domain.members.recognition import KnownMember
from domain.rewards.forms import Words
from domain.storage import COALITION, Database, Sight
from domain.values import Rate
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, World, a_world, acting

DAY = timedelta(days=1)
BEGINS = NOW + 7 * DAY
SHARES = (Rate(2, 5), Rate(3, 5))


@dataclass
class Hall:
    """Where it happens."""

    world: World
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))
    activity: Activity | None = None

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.world.database

    @property
    def shop(self) -> PartnerId:
        """The owner and host, which bears two fifths."""
        return self.world.shop

    @property
    def maker(self) -> PartnerId:
        """Who bears three fifths."""
        return self.world.maker

    def terms(self, **changes: Any) -> ActivityTerms:
        """A tasting for ten, next week."""
        shares = (Sponsor(self.shop, SHARES[0]), Sponsor(self.maker, SHARES[1]))
        usual: dict[str, Any] = {
            "name": "Cheese night",
            "kind": ActivityKind.TASTING,
            "texts": (Words(language="en", name="Cheese night"), Words(language="lv", name="Siera vakars")),
            "hosts": frozenset({self.shop}),
            "outlet": self.world.outlet,
            "starts_at": BEGINS,
            "ends_at": BEGINS + timedelta(hours=3),
            "places": 10,
            "shares": tuple(sorted(shares, key=lambda one: one.partner_id)),
        }
        return ActivityTerms(**{**usual, **changes})

    async def live(self, **changes: Any) -> Activity:
        """It goes live; the maker has agreed."""
        terms = self.terms(**changes)
        async with acting(self.database, Sight.partner(self.shop)) as session:
            drafted = await managing.draft(session, self.shop, terms, now=self.now)
        for partner in set(terms.funders) - {self.shop}:
            async with acting(self.database, Sight.partner(partner)) as session:
                await managing.agree(session, partner, drafted.activity_id, terms.fingerprint(), now=self.now)
        async with acting(self.database, Sight.partner(self.shop)) as session:
            self.activity = await managing.publish(session, self.shop, drafted.activity_id, now=self.now)
        return self.activity

    async def pays(self, points: int = 50) -> None:
        """A campaign of the shop pays those who come."""
        await self.world.live(Flat(points=points), name="Thanks", when=When(triggers=frozenset({"ATTENDANCE"})))

    async def members(self, how_many: int) -> list[KnownMember]:
        """People who joined at the shop."""
        return [await self.world.member(f"CARD{next(self.numbers):04}") for _ in range(how_many)]

    async def invites(self, *who: KnownMember, by: PartnerId | None = None) -> int:
        """A partner invites."""
        partner = by or self.shop
        async with acting(self.database, Sight.partner(partner)) as session:
            members = [one.member_id for one in who]
            return await inviting.invite(session, partner, self.which, members, now=self.now)

    async def answers(self, who: KnownMember, said: Answer = Answer.ACCEPT, guests: int = 0) -> PlaceState:
        """A member answers."""
        pool = self.database.pool
        return await inviting.answer(pool, self.which, who.member_id, said, guests=guests, now=self.now)

    async def comes(self, who: KnownMember, way: CameBy = CameBy.CARD) -> Came:
        """A member shows its card at the door."""
        told = {"caches": self.caches(), "lookup_key": KEYS.lookup, "now": self.now}
        pool = self.database.pool
        return await attending.attend(pool, self.which, who.member_id, self.shop, way, **told)  # type: ignore[arg-type]

    async def shows(self, who: KnownMember) -> str:
        """What a member shows for its place now."""
        [own] = await self.sees(who)
        assert own.place_id is not None
        return codes.member_code(own.place_id, KEYS.lookup, now=self.now)

    async def scanned(self, code: str, host: PartnerId | None = None) -> Came:
        """A host scans a member's code."""
        told = {"caches": self.caches(), "key": KEYS.lookup, "now": self.now}
        return await attending.by_member_code(self.database.pool, self.which, code, host or self.shop, **told)  # type: ignore[arg-type]

    async def scans(self, who: KnownMember, code: str) -> Came:
        """A member scans the host's code."""
        assert self.activity is not None
        told = {"caches": self.caches(), "key": KEYS.lookup, "now": self.now}
        return await attending.by_host_code(self.database.pool, self.activity, code, who.member_id, **told)  # type: ignore[arg-type]

    async def sees(self, who: KnownMember) -> list[MyActivity]:
        """What a member sees."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            return await queries.mine(session, who.member_id, now=self.now)

    async def pays_for(self, partner: PartnerId, cents: int, kind: CostKind = CostKind.ACTUAL) -> ActivityCost:
        """A partner enters a cost."""
        number = next(self.numbers)
        command = EnterCost(
            partner_id=partner,
            activity_id=self.which,
            kind=kind,
            label=f"Cost {number}",
            amount=cents,
            idempotency_key=f"cost-{number:06}",
        )
        async with acting(self.database, Sight.partner(partner)) as session:
            return await costing.enter(session, command, now=self.now)

    async def report(self, partner: PartnerId | None) -> ActivityReport:
        """How it went, as a partner or the coalition sees it."""
        sight = COALITION if partner is None else Sight.partner(partner)
        async with acting(self.database, sight) as session:
            return await reporting.report(session, partner, self.which, now=self.now)

    async def told(self) -> Told:
        """The worker tells."""
        async with acting(self.database, COALITION) as session:
            return await inviting.tell(session, now=self.now)

    async def turn(self) -> Done:
        """The worker finishes what is left."""
        return await attending.finish(self.database.pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def points(self, who: KnownMember) -> int:
        """What somebody has."""
        held = await balance(self.database.pool, who.wallet_id, sight=COALITION, now=self.now)
        return int(held.available) + int(held.pending)

    @property
    def which(self) -> Any:
        """The activity's id."""
        assert self.activity is not None
        return self.activity.activity_id

    @staticmethod
    def caches() -> Caches:
        """What a till remembers: nothing yet."""
        return Caches.fresh("EUR", "Europe/Riga")


async def a_hall(database: Database) -> Hall:
    """The shop and the maker of the usual world."""
    return Hall(world=await a_world(database))
