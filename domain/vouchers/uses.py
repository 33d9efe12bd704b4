"""Uses of vouchers as the books have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.storage import Sight
from domain.values import Money
from domain.vouchers.errors import VoucherUseNotFound

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_READ = "SELECT * FROM read_voucher_use($1, $2, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRef:
    """A use as its partner was told of it: its entry, in its wallet."""

    wallet_id: UUID
    entry_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOff:
    """What was taken off one line."""

    number: int
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OneUse:
    """One voucher of a use."""

    voucher_id: UUID
    name: str
    """Of its coupon."""
    money: Money
    lines: tuple[LineOff, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a sponsor owes the partner that took the vouchers."""

    sponsor_id: UUID
    money: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class UseOfVouchers:
    """Vouchers that were used together."""

    wallet_id: UUID
    entry_id: UUID
    member_id: UUID
    partner_id: UUID
    outlet_id: UUID | None
    occurred_at: datetime
    reversed_at: datetime | None
    purchase_entry_id: UUID | None
    money: Money
    uses: tuple[OneUse, ...]
    owed: tuple[Owed, ...]


async def use_of(pool: Pool, ref: UseRef, *, sight: Sight) -> UseOfVouchers:
    """A use as it stands. Raises: VoucherUseNotFound, also for another partner's."""
    row = await pool.fetchrow(_READ, sight.value, ref.wallet_id, ref.entry_id)
    if row is None:
        raise VoucherUseNotFound
    currency = row["currency"]
    uses = tuple(_one(use, currency) for use in orjson.loads(row["uses"]))
    return UseOfVouchers(
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        member_id=row["member_id"],
        partner_id=row["partner_id"],
        outlet_id=row["outlet_id"],
        occurred_at=row["occurred_at"],
        reversed_at=row["reversed_at"],
        purchase_entry_id=row["purchase_entry_id"],
        money=Money.of_minor(sum(use.money.minor for use in uses), currency),
        uses=uses,
        owed=tuple(
            Owed(sponsor_id=UUID(one["sponsor_id"]), money=Money(Decimal(one["amount"]), currency).rounded())
            for one in orjson.loads(row["benefits"])
        ),
    )


async def name_uses(pool: Pool, partner_id: UUID, wallet_id: UUID, purchase_id: UUID, entries: Sequence[UUID]) -> int:
    """A purchase names the uses that made its lines cheaper; each is named once. Says how many are its."""
    named: int = await pool.fetchval(
        "SELECT name_voucher_uses($1, $2, $3, $4::uuid[])", partner_id, wallet_id, purchase_id, list(entries)
    )
    return named


def _one(use: dict[str, object], currency: str) -> OneUse:
    lines = use["lines"]
    assert isinstance(lines, list)
    return OneUse(
        voucher_id=UUID(str(use["voucher_id"])),
        name=str(use["name"]),
        money=Money.of_minor(int(str(use["amount"])), currency),
        lines=tuple(LineOff(number=line["number"], money=Money.of_minor(line["amount"], currency)) for line in lines),
    )
