"""A batch's life: ordered, printed, live, over; put on hold in between, voided in whole or in part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.codes import writing
from domain.codes.batches import (
    LONGEST_REASON,
    Batch,
    BatchId,
    BatchProduct,
    OrderBatch,
    ProductPart,
)
from domain.codes.errors import BatchNotFound, BatchStateConflict, CodeMistyped, InvalidBatch, PrintedBefore
from domain.codes.models import BatchKind, BatchState, CodeBatch, CodePrint, CodeVoid
from domain.codes.queries import batch_by_id
from domain.ids import PartnerId, new_id
from domain.products.models import Product
from domain.storage import WriteSession
from domain.surveys.errors import SurveyNotFound
from domain.surveys.queries import survey_by_id
from domain.surveys.terms import SurveyId

SEED_BYTES = 32
MOST_LISTED = 10_000
"""Codes that are voided at once."""

Random = Callable[[int], bytes]

_SERIALS = text("SELECT code_serials(:batch, CAST(:digests AS bytea[]))")


async def order(
    session: WriteSession,
    partner_id: PartnerId,
    command: OrderBatch,
    *,
    now: datetime,
    by: UUID | None = None,
    random: Random = os.urandom,
) -> Batch:
    """Order codes for a maker's products. Raises: InvalidBatch."""
    await _check_survey(session, partner_id, command)
    products = [(await _product(session, partner_id, part)).to_json() for part in command.products]
    values: dict[str, Any] = {
        "batch_id": new_id(),
        "partner_id": partner_id,
        "kind": command.kind,
        "state": BatchState.ORDERED,
        "name": command.name.strip(),
        "products": products,
        "count": command.count,
        "seed": random(SEED_BYTES),
        "made": 0,
        "ordered_at": now,
        "ordered_by": by,
        "held_by_alarm": False,
    }
    same = ("units", "cost", "valid_from", "valid_until", "survey_id", "most_a_day", "most_a_member")
    values |= {name: getattr(command, name) for name in same}
    await _insert(session, values)
    return await batch_by_id(session, values["batch_id"])


async def print_again(
    session: WriteSession,
    partner_id: PartnerId,
    batch_id: BatchId,
    *,
    reason: str | None,
    now: datetime,
    by: UUID | None = None,
) -> CodePrint:
    """Let a batch's codes be fetched once; from the second time on somebody has to say why.

    Raises: BatchNotFound, BatchStateConflict, PrintedBefore, InvalidBatch.
    """
    batch = await _owned(session, partner_id, batch_id)
    if batch.state in {BatchState.VOID, BatchState.ENDED}:
        raise BatchStateConflict(batch.state, "printed")
    await _move(session, batch, {BatchState.ORDERED}, state=BatchState.PRINTED, printed_at=now, changed_by=by)
    latest = await session.scalars(
        select(CodePrint.number).where(col(CodePrint.batch_id) == batch_id).order_by(col(CodePrint.number).desc())
    )
    number = (latest.first() or 0) + 1
    if number > 1 and reason is None:
        raise PrintedBefore
    row = {
        "print_id": new_id(),
        "batch_id": batch_id,
        "partner_id": partner_id,
        "number": number,
        "reason": None if reason is None else _reason(reason),
        "asked_at": now,
        "asked_by": by,
    }
    made = await session.scalars(insert(CodePrint).values(row).on_conflict_do_nothing().returning(CodePrint))
    printed = made.one_or_none()
    if printed is None:  # somebody else prints it at this moment
        raise PrintedBefore
    return printed


async def take(session: WriteSession, partner_id: PartnerId, print_id: UUID, *, now: datetime) -> Batch:
    """Fetch the file of a print; it can be fetched once. Raises: BatchNotFound."""
    statement = (
        update(CodePrint)
        .where(
            col(CodePrint.print_id) == print_id,
            col(CodePrint.partner_id) == partner_id,
            col(CodePrint.taken_at).is_(None),
        )
        .values(taken_at=now)
        .returning(col(CodePrint.batch_id))
    )
    batch_id = (await session.execute(statement)).scalar_one_or_none()
    if batch_id is None:
        raise BatchNotFound
    return await _owned(session, partner_id, BatchId(batch_id))


