"""The client asks again where that is right, with the same key, and nowhere else; on a line that loses replies."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from domain.coalition.models import Partner
from domain.earning import managing
from domain.earning.rules import RatePerUnit
from domain.earning.terms import Sponsor, Terms
from domain.ids import PartnerId
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import (
    Basket,
    Card,
    ClientKey,
    ClientSecret,
    ExternalId,
    Faulty,
    Known,
    Line,
    Patience,
    Recorded,
    Refused,
    Storefront,
    Unanswered,
    Unauthorized,
    Wallet,
)
from hansa.storefront.transport import key_in
from tests.builders.coalition import BEFORE, NOON, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server
from tests.shape.tree import ROOT

HASTY = Patience(attempts=4, seconds=5, first_pause=0.01, longest_pause=0.02)
ADA = Card("ADA 0001")
SPEND_NOTHING = 'mutation { clockAdvance(input: { to: "2020-01-01T00:00:00Z" }) { userErrors { code } } }'

Answer = httpx.Response | Exception | None
"""What becomes of a request: another answer in place of the server's, a loss, or what the server says."""


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """A line to a real server, on which trouble waits."""

    trouble: list[Callable[[], Answer]] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    real: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the server, and let trouble happen to its answer."""
        if not request.url.path.endswith("/graphql"):
            return await self.real.handle_async_request(request)
        self.asked.append(await request.aread())
        happens = self.trouble.pop(0)() if self.trouble else None
        if isinstance(happens, httpx.Response | httpx.ConnectError):
            return _raised(happens)
        answer = await self.real.handle_async_request(request)
        if happens is None:
            return answer
        await answer.aread()
        return _raised(happens)

    async def aclose(self) -> None:
        """Hang up."""
        await self.real.aclose()


def _raised(happens: httpx.Response | Exception) -> httpx.Response:
    if isinstance(happens, Exception):
        raise happens
    return happens


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A shop that gives a point a dollar."""

    database: Database
    partner: Partner
    url: str
    credential: ClientSecret

    @asynccontextmanager
    async def front(self, *trouble: Callable[[], Answer], **options: Any) -> AsyncIterator[tuple[Storefront, Wire]]:
        """A storefront on a line with trouble."""
        line = Wire(trouble=list(trouble))
        opened = Storefront.opened(self.url, self.credential, **{"patience": HASTY, "transport": line, **options})
        async with opened as front:
            yield front, line


@pytest.fixture
async def shop(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """A server with one shop and one member."""
    await a_coalition(database)
    partner = await a_partner(database, "shop")
    shop_id = PartnerId(partner.partner_id)
    terms = Terms(
        name="A point a dollar",
        rule=RatePerUnit(points=Rate(1)),
        starts_at=BEFORE,
        partners=frozenset({shop_id}),
        sponsors=(Sponsor(shop_id),),
    )
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
        draft = await managing.draft(session, shop_id, terms, now=BEFORE)
        await managing.publish(session, shop_id, draft.campaign_id, now=BEFORE)
    async with a_server(database_url, tmp_path) as url:
        made = Shop(database=database, partner=partner, url=url, credential=await a_secret(database, partner))
        async with made.front() as (front, _):
            told = {"external_id": "17", "email": "ada@example.org", "name": "Ada"}
            await front.enrol(card=ADA.number, consents=["BALANCE"], **told)
        yield made


def basket(**changes: Any) -> Basket:
    """Ten dollars' worth of milk."""
    usual = {"member": ADA, "lines": (Line("milk", Decimal("10.00")),), "currency": "USD", "outlet": "1"}
    return Basket(**{**usual, **changes})


def lost() -> Answer:
    """The server did it, and its answer never came."""
    return httpx.ReadError("the line was cut")


def status(code: int, **headers: str) -> Callable[[], Answer]:
    """Somebody on the way answered."""
    return lambda: httpx.Response(code, headers=headers, json={})


async def test_a_lost_reply_is_asked_for_again_with_the_same_key(shop: Shop) -> None:
    async with shop.front(lost, status(503), lost) as (front, line):
        recorded = await front.purchase(basket())
    assert recorded.replayed, "the first request was recorded, though its answer was lost"
    assert recorded.points == 10
    assert len(line.asked) == 4
    assert len(set(line.asked)) == 1


async def test_what_carries_no_key_is_not_repeated_after_a_loss(shop: Shop) -> None:
    async with shop.front(lost) as (front, line):
        with pytest.raises(Unanswered) as refusal:
            await front.ask(SPEND_NOTHING, {})
    assert (len(line.asked), refusal.value.key) == (1, None)


async def test_what_surely_was_not_executed_is_repeated(shop: Shop) -> None:
    async with shop.front(lambda: httpx.ConnectError("nobody there"), status(429)) as (front, line):
        with pytest.raises(Faulty, match="FORBIDDEN"):
            await front.ask(SPEND_NOTHING, {})
    assert len(line.asked) == 3


async def test_it_waits_as_long_as_it_is_told(shop: Shop) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    begun = datetime.now(UTC)
    async with shop.front(status(429, **{"retry-after": "1"}), status(429, **{"retry-after": soon})) as (front, _):
        await front.member(ADA)
    assert datetime.now(UTC) - begun >= timedelta(seconds=1)


async def test_it_gives_up_and_hands_out_the_key_to_go_on_with(shop: Shop) -> None:
    mine = basket()
    async with shop.front(*[lost] * 4) as (front, _):
        with pytest.raises(Unanswered) as refusal:
            await front.purchase(mine)
    assert refusal.value.key == mine.key
    async with shop.front() as (front, _):
        assert (await front.purchase(mine)).replayed


async def test_it_does_not_wait_for_a_server_that_asks_for_too_long(shop: Shop) -> None:
    async with shop.front(status(429, **{"retry-after": "3600"})) as (front, line):
        with pytest.raises(Unanswered, match="429"):
            await front.member(ADA)
    assert len(line.asked) == 1


async def test_a_refusal_is_told_with_its_data_and_not_repeated(shop: Shop) -> None:
    async with shop.front() as (front, line):
        with pytest.raises(Refused) as refusal:
            await front.redeem(ADA, 5)
    assert refusal.value.code == "INSUFFICIENT_POINTS"
    assert refusal.value.data == {"available": "0", "required": "5"}
    assert len(line.asked) == 1


async def test_a_token_that_counts_no_more_is_fetched_anew(shop: Shop) -> None:
    async with shop.front(status(401)) as (front, line):
        assert await front.member(ADA) is not None
    assert len(line.asked) == 2


async def test_wrong_credentials_are_said_to_be_wrong(shop: Shop) -> None:
    wrong = ClientSecret(shop.credential.client_id, "guessed")
    async with Storefront.opened(shop.url, wrong, patience=HASTY) as front:
        with pytest.raises(Unauthorized, match="invalid_client"):
            await front.member(ADA)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ECKey.generate_key("P-256", auto_kid=True),
        lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
        lambda: RSAKey.generate_key(2048, auto_kid=True),
    ],
    ids=["ES256", "Ed25519", "PS256"],
)
async def test_a_key_of_ones_own_signs_in(shop: Shop, make: Callable[[], Key]) -> None:
    key = make()
    jwks = {"keys": [key.as_dict(private=False)]}
    registered = await a_secret(shop.database, shop.partner, jwks=jwks)
    async with Storefront.opened(shop.url, ClientKey(registered.client_id, key), patience=HASTY) as front:
        assert await front.member(ADA) is not None


