"""A voucher with its coupon, as it is told to a till or to its member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from domain.ids import CouponId, PartnerId
from domain.vouchers import codes
from domain.vouchers.models import VoucherSource, VoucherState
from domain.vouchers.terms import CouponTerms, terms_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A voucher; of a public word that a member has not used yet, only the coupon."""

    coupon_id: CouponId
    version: int
    owner_id: PartnerId
    terms: CouponTerms
    paused: bool
    public: bool
    state: VoucherState = VoucherState.OPEN
    wallet_id: UUID | None = None
    voucher_id: UUID | None = None
    member_id: UUID | None = None
    uses: int = 1
    used: int = 0
    source: VoucherSource = VoucherSource.PUBLIC
    source_id: UUID | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    sealed: bytes | None = None
    amount: int | None = None
    """Its own, in minor units, where vouchers of the coupon are valued."""

    def code(self, key: bytes) -> str:
        """The code as its holder shows it."""
        if self.public:
            assert self.terms.word is not None
            return self.terms.word
        if self.sealed is not None:
            return codes.grouped(codes.unseal(self.sealed, self.owner_id, key))
        assert self.voucher_id is not None
        return codes.code_of(self.voucher_id, key)


def told(row: asyncpg.Record | Mapping[str, Any]) -> Told:
    """A row of a read."""
    terms = terms_from_json(orjson.loads(row["terms"]))
    shared = {
        "coupon_id": CouponId(row["coupon_id"]),
        "version": row["version"],
        "owner_id": PartnerId(row["owner_id"]),
        "terms": terms,
        "paused": row["paused"],
        "public": row["public"],
    }
    if row["voucher_id"] is None:
        return Told(**shared, uses=terms.uses, expires_at=terms.ends_at)
    return Told(
        **shared,
        state=VoucherState(row["state"]),
        wallet_id=row["wallet_id"],
        voucher_id=row["voucher_id"],
        member_id=row["member_id"],
        uses=row["uses"],
        used=row["used"],
        source=VoucherSource(row["source"]),
        source_id=row["source_id"],
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        sealed=row["sealed"],
        amount=row["amount"],
    )