async def put_live(
    session: WriteSession, partner_id: PartnerId, batch_id: BatchId, *, now: datetime, by: UUID | None = None
) -> Batch:
    """The products are on their way: from now on codes are accepted. Again changes nothing.

    Raises: BatchNotFound, BatchStateConflict.
    """
    batch = await _owned(session, partner_id, batch_id)
    if batch.kind is BatchKind.RANDOM and batch.made < batch.count:
        raise BatchStateConflict(f"{BatchState.ORDERED} and not printed to its end", "put live")
    return await _step(session, batch, BatchState.PRINTED, BatchState.LIVE, "put live", live_at=now, changed_by=by)


async def end(
    session: WriteSession, partner_id: PartnerId, batch_id: BatchId, *, now: datetime, by: UUID | None = None
) -> Batch:
    """Let no code be entered any more; what was entered stays. Again changes nothing.

    Raises: BatchNotFound, BatchStateConflict.
    """
    batch = await _owned(session, partner_id, batch_id)
    return await _step(session, batch, BatchState.LIVE, BatchState.ENDED, "ended", ended_at=now, changed_by=by)


async def hold(
    session: WriteSession, partner_id: PartnerId, batch_id: BatchId, *, now: datetime, by: UUID | None = None
) -> Batch:
    """Let no code be entered for now. Again changes nothing. Raises: BatchNotFound, BatchStateConflict."""
    batch = await _owned(session, partner_id, batch_id)
    if batch.state is not BatchState.LIVE:
        raise BatchStateConflict(batch.state, "put on hold")
    await _update(session, batch, col(CodeBatch.held_at).is_(None), held_at=now, held_by_alarm=False, changed_by=by)
    return await batch_by_id(session, batch_id)


async def release(session: WriteSession, partner_id: PartnerId, batch_id: BatchId, *, by: UUID | None = None) -> Batch:
    """Let codes of a batch on hold be entered again. Again changes nothing. Raises: BatchNotFound."""
    batch = await _owned(session, partner_id, batch_id)
    held = col(CodeBatch.held_at).is_not(None)
    await _update(session, batch, held, held_at=None, held_by_alarm=False, changed_by=by)
    return await batch_by_id(session, batch_id)


async def void(
    session: WriteSession,
    partner_id: PartnerId,
    batch_id: BatchId,
    *,
    reason: str,
    now: datetime,
    by: UUID | None = None,
) -> Batch:
    """Void a whole batch; what was entered stays. Again changes nothing. Raises: BatchNotFound, InvalidBatch."""
    batch = await _owned(session, partner_id, batch_id)
    states = {BatchState.ORDERED, BatchState.PRINTED, BatchState.LIVE, BatchState.ENDED}
    ends = {"ended_at": now, "end_reason": _reason(reason)}
    await _move(session, batch, states, state=BatchState.VOID, changed_by=by, **ends)
    return await batch_by_id(session, batch_id)


async def void_serials(
    session: WriteSession,
    partner_id: PartnerId,
    batch_id: BatchId,
    first: int,
    last: int,
    *,
    reason: str,
    now: datetime,
    by: UUID | None = None,
) -> int:
    """Void a range of a batch's serials, both ends with it, as its file numbers them; how many they are.

    Raises: BatchNotFound, InvalidBatch.
    """
    batch = await _owned(session, partner_id, batch_id)
    if not 0 <= first <= last < batch.count:
        raise InvalidBatch(f"serials of this batch are 0 to {batch.count - 1}, the first one first", path=("first",))
    await _void(session, batch, [(first, last)], reason, now, by)
    return last - first + 1


async def void_codes(
    session: WriteSession,
    partner_id: PartnerId,
    batch_id: BatchId,
    codes: Iterable[str],
    *,
    reason: str,
    key: bytes,
    now: datetime,
    by: UUID | None = None,
) -> int:
    """Void codes of a batch by what stands in the packs; how many of them are the batch's.

    Raises: BatchNotFound, InvalidBatch.
    """
    batch = await _owned(session, partner_id, batch_id)
    serials = sorted(await _serials(session, batch, list(codes), key))
    if serials:
        await _void(session, batch, [(serial, serial) for serial in serials], reason, now, by)
    return len(serials)


