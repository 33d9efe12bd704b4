"""What the stories of makers and of who sells for them do beside buying, in the words of the API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import asyncpg

from domain.audit.verifying import verify
from hansa.storefront import Storefront, new_key
from tests.builders.signing import step
from tests.presets.town import Customer, Town

USE = step("voucherUse", "VoucherUseInput", "use { id money { amount } }")
UNUSE = step("voucherReverse", "VoucherReverseInput", "use { id }")
MINE = "{ myVouchers(first: 100) { nodes { name code } } }"

SCHEMES = "{ tradeInSchemes(first: 100) { nodes { id terms { name } } } }"
HAND_IN = step("tradeInRecord", "TradeInRecordInput", "tradeIn { id items { id value { amount } } } codes")
HAND_BACK = step("tradeInReverse", "TradeInReverseInput", "tradeIn { reversedAt }")
SOLD = step("consignmentSold", "ConsignmentSoldInput", "tradeIn { credits { amount { amount } } }")
HANDED_IN = "{ myTradeIns(first: 100) { nodes { scheme state closedAs credit { amount } } } }"


async def the_books_are_sound(town: Town, owner: asyncpg.Connection[Any]) -> None:
    """Nobody finds anything wrong with what the months came to."""
    report = await verify(owner)
    assert report.sound, f"{town.loaded.recipe.programme}: {report.findings}"


async def do(front: Storefront, text: str, **said: Any) -> dict[str, Any]:
    """What a step with one input gives."""
    (payload,) = (await front.ask(text, {"input": said})).values()
    assert payload["userErrors"] == [], payload
    return dict(payload)


async def refused(front: Storefront, text: str, **said: Any) -> str:
    """The code by which a step is refused."""
    (payload,) = (await front.ask(text, {"input": said})).values()
    (error,) = payload["userErrors"]
    return str(error["code"])


async def named(front: Storefront, text: str, name: str) -> str:
    """The id of what is called so in a list of one's own."""
    (found,) = (await front.ask(text, {})).values()
    return next(str(one["id"]) for one in found["nodes"] if (one.get("name") or one["terms"]["name"]) == name)


def at_counter(customer: Customer, at: str) -> dict[str, Any]:
    """Who stands at whose counter, and the key of what follows."""
    code = next(iter(customer.town.loaded.outlets[at]))
    return {"idempotencyKey": new_key(), "member": customer.card.input(), "outletCode": code}


async def takes_off(customer: Customer, name: str, goods: Mapping[str, str], *, off: str, at: str) -> str:
    """A voucher goes over the counter before goods are paid; what its use is called, to be taken back by."""
    nodes = (await customer.home.ask(MINE))["myVouchers"]["nodes"]
    code = next(one["code"] for one in nodes if one["name"] == name)
    lines = [{"sku": article, "amount": price} for article, price in goods.items()]
    done = await do(customer.town.tills[at], USE, codes=[code], lines=lines, **at_counter(customer, at))
    assert Decimal(done["use"]["money"]["amount"]) == Decimal(off), done
    return str(done["use"]["id"])


async def takes_back(town: Town, use: str, *, at: str) -> None:
    """The use of a voucher is taken back where it was used."""
    await do(town.tills[at], UNUSE, idempotencyKey=new_key(), use=use)


async def hands_in(
    customer: Customer, scheme: str, *items: Mapping[str, Any], at: str, worth: tuple[str, ...]
) -> dict[str, Any]:
    """Things are handed in at a counter, and are worth so much each."""
    done = await do(customer.town.tills[at], HAND_IN, **await _handing_in(customer, scheme, items, at))
    got = [Decimal(item["value"]["amount"]) for item in done["tradeIn"]["items"]]
    assert got == [Decimal(one) for one in worth], got
    return dict(done["tradeIn"])


async def cannot_hand_in(customer: Customer, scheme: str, *items: Mapping[str, Any], at: str) -> str:
    """The code by which things are not taken."""
    return await refused(customer.town.tills[at], HAND_IN, **await _handing_in(customer, scheme, items, at))


async def is_sold(town: Town, item: str, price: str, *, at: str) -> None:
    """Somebody buys what waited to be sold."""
    money = {"amount": price, "currency": town.loaded.recipe.currency}
    await do(town.tills[at], SOLD, idempotencyKey=new_key(), item=item, price=money)


async def handed_in(customer: Customer) -> list[tuple[str, str | None]]:
    """What became of what the member handed in, the latest first."""
    nodes = (await customer.home.ask(HANDED_IN))["myTradeIns"]["nodes"]
    return [(one["state"], one["credit"] and one["credit"]["amount"]) for one in nodes]


async def _handing_in(customer: Customer, scheme: str, items: tuple[Mapping[str, Any], ...], at: str) -> dict[str, Any]:
    scheme_id = await named(customer.town.tills[at], SCHEMES, scheme)
    shoes = [{"category": "shoes", **item} for item in items]
    return {"scheme": scheme_id, "items": shoes, **at_counter(customer, at)}