async def test_a_member_is_one_by_card_by_number_and_by_id(shop: Shop) -> None:
    async with shop.front() as (front, _):
        member = await front.member(ADA)
        assert member is not None
        assert await front.member(ExternalId("17")) == member
        assert await front.member(Known(member.id)) == member
        assert await front.member(Card("NOBODY")) is None


async def test_many_purchases_are_recorded_or_refused_each_on_its_own(shop: Shop) -> None:
    async with shop.front() as (front, _):
        good, bad, again = await front.purchases([basket(), basket(currency="EUR"), basket(receipt_number="3")])
        assert isinstance(good, Recorded)
        assert isinstance(again, Recorded)
        assert isinstance(bad, Refused)
        assert bad.code == "CURRENCY_MISMATCH"
        assert again.available == 20
        returned = await front.take_back(receipt_number="3", member=ADA)
        assert (returned.points, returned.available, returned.debt) == (10, 10, 0)


async def test_a_preview_says_what_and_why(shop: Shop) -> None:
    async with shop.front() as (front, _):
        preview = await front.preview(basket().lines, currency="USD", outlet="1")
    (award,) = preview.awards
    assert (preview.points, award.points, award.lines) == (10, 10, (1,))
    assert award.reason == "A point a dollar: 1 point per USD, on line 1"
    assert award.available_at == NOON


async def test_redemptions_are_made_ended_and_taken_back(shop: Shop) -> None:
    async with shop.front() as (front, _):
        await front.purchase(basket())
        held = await front.authorize(ADA, 6, outlet="1", minutes=5)
        assert (held.state, held.available) == ("AUTHORIZED", 4)
        captured = await front.capture(held.id, 5)
        assert (captured.state, captured.spent, captured.available) == ("CAPTURED", 5, 5)
        reversed_ = await front.reverse(held.id)
        assert (reversed_.state, reversed_.available) == ("REVERSED", 10)
        other = await front.authorize(ADA, 6, outlet="1")
        assert (await front.void(other.id)).state == "VOIDED"
        assert (await front.redeem(ADA, 10, outlet="1", reference="bon 7")).available == 0


async def test_a_wallet_is_shown_with_the_members_consent_only(shop: Shop) -> None:
    async with shop.front() as (front, _):
        silent = await front.enrol(card="55500002")
        assert silent.id
        with pytest.raises(Faulty, match="CONSENT_MISSING"):
            await front.wallet(Card("55500002"))
        await front.consent(Card("55500002"), "BALANCE")
        assert await front.wallet(Card("55500002")) == Wallet(available=0, pending=0, held=0, debt=0)


async def test_what_may_not_be_followed_is_refused_by_name(shop: Shop) -> None:
    async with shop.front() as (front, _):
        with pytest.raises(Faulty, match="WRONG_AUDIENCE"):
            await anext(front.follow("subscription { myWalletChanged { available } }"))


async def test_the_ten_lines_of_the_clients_page_earn_a_first_point(shop: Shop) -> None:
    page = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert found is not None
    program = found[1].replace("http://localhost:8000", shop.url).replace('outlet="367"', 'outlet="1"')
    program = program.replace("CLIENT_ID", shop.credential.client_id).replace("SECRET", shop.credential.secret)
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        said, _nothing = await process.communicate()
        assert said.decode() == found[2]
    async with shop.front() as (front, _line):
        assert (await front.redeem(Card("55500001"), 10, outlet="1")).available == 0


def test_the_key_of_a_request_is_found_wherever_it_stands() -> None:
    assert key_in({"input": {"purchases": [{"idempotencyKey": "first"}, {"idempotencyKey": "second"}]}}) == "first"
    assert key_in({"input": {"to": "now"}}) is None