async def _serials(session: WriteSession, batch: Batch, said: Sequence[str], key: bytes) -> set[int]:
    if not 1 <= len(said) <= MOST_LISTED:
        raise InvalidBatch(f"1 to {MOST_LISTED:,} codes are voided at once", path=("codes",))
    try:
        codes = [writing.normal(one) for one in said]
    except CodeMistyped as mistyped:
        raise InvalidBatch("one of these is not a code; its check character is wrong", path=("codes",)) from mistyped
    if batch.kind is BatchKind.STATELESS:
        read = (writing.read_stateless(code, key) for code in codes)
        return {one[1] for one in read if one is not None and one[0] == batch.number and one[1] < batch.count}
    digests = [writing.digest(code, key) for code in codes]
    return set(await session.scalars(_SERIALS, {"batch": batch.batch_id, "digests": digests}))


async def _void(
    session: WriteSession,
    batch: Batch,
    ranges: Sequence[tuple[int, int]],
    reason: str,
    now: datetime,
    by: UUID | None,
) -> None:
    same = {"batch_id": batch.batch_id, "partner_id": batch.partner_id, "reason": _reason(reason)}
    same |= {"voided_at": now, "voided_by": by}
    rows = [{**same, "void_id": new_id(), "first": first, "last": last} for first, last in ranges]
    await session.execute(insert(CodeVoid), rows)


async def _product(session: WriteSession, partner_id: PartnerId, part: ProductPart) -> BatchProduct:
    """Of the maker's own catalogue, or else what other catalogues say that it makes."""
    named = col(Product.sku) == part.sku if part.sku is not None else col(Product.gtin) == part.gtin
    own = col(Product.partner_id) == partner_id
    made = or_(own, col(Product.maker_id) == partner_id)
    order = (own.desc(), col(Product.partner_id))
    found = (await session.scalars(select(Product).where(named, made).order_by(*order).limit(1))).first()
    if found is None:
        raise InvalidBatch(
            "each product stands in your catalogue, or in another's that names you as its maker", path=("products",)
        )
    known = {name: getattr(found, name) for name in ("sku", "name", "gtin", "brand", "category")}
    return BatchProduct(**known, count=part.count)


async def _check_survey(session: WriteSession, partner_id: PartnerId, command: OrderBatch) -> None:
    if command.survey_id is None:
        return
    try:
        survey = await survey_by_id(session, SurveyId(command.survey_id))
    except SurveyNotFound:
        survey = None
    if survey is None or survey.partner_id != partner_id:
        raise InvalidBatch("the survey is one of your own", path=("survey",))


async def _insert(session: WriteSession, values: dict[str, Any]) -> None:
    statement = insert(CodeBatch).on_conflict_do_nothing(index_elements=["number"]).returning(col(CodeBatch.batch_id))
    numbered = values["kind"] is BatchKind.STATELESS
    for _ in range(100):
        number = secrets.randbelow(writing.MOST_BATCHES) if numbered else None
        if (await session.execute(statement, {**values, "number": number})).scalar_one_or_none() is not None:
            return
    raise InvalidBatch("there are no numbers left for STATELESS batches; order RANDOM codes", path=("kind",))


async def _owned(session: WriteSession, partner_id: PartnerId, batch_id: BatchId) -> Batch:
    batch = await batch_by_id(session, batch_id)
    if batch.partner_id != partner_id:
        raise BatchNotFound
    return batch


async def _step(
    session: WriteSession, batch: Batch, before: BatchState, after: BatchState, wanted: str, **values: Any
) -> Batch:
    if batch.state is not after and not await _move(session, batch, {before}, state=after, **values):
        raise BatchStateConflict(batch.state, wanted)
    return await batch_by_id(session, batch.batch_id)


async def _move(session: WriteSession, batch: Batch, before: set[BatchState], **values: Any) -> bool:
    return await _update(session, batch, col(CodeBatch.state).in_(sorted(before)), **values)


async def _update(session: WriteSession, batch: Batch, law: ColumnElement[bool], **values: Any) -> bool:
    statement = update(CodeBatch).where(col(CodeBatch.batch_id) == batch.batch_id, law).values(**values)
    moved = await session.execute(statement.returning(col(CodeBatch.batch_id)))
    return moved.scalar_one_or_none() is not None


def _reason(text: str) -> str:
    said = text.strip()
    if not (said and len(said) <= LONGEST_REASON and said.isprintable()):
        raise InvalidBatch(f"a reason has 1 to {LONGEST_REASON} printable characters", path=("reason",))
    return said
