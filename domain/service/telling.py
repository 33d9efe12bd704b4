"""A maker tells of its articles by versions, lists their serials, and calls articles back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.errors import IdempotencyConflict
from domain.idempotency import checked_key
from domain.ids import PartnerId, new_id
from domain.service.errors import InformationNotFound, InvalidInformation
from domain.service.information import (
    LONGEST_WORDS,
    ProductInformation,
    ProductTerms,
    Spoken,
    check_line,
    check_lots,
    check_spoken,
)
from domain.service.models import ProductInformationRow, ProductRecall, ProductSerial
from domain.service.queries import information_of, standing
from domain.service.serials import Listed
from domain.storage import WriteSession
from domain.values import check_text

LONGEST_ARTICLE = 64
MOST_SERIALS = 10_000
NONE_YET = UUID(int=0)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('information' || :maker, 44))")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """An article is called back: whoever has it is told what to do."""

    partner_id: PartnerId
    article: str
    words: Spoken
    lots: tuple[str, ...] = ()
    bought_from: datetime | None = None
    bought_until: datetime | None = None
    idempotency_key: str

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_spoken("words", self.words, LONGEST_WORDS, least=1)
        check_lots(self.lots)
        if self.bought_from and self.bought_until and self.bought_until <= self.bought_from:
            raise InvalidInformation("bought_until is after bought_from", path=("bought_until",))


async def tell(
    session: WriteSession,
    maker: PartnerId,
    article: str,
    terms: ProductTerms,
    *,
    gtin: str | None = None,
    public: bool = True,
    now: datetime,
) -> ProductInformation:
    """Tell the next version of an article's information; the one before ends at that moment.

    The same once more changes nothing. Raises: InvalidInformation.
    """
    check_line("article", article, LONGEST_ARTICLE)
    if gtin is not None:
        check_text("gtin", gtin, 14)
    await session.execute(_LOCK, {"maker": str(maker)})
    latest = await standing(session, maker, article)
    if latest is not None and (latest.terms, latest.gtin, latest.open) == (terms, gtin, public):
        return latest
    if latest is not None:
        ending = update(ProductInformationRow).where(
            col(ProductInformationRow.information_id) == latest.information_id,
            col(ProductInformationRow.version) == latest.version,
        )
        await session.execute(ending.values(until=max(now, latest.told_at)))
    row = ProductInformationRow(
        information_id=new_id() if latest is None else latest.information_id,
        version=1 if latest is None else latest.version + 1,
        partner_id=maker,
        article=article,
        gtin=gtin,
        open=public,
        terms=terms.to_json(),
        told_at=now,
    )
    session.add(row)
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction
    return information_of(row)


async def call_back(session: WriteSession, command: CallBack, *, now: datetime) -> ProductRecall:
    """Announce a recall, which the worker tells to its owners. Raises: InformationNotFound, IdempotencyConflict."""
    latest = await standing(session, command.partner_id, command.article)
    if latest is None:
        raise InformationNotFound
    said: dict[str, Any] = {
        "article": command.article,
        "lots": list(command.lots),
        "bought_from": command.bought_from,
        "bought_until": command.bought_until,
        "words": dict(command.words),
    }
    before = (
        await session.scalars(
            select(ProductRecall).where(
                col(ProductRecall.partner_id) == command.partner_id,
                col(ProductRecall.idempotency_key) == command.idempotency_key,
            )
        )
    ).one_or_none()
    if before is not None:
        if {name: getattr(before, name) for name in said} != said:
            raise IdempotencyConflict("this idempotency key was used for another recall", path=("idempotencyKey",))
        return before
    row = ProductRecall(
        recall_id=new_id(),
        partner_id=command.partner_id,
        gtin=latest.gtin,
        names=dict(latest.terms.names),
        announced_at=now,
        after=NONE_YET,
        told=0,
        idempotency_key=command.idempotency_key,
        **said,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise IdempotencyConflict("this idempotency key was used a moment ago; send it again") from None
    return row


async def list_serials(
    session: WriteSession, maker: PartnerId, article: str, listed: Sequence[Listed], *, now: datetime
) -> int:
    """Add serials to a maker's list; says how many are new. One that is there stays as it is.

    Raises: InvalidInformation, InformationNotFound.
    """
    if not 0 < len(listed) <= MOST_SERIALS:
        raise InvalidInformation(f"serials are 1 to {MOST_SERIALS:,} at a time", path=("serials",))
    check_lots([one.lot for one in listed if one.lot is not None])
    if await standing(session, maker, article) is None:
        raise InformationNotFound
    rows: Mapping[bytes, dict[str, object]] = {
        one.digest: {"partner_id": maker, "digest": one.digest, "article": article, "lot": one.lot, "listed_at": now}
        for one in sorted(listed, key=lambda one: one.digest)
    }
    adding = insert(ProductSerial).values(list(rows.values())).on_conflict_do_nothing()
    return len((await session.execute(adding.returning(col(ProductSerial.digest)))).all())
