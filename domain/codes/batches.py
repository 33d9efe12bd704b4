"""A batch of codes: what a maker orders, and what is known of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import accumulate
from typing import Any, NewType
from uuid import UUID

from domain.codes.errors import InvalidBatch
from domain.codes.models import BatchKind, BatchState, CodeBatch
from domain.codes.writing import MOST_STATELESS
from domain.ids import PartnerId

BatchId = NewType("BatchId", UUID)

MOST_RANDOM = 20_000_000
MOST_PRODUCTS = 50
MOST_UNITS = 1_000
MOST_ENTRIES = 100_000
LARGEST_COST = 10**12
LONGEST_NAME = 120
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPart:
    """So many codes for one product, named by its article number or the number in its bar code."""

    count: int
    sku: str | None = None
    gtin: str | None = None

    def __post_init__(self) -> None:
        if (self.sku is None) == (self.gtin is None):
            raise InvalidBatch("name each product by its sku or by its gtin", path=("products",))
        if self.count < 1:
            raise InvalidBatch("there is at least one code for each product", path=("products", "count"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBatch:
    """What a maker wants printed. Raises: InvalidBatch, naming the part."""

    name: str
    kind: BatchKind
    products: tuple[ProductPart, ...]
    units: int = 1
    """How much one code counts, such as 6 in a pack of six."""
    cost: int = 0
    """What printing costs, in minor units of the coalition's currency."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    survey_id: UUID | None = None
    most_a_day: int | None = None
    most_a_member: int | None = None

    def __post_init__(self) -> None:
        if not (self.name.strip() and len(self.name) <= LONGEST_NAME and self.name.isprintable()):
            raise InvalidBatch(f"a batch has a name of at most {LONGEST_NAME} characters", path=("name",))
        if not 1 <= len(self.products) <= MOST_PRODUCTS:
            raise InvalidBatch(f"a batch is for 1 to {MOST_PRODUCTS} products", path=("products",))
        most = MOST_STATELESS if self.kind is BatchKind.STATELESS else MOST_RANDOM
        if self.count > most:
            raise InvalidBatch(f"a batch of {self.kind} codes has at most {most:,}", path=("products", "count"))
        self._check_between("units", self.units, 1, MOST_UNITS)
        self._check_between("cost", self.cost, 0, LARGEST_COST)
        self._check_between("most_a_day", self.most_a_day, 1, MOST_ENTRIES)
        self._check_between("most_a_member", self.most_a_member, 1, MOST_ENTRIES)
        times = [one for one in (self.valid_from, self.valid_until) if one is not None]
        if any(one.tzinfo is None for one in times) or times != sorted(set(times)):
            raise InvalidBatch("valid_until comes after valid_from, and both have an offset", path=("valid_until",))

    @property
    def count(self) -> int:
        """How many codes there are in all."""
        return sum(part.count for part in self.products)

    @staticmethod
    def _check_between(name: str, value: int | None, least: int, most: int) -> None:
        if value is not None and not least <= value <= most:
            raise InvalidBatch(f"{name} is between {least} and {most:,}", path=(name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProduct:
    """A product that codes of a batch stand in packs of."""

    sku: str
    name: str
    count: int
    gtin: str | None = None
    brand: str | None = None
    category: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored; what is not known is left out."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it stands."""

    batch_id: BatchId
    partner_id: PartnerId
    """The maker."""
    kind: BatchKind
    state: BatchState
    name: str
    products: tuple[BatchProduct, ...]
    count: int
    units: int
    cost: int
    made: int
    """How many of its RANDOM codes are stored."""
    valid_from: datetime | None
    valid_until: datetime | None
    survey_id: UUID | None
    most_a_day: int | None
    most_a_member: int | None
    ordered_at: datetime
    printed_at: datetime | None
    live_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    held_at: datetime | None
    held_by_alarm: bool
    number: int | None = field(default=None, repr=False)
    seed: bytes = field(default=b"", repr=False)
    """Only where codes are made."""

    def product(self, serial: int) -> BatchProduct:
        """The product that a serial's pack holds: serials go through the products in order."""
        ends = accumulate(product.count for product in self.products)
        return next(product for product, end in zip(self.products, ends, strict=True) if serial < end)


def batch_of(row: CodeBatch) -> Batch:
    """A row as the rules know it."""
    return _batch({name: getattr(row, name) for name in CodeBatch.model_fields})


def batch_told(stored: Mapping[str, Any]) -> Batch:
    """A batch as a function of the database hands it over, without its seed."""
    times = {name: value and datetime.fromisoformat(value) for name, value in stored.items() if name.endswith("_at")}
    valid = {name: stored[name] and datetime.fromisoformat(stored[name]) for name in ("valid_from", "valid_until")}
    ids = {name: stored[name] and UUID(stored[name]) for name in ("batch_id", "partner_id", "survey_id")}
    return _batch({**stored, **times, **valid, **ids, "seed": b""})


def _batch(values: Mapping[str, Any]) -> Batch:
    known = {one.name: values[one.name] for one in fields(Batch)}
    return Batch(
        **known
        | {
            "kind": BatchKind(values["kind"]),
            "state": BatchState(values["state"]),
            "products": tuple(BatchProduct(**product) for product in values["products"]),
        }
    )
