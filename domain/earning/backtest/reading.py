"""Past purchases out of the database, as columns from the start: what COPY sends is parsed as a table at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson
import polars as pl

from domain.earning.backtest.history import BASKETS, CODE, LINES, UNITS, History, Tendered
from domain.earning.rules import CouponRefund, Discount
from domain.earning.terms import Campaign
from domain.ids import PartnerId
from domain.products.facts import ProductFacts
from domain.products.queries import facts_by_sku
from domain.storage import ReadSession

PURCHASES: Final = "SELECT * FROM backtest_purchases($1, $2, $3)"
DISCOUNTS: Final = "SELECT * FROM backtest_discounts($1, $2, $3)"
SEGMENTS: Final = "SELECT * FROM backtest_segments($1, $2, $3, $4)"

SENT: Final[dict[str, Any]] = {
    **dict.fromkeys(("entry", "partner", "outlet", "wallet", "member"), pl.String()),
    **dict.fromkeys(("at", "posted", "version"), pl.Int64()),
    **dict.fromkeys(("channel", "tiers"), pl.String()),
    "joined": pl.Int64(),
    **dict.fromkeys(("tenders", "numbers", "skus", "quantities", "amounts"), pl.String()),
}
BETWEEN: Final = "\x1f"
"""What no article number holds, since those are printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look back reads."""

    owner: PartnerId | None
    """Whose purchases; None: all of them, for the coalition."""
    since: datetime
    until: datetime
    """Exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Purchases, and by what they are known in the books."""

    history: History
    entries: pl.Series
    """The id of each, in the order of the history."""


async def read_history(
    session: ReadSession,
    looked: Looked,
    campaigns: Collection[Campaign],
    *,
    currency: str,
    zone: ZoneInfo,
    point_worth: Fraction,
) -> Found:
    """The purchases of a time in the order they were posted, with what these campaigns ask about them.

    Articles are those of today's catalogue, as they were listed at the time; segments as they were at the time.
    """
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(connection, asyncpg.Connection)
    asked = (looked.owner, looked.since, looked.until)
    sent = await _copied(connection, PURCHASES, asked, SENT)
    # Within a wallet the version orders what was posted in one and the same moment.
    rows = sent.sort("posted", "version", "entry")
    lines, articles = _lines(rows)
    taken = await _copied(connection, DISCOUNTS, asked, _TAKEN) if _asks_discounts(campaigns) else None
    segments = sorted({one for campaign in campaigns for one in _segments_of(campaign)})
    held = await _copied(connection, SEGMENTS, (*asked, segments), _HELD) if segments else None
    tenders, tendered = _tenders(rows["tenders"])
    heads, lists = _heads(rows.with_columns(tender=tenders))
    history = History(
        currency=currency,
        zone=zone,
        point_worth=point_worth,
        baskets=heads,
        lines=_with_discounts(lines, rows["entry"], taken),
        articles=await _articles(connection, articles),
        tenders=tendered,
        segments={} if held is None else {one: rows["entry"].is_in(_members(held, one)) for one in segments},
        **lists,
    )
    return Found(history=history, entries=rows["entry"])


_TAKEN: Final[dict[str, Any]] = {
    "entry": pl.String(), "number": pl.Int32(), "discount": pl.Int64(), "coupon": pl.Int64()
}  # fmt: skip
_HELD: Final[dict[str, Any]] = {"entry": pl.String(), "segment": pl.String()}


async def _copied(
    connection: asyncpg.Connection[asyncpg.Record], query: str, asked: Sequence[Any], schema: dict[str, Any]
) -> pl.DataFrame:
    buffer = BytesIO()

    async def keep(chunk: bytes) -> None:
        buffer.write(chunk)

    await connection.copy_from_query(query, *asked, output=keep, format="csv")
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, schema=schema)


def _heads(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, list[Any]]]:
    """A row a purchase, and what its codes stand for."""
    columns, lists = {}, {}
    for name, listed in (("partner", "partners"), ("outlet", "outlets"), ("wallet", "wallets"), ("member", "members")):
        columns[name], texts = _coded(rows[name])
        lists[listed] = [None if text is None else UUID(text) for text in texts]
    for name in ("at", "joined"):
        columns[name] = rows[name].cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    # Who had no tier then has an empty list: what is asked of it has an answer.
    columns["tiers"] = rows["tiers"].str.split(BETWEEN).fill_null([])
    heads = rows.select("channel", "tender").with_columns(**columns)
    return heads.select(pl.col(name).cast(kind) for name, kind in BASKETS.items()), lists


def _coded(texts: pl.Series) -> tuple[pl.Series, list[str | None]]:
    """Numbers in place of texts, and the texts by their numbers."""
    distinct = texts.unique(maintain_order=True)
    table = pl.DataFrame({"text": distinct}).with_row_index("code")
    found = pl.DataFrame({"text": texts}).join(table, on="text", how="left", maintain_order="left", nulls_equal=True)
    return found["code"].cast(CODE), distinct.to_list()


def _lines(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A row a line, and the distinct articles: catalogue and number."""
    lists = rows.select(
        pl.int_range(pl.len(), dtype=CODE).alias("basket"),
        "partner",
        pl.col("skus").str.split(BETWEEN).alias("sku"),
        *(pl.col(f"{name}s").str.split(",").alias(name) for name in ("number", "amount")),
        pl.col("quantities").str.split(",").alias("quantity"),
    )
    lines = lists.explode("sku", "number", "amount", "quantity")
    articles = lines.select("partner", "sku").unique(maintain_order=True).with_row_index("article")
    quantity = pl.col("quantity").str.to_decimal(scale=4)
    made = lines.join(articles, on=["partner", "sku"], how="left", maintain_order="left").select(
        "basket",
        pl.col("number").cast(LINES["number"]),
        pl.col("article").cast(CODE),
        (quantity * UNITS).cast(pl.Int64).alias("quantity"),
        pl.col("amount").cast(pl.Int64),
    )
    return made.sort("basket", "number"), articles


