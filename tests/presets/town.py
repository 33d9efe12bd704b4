"""A preset loaded by its command's own function, and lived in over HTTP: a diary with what each line must come to.

Members act at partners' tills through the Python client, and look at their wallets by their own sign-in. The clock
moves as the diary says, and what a worker would have done meanwhile is done by the functions that it calls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.storage import Database
from hansa.commands.access import sign_in_link
from hansa.presets.finding import find
from hansa.presets.loading import ADMIN, APPROVER, PREPARER, Loaded, load
from hansa.recipes import words
from hansa.recipes.parts import Part
from hansa.settings import Settings
from hansa.storefront import (
    Action,
    Basket,
    Card,
    ClientSecret,
    Line,
    Recorded,
    RecordedAction,
    Redemption,
    Refused,
    Returned,
    RewardAsk,
    RewardRedemption,
    Storefront,
    new_key,
)
from partners.keys import Keys, derive
from tests.builders import signing as ask
from tests.builders.houses import Browser
from tests.builders.served import a_server, settings_for
from tests.presets.works import a_turn

ADVANCE = "mutation ($input: ClockAdvanceInput!) { clockAdvance(input: $input) { userErrors { code message } } }"
ENROL = "mutation ($input: MemberEnrolInput!) { memberEnrol(input: $input) { userErrors { code message } } }"
MINE = "{ me { wallet { available pending held debt expiries { at points } } } }"
CYCLES = "{ cycles { nodes { id name state } } }"
STATEMENTS = "query ($cycle: ID!) { cycle(id: $cycle) { statements { role partner { slug } net { amount } } } }"
TIERS = "{ myTiers { programme { name } tier } }"
VOUCHERS = "{ myVouchers(first: 100) { nodes { name code expiresAt } } }"
USE = """mutation ($input: VoucherUseInput!) { voucherUse(input: $input) {
    use { money { amount } } userErrors { code message } } }"""
CHOOSE = """mutation ($input: MyCertificateChooseInput!) { myCertificateChoose(input: $input) {
    userErrors { code message } } }"""
SEGMENTS = "{ segments(first: 100) { nodes { id name } } }"
PUT_IN = """mutation ($input: SegmentMembersInput!) { segmentAddMembers(input: $input) {
    userErrors { code message } } }"""
FRIENDS = "{ myReferral { code rewarded } }"
REWARDS = "{ rewards(first: 100) { nodes { id name state steps { points } } } }"


@dataclass(kw_only=True)
class Town:
    """The partners of a preset at their tills, its people at their desks, and its members."""

    loaded: Loaded
    database: Database
    settings: Settings
    keys: Keys
    url: str
    stack: AsyncExitStack
    coalition: Storefront
    fronts: Mapping[str, Storefront]
    """The client of each partner."""
    now: datetime
    browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def tills(self) -> Mapping[str, Storefront]:
        """Of those who sell."""
        return {key: front for key, front in self.fronts.items() if self.loaded.outlets[key]}

    async def at(self, when: str) -> None:
        """It becomes a time of a day, by the programme's clock; months that begin on the way are worked through."""
        then = words.moment(self.loaded.recipe.time_zone)(Part(when, "the diary", 0, (when,)))
        while (month := _next_month(self.now)) < then:
            await self._move(month)
        await self._move(then)

    async def enrol(self, name: str, *, at: str = "", born: str | None = None, code: str | None = None) -> Customer:
        """Somebody takes a card at a counter, and lets every partner see the balance and make offers."""
        first = at or next(iter(self.tills))
        card = Card(f"CARD {name.upper()}")
        details: dict[str, Any] = {} if born is None else {"details": {"bornOn": born}}
        details |= {} if code is None else {"referralCode": code}
        said = {"idempotencyKey": new_key(), "cardNumber": card.number, **details}
        told = await self.tills[first].ask(ENROL, {"input": {**said, "consents": ["BALANCE", "OFFERS"]}})
        assert told["memberEnrol"]["userErrors"] == []
        for key, till in self.tills.items():
            if key != first:
                await till.consent(card, "BALANCE", "OFFERS")
        home = await self._signed_in(member=card.number)
        return Customer(town=self, name=name, card=card, home=home, first=first)

    async def puts_in(self, segment: str, customer: Customer, *, at: str) -> None:
        """A partner puts a member into a list of its own."""
        till = self.tills[at]
        found = (await till.ask(SEGMENTS, {}))["segments"]["nodes"]
        said = {
            "segment": next(one["id"] for one in found if one["name"] == segment),
            "members": [customer.card.input()],
        }
        done = await till.ask(PUT_IN, {"input": said})
        assert done["segmentAddMembers"]["userErrors"] == []

    async def closes(self) -> None:
        """The cycle is over: what is posted from now on is the next one's."""
        preparer = await self.at_desk(PREPARER)
        cycles = (await preparer.ask(CYCLES))["cycles"]["nodes"]
        await preparer.do(ask.CUT_OFF, cycle=next(one["id"] for one in cycles if one["state"] == "OPEN"))

    async def settles(self, cycle: str, **nets: str) -> None:
        """A closed cycle, called by the month it began in, is computed, laid before the partners, and approved."""
        preparer, approver = await self.at_desk(PREPARER), await self.at_desk(APPROVER)
        cycles = (await preparer.ask(CYCLES))["cycles"]["nodes"]
        cycle_id = next(one["id"] for one in cycles if one["name"] == cycle)
        await preparer.do(ask.COMPUTE, cycle=cycle_id)
        await preparer.do(ask.PROPOSE, cycle=cycle_id, daysToAnswer=0)  # so that silence is an answer at once
        await approver.do(ask.APPROVE, cycle=cycle_id)
        found = (await preparer.ask(STATEMENTS, cycle=cycle_id))["cycle"]["statements"]
        names = {self.loaded.slugs[key]: key for key in self.loaded.cast.partners}
        got = {
            names[one["partner"]["slug"]] if one["partner"] else one["role"].lower(): Decimal(one["net"]["amount"])
            for one in found
        }
        told = {name.replace("_", " "): Decimal(net) for name, net in nets.items()}
        assert {name: net for name, net in got.items() if net or name in told} == told, f"{cycle}: {got}"
        assert sum(got.values()) == 0

    async def at_desk(self, email: str) -> Browser:
        """One of the coalition's people at a browser."""
        if email not in self.browsers:
            self.browsers[email] = await self._signed_in(person=email)
        return self.browsers[email]

    async def _signed_in(self, **whom: str) -> Browser:
        link = await sign_in_link(self.settings, **whom)  # type: ignore[arg-type]
        browser = Browser(await self.stack.enter_async_context(httpx.AsyncClient(base_url=self.url)))
        answer = await browser.follow(link)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        return browser

    async def _move(self, to: datetime) -> None:
        moved = await self.coalition.ask(ADVANCE, {"input": {"to": to.astimezone(UTC).isoformat()}})
        assert moved["clockAdvance"]["userErrors"] == []
        self.now = to
        await a_turn(self.database, keys=self.keys, now=to.astimezone(UTC))


