"""Pools of codes: brought in by their owner, each once, refused by line."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from domain.ids import CouponId, PartnerId
from domain.storage import WriteSession
from domain.vouchers import codes
from domain.vouchers.errors import CouponNotFound, CouponStateConflict, InvalidCoupon
from domain.vouchers.models import VoucherCode
from domain.vouchers.queries import coupon_by_id
from domain.vouchers.terms import Codes, CouponState

MOST_AT_ONCE = 10_000
MOST_REFUSALS = 1_000
LONGEST_LINE = 200

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A line of a file that brought no code in."""

    line: int
    why: str


@dataclass(slots=True)
class Brought:
    """What became of the codes of a file."""

    taken: int = 0
    refused: int = 0
    refusals: list[LineRefused] = field(default_factory=list)
    """The first of them."""

    def refuse(self, line: int, why: str) -> None:
        """Count a line, and name it unless there are too many."""
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(LineRefused(line, why))

    def add(self, other: Brought) -> None:
        """Count what another part of the file came to."""
        self.taken += other.taken
        self.refused += other.refused
        self.refusals += other.refusals[: MOST_REFUSALS - len(self.refusals)]


async def bring_in(
    session: WriteSession,
    partner_id: PartnerId,
    coupon_id: CouponId,
    lines: Iterable[tuple[int, str]],
    *,
    key: bytes,
    now: datetime,
) -> Brought:
    """Add codes to a coupon's pool: numbered lines, at most ten thousand at once. A code that is there is refused.

    Raises: CouponNotFound, CouponStateConflict, InvalidCoupon.
    """
    await _check_pool(session, partner_id, coupon_id)
    brought, rows, first = Brought(), dict[bytes, tuple[int, str]](), dict[bytes, int]()
    for number, text in lines:
        try:
            code = codes.brought_in(text)
        except InvalidCoupon as refusal:
            brought.refuse(number, refusal.message)
            continue
        lookup = codes.lookup(partner_id, code, key)
        if lookup in first:
            brought.refuse(number, f"the code stands in line {first[lookup]} already")
            continue
        first[lookup] = number
        rows[lookup] = number, code
    if len(rows) > MOST_AT_ONCE:
        raise InvalidCoupon(f"at most {MOST_AT_ONCE} codes are brought in at once", path=("codes",))
    new = await _insert(session, partner_id, coupon_id, rows, key, now) if rows else set()
    brought.taken = len(new)
    for lookup, (number, _) in rows.items():
        if lookup not in new:
            brought.refuse(number, "the code was brought in before")
    brought.refusals.sort(key=lambda refusal: refusal.line)
    return brought


async def make(
    session: WriteSession,
    partner_id: PartnerId,
    coupon_id: CouponId,
    count: int,
    *,
    key: bytes,
    now: datetime,
    random: Random = os.urandom,
) -> list[str]:
    """Make so many codes for a coupon's pool, to be printed; they are told this once.

    Raises: CouponNotFound, CouponStateConflict, InvalidCoupon.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidCoupon(f"1 to {MOST_AT_ONCE} codes are made at once", path=("count",))
    made = [codes.random_code(random) for _ in range(count)]
    brought = await bring_in(session, partner_id, coupon_id, enumerate(made, 1), key=key, now=now)
    assert brought.taken == count, "made codes are never there before"
    return made


def read_codes(content: str) -> Iterator[tuple[int, str]]:
    """The codes of a CSV file, with their lines: the column `code`, or else the first one; a heading is left out.

    Raises: InvalidCoupon.
    """
    rows = csv.reader(io.StringIO(content))
    column = 0
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if rows.line_num == 1 and "code" in [cell.casefold().lstrip("\ufeff") for cell in cells]:
                column = [cell.casefold().lstrip("\ufeff") for cell in cells].index("code")
            elif any(cells):
                yield rows.line_num, cells[column][:LONGEST_LINE].lstrip("\ufeff") if column < len(cells) else ""
    except csv.Error as problem:
        raise InvalidCoupon(f"line {rows.line_num} is not CSV: {problem}", path=("codes",)) from None


async def _check_pool(session: WriteSession, partner_id: PartnerId, coupon_id: CouponId) -> None:
    coupon = await coupon_by_id(session, coupon_id)
    if coupon.partner_id != partner_id:
        raise CouponNotFound
    if coupon.terms.codes is not Codes.POOL:
        raise InvalidCoupon("the codes of this coupon do not come from a pool", path=("codes",))
    if coupon.state is CouponState.ENDED:
        raise CouponStateConflict(coupon.state, "filled")


async def _insert(
    session: WriteSession,
    partner_id: PartnerId,
    coupon_id: CouponId,
    rows: dict[bytes, tuple[int, str]],
    key: bytes,
    now: datetime,
) -> set[bytes]:
    values = [
        {
            "lookup": lookup,
            "coupon_id": coupon_id,
            "partner_id": partner_id,
            "sealed": codes.seal(code, partner_id, key),
            "brought_at": now,
        }
        for lookup, (_, code) in sorted(rows.items())
    ]
    statement = insert(VoucherCode).on_conflict_do_nothing(index_elements=["lookup"])
    new = await session.scalars(statement.returning(col(VoucherCode.lookup)), values)
    return set(new)