def _with_discounts(lines: pl.DataFrame, entries: pl.Series, taken: pl.DataFrame | None) -> pl.DataFrame:
    """Lines with what was taken off them, as far as that was asked for."""
    if taken is None:
        nothing = (pl.lit(0, LINES[name]).alias(name) for name in ("discount", "coupon"))
        return lines.with_columns(*nothing).select(*LINES)
    numbered = pl.DataFrame({"entry": entries}).with_row_index("basket").with_columns(pl.col("basket").cast(CODE))
    off = taken.join(numbered, on="entry").drop("entry")
    joined = lines.join(off, on=["basket", "number"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("discount", "coupon").fill_null(0)).select(*LINES)


def _tenders(texts: pl.Series) -> tuple[pl.Series, list[Tendered]]:
    """How purchases were paid, each way once."""
    codes, distinct = _coded(texts)
    return codes, [_tendered(text) for text in distinct]


def _tendered(text: str | None) -> Tendered:
    tendered: dict[str, int] = {}
    for kind, amount in orjson.loads(text) if text else ():
        tendered[kind] = tendered.get(kind, 0) + amount
    return tendered or None


def _asks_discounts(campaigns: Collection[Campaign]) -> bool:
    """Whether anything asks what was taken off lines; most campaigns do not, and then it is not read."""
    terms = [campaign.terms for campaign in campaigns]
    conditions = " ".join(one.when.condition or "" for one in terms)
    asked = any(name in conditions for name in ("discount", "coupon"))
    return asked or any(isinstance(one.rule, CouponRefund | Discount) for one in terms)


def _segments_of(campaign: Campaign) -> frozenset[UUID]:
    return campaign.terms.when.segments | campaign.terms.when.not_segments


def _members(held: pl.DataFrame, segment: UUID) -> pl.Series:
    return held.filter(pl.col("segment") == str(segment))["entry"]


async def _articles(connection: asyncpg.Connection[asyncpg.Record], articles: pl.DataFrame) -> list[ProductFacts]:
    pairs = [(PartnerId(UUID(partner)), sku) for partner, sku in articles.select("partner", "sku").iter_rows()]
    known = await facts_by_sku(connection, pairs)
    return [known.get(pair) or ProductFacts(sku=pair[1]) for pair in pairs]