@dataclass(kw_only=True)
class Customer:
    """A member: with a card at tills, and at home with a sign-in of its own."""

    town: Town
    name: str
    card: Card
    home: Browser
    first: str

    async def buys(
        self,
        goods: Mapping[str, str],
        *,
        at: str = "",
        paid: Mapping[str, str] | None = None,
        earns: int = 0,
        wins: tuple[str, ...] = (),
    ) -> Bought:
        """Goods go over the counter: "12.99", or "3 for 16.47"."""
        key = at or self.first
        basket = Basket(
            member=self.card,
            lines=tuple(_line(article, said) for article, said in goods.items()),
            currency=self.town.loaded.recipe.currency,
            outlet=next(iter(self.town.loaded.outlets[key])),
            tenders={kind: Decimal(amount) for kind, amount in (paid or {}).items()},
        )
        done = await self.town.tills[key].purchase(basket)
        got = (done.points, tuple(one.name for one in done.tokens))
        assert got == (earns, wins), self._line(f"buys {goods}: {got}")
        return Bought(customer=self, at=key, goods=tuple(goods), recorded=done)

    async def does(
        self, kind: str, *, at: str = "", earns: int = 0, wins: tuple[str, ...] = (), **attributes: Any
    ) -> RecordedAction:
        """Something that is no purchase."""
        action = Action(member=self.card, kind=kind, attributes=attributes)
        done = await self.town.tills[at or self.first].record_action(action)
        got = (done.points, tuple(one.name for one in done.tokens))
        assert got == (earns, wins), self._line(f"does {kind}: {got}")
        return done

    async def cannot_buy(self, goods: Mapping[str, str], code: str, *, at: str = "") -> None:
        """Goods for which no points come any more."""
        with pytest.raises(Refused) as refused:
            await self.buys(goods, at=at)
        assert refused.value.code == code, self._line(f"cannot buy {goods}")

    async def spends(self, points: int, *, at: str = "") -> Redemption:
        """Points go over the counter."""
        key = at or self.first
        outlet = next(iter(self.town.loaded.outlets[key]))
        return await self.town.tills[key].redeem(self.card, points, outlet=outlet)

    async def takes(
        self,
        reward: str,
        points: int,
        *,
        at: str = "",
        basket: Mapping[str, str] | None = None,
        off: str = "0",
        pieces: int = 1,
    ) -> RewardRedemption:
        """A reward is had, by its key in the recipe, for points; of one with steps, the step that costs so many."""
        key = at or self.first
        ask = await self._asked(reward, points, key, basket, pieces)
        outlet = next(iter(self.town.loaded.outlets[key]))
        done = await self.town.tills[key].redeem_reward(self.card, ask, outlet=outlet)
        got = (done.redemption.points, done.off)
        assert got == (points * pieces, Decimal(off)), self._line(f"takes {reward}: {got}")
        return done

    async def cannot_take(self, reward: str, points: int, code: str, *, at: str = "") -> None:
        """A reward that is not to be had."""
        with pytest.raises(Refused) as refused:
            await self.takes(reward, points, at=at)
        assert refused.value.code == code, self._line(f"cannot take {reward}: {refused.value}")

    async def _asked(
        self, reward: str, points: int, at: str, basket: Mapping[str, str] | None, pieces: int
    ) -> RewardAsk:
        name = self._name_of(reward)
        found = (await self.town.tills[at].ask(REWARDS, {}))["rewards"]["nodes"]
        one = next(one for one in found if one["name"] == name)
        costs = [int(step["points"]) for step in one["steps"]]
        lines = None if basket is None else [_line(article, said) for article, said in basket.items()]
        if not costs:
            return RewardAsk(one["id"], points=points, lines=lines)
        return RewardAsk(one["id"], step=costs.index(points) + 1, pieces=pieces, lines=lines)

    async def cannot_spend(self, points: int, code: str, *, at: str = "") -> None:
        """Points that do not go over the counter."""
        with pytest.raises(Refused) as refused:
            await self.spends(points, at=at)
        assert refused.value.code == code, self._line(f"cannot spend {points}")

    async def holds(self, *names: str) -> None:
        """The vouchers that can be used, as the member sees them."""
        got = sorted(one["name"] for one in await self._vouchers())
        assert got == sorted(names), self._line(f"holds {got}")

    async def how_many(self) -> int:
        """How many vouchers can be used, whatever a wheel has made them."""
        return len(await self._vouchers())

    async def checks_in(self) -> RecordedAction:
        """A visit by the telephone, whatever it gives."""
        return await self.town.tills[self.first].record_action(Action(member=self.card, kind="CHECK_IN"))

    async def uses(self, name: str, goods: Mapping[str, str], *, off: str, at: str = "") -> None:
        """A voucher goes over the counter, before the goods are paid."""
        code = next(one["code"] for one in await self._vouchers() if one["name"] == name)
        done = await self._used(code, goods, at or self.first)
        assert done["userErrors"] == [], self._line(f"uses {name}: {done}")
        got = Decimal(done["use"]["money"]["amount"])
        assert got == Decimal(off), self._line(f"uses {name}: {got}")

    async def is_at(self, tier: str | None, *, in_: str | None = None) -> None:
        """The tier in a programme, as the member sees it; in the only one, if none is named."""
        found = (await self.home.ask(TIERS))["myTiers"]
        got = [one["tier"] for one in found if in_ is None or one["programme"]["name"] == in_]
        assert got == [tier], self._line(f"is at {got}")

    async def saves(self, reward: str) -> None:
        """Points are to be saved, and not to become a certificate by themselves."""
        name = self._name_of(reward)
        found = (await self.home.ask(REWARDS))["rewards"]["nodes"]
        await self.home.do(CHOOSE, reward=next(one["id"] for one in found if one["name"] == name), save=True)

    def _name_of(self, reward: str) -> str:
        return self.town.loaded.recipe.parts["rewards"].named()[reward].named()["name"].text()

    async def code(self) -> str:
        """What a friend is to say on joining."""
        return str((await self.home.ask(FRIENDS))["myReferral"]["code"])

    async def _vouchers(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = (await self.home.ask(VOUCHERS))["myVouchers"]["nodes"]
        return nodes

    async def _used(self, code: str, goods: Mapping[str, str], at: str) -> dict[str, Any]:
        lines = [_line(article, said).input() for article, said in goods.items()]
        said = {"codes": [code], "lines": lines, "member": self.card.input(), "idempotencyKey": new_key()}
        outlet = {"outletCode": next(iter(self.town.loaded.outlets[at]))}
        return dict((await self.town.tills[at].ask(USE, {"input": {**said, **outlet}}))["voucherUse"])

    async def has(self, available: int, *, waiting: int = 0, debt: int = 0) -> None:
        """What is in the wallet, as the member sees it."""
        wallet = (await self.home.ask(MINE))["me"]["wallet"]
        got = tuple(int(wallet[name]) for name in ("available", "pending", "debt"))
        assert got == (available, waiting, debt), self._line(f"has {got}")

    async def loses(self, points: int, on: str) -> None:
        """What goes next, and when, as the member sees it."""
        (first, *_) = (await self.home.ask(MINE))["me"]["wallet"]["expiries"]
        when = datetime.fromisoformat(first["at"]).astimezone(self.town.loaded.recipe.time_zone)
        got = (int(first["points"]), f"{when:%Y-%m-%d}")
        assert got == (points, on), self._line(f"loses {got}")

    def _line(self, what: str) -> str:
        return f"{self.town.now:%Y-%m-%d %H:%M} {self.name} {what}"


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A purchase, of which something may come back."""

    customer: Customer
    at: str
    goods: tuple[str, ...]
    recorded: Recorded

    async def comes_back(self, takes: int, **quantities: int) -> Returned:
        """Goods come back: those named, or everything."""
        lines = {self.goods.index(name.replace("_", " ")) + 1: Decimal(back) for name, back in quantities.items()}
        done = await self.customer.town.tills[self.at].take_back(purchase=self.recorded.id, lines=lines or None)
        assert done.points == takes, f"{self.customer.name} gives {quantities or 'everything'} back: {done.points}"
        return done


@asynccontextmanager
async def a_preset(name: str, database: Database, database_url: str, home: Path) -> AsyncIterator[Town]:
    """A preset in force at its start, served on a port."""
    settings = settings_for(database_url, home)
    keys = derive(settings.key())
    loaded = await load(database, find(name), keys=keys)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(a_server(database_url, home))
        fronts = {
            one.whose: await stack.enter_async_context(
                Storefront.opened(url, ClientSecret(one.client_id, one.secret or ""))
            )
            for one in loaded.clients
        }
        yield Town(
            loaded=loaded,
            database=database,
            settings=settings.model_copy(update={"issuer": url}),
            keys=keys,
            url=url,
            stack=stack,
            coalition=fronts[""],
            fronts={key: fronts[loaded.slugs[key]] for key in loaded.cast.partners},
            now=loaded.starts,
        )


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0)
    return (first + timedelta(days=32)).replace(day=1)


def _line(article: str, said: str) -> Line:
    quantity, _, price = said.rpartition(" for ")
    return Line(article, Decimal(price), Decimal(quantity or "1"))


__all__ = ["ADMIN", "APPROVER", "PREPARER", "Bought", "Customer", "Town", "a_preset"]
