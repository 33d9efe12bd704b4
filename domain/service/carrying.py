"""A case is carried on: words go to and fro, it is handed over, closed, and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.idempotency import checked_key
from domain.ids import PersonId
from domain.service import turns
from domain.service.case_models import CaseMessage, CaseSide, CaseState, CaseStep, CaseTurn, ServiceCase
from domain.service.case_queries import case_by_id
from domain.service.errors import CannotAnswer, CaseClosed, CaseMoved, CaseNotFound, InvalidCase, NotHandler
from domain.service.opening import check_said
from domain.service.routing import hours_of, takes_part
from domain.service.sealing import Words, key_of, seal
from domain.storage import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who takes part in a case now, as the credential says."""

    partner_id: UUID | None = None
    person_id: PersonId | None = None
    member_id: UUID | None = None
    """The member itself; None: a partner, or the coalition where no partner is named."""

    def side(self, case: ServiceCase) -> CaseSide:
        """As what it takes part."""
        if self.member_id is not None:
            return CaseSide.MEMBER
        if self.partner_id is None:
            return CaseSide.COALITION
        return CaseSide.MAKER if self.partner_id == case.maker_id else CaseSide.SHOP

    def handles(self, case: ServiceCase) -> bool:
        """Whether it has to answer."""
        return self.member_id is None and self.partner_id == case.handler_id

    def asked(self, case: ServiceCase) -> bool:
        """Whether the case is its question: the member's, or of the shop that opened it."""
        return self.member_id is not None or (self.partner_id is not None and self.partner_id == case.opened_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words in a case."""

    case_id: UUID
    by: Speaker
    words: str
    links: tuple[str, ...] = ()
    note: bool = False
    """For one's own house alone."""
    asks_back: bool = False
    """Its handler needs something before it can answer."""
    idempotency_key: str

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_said(self.words, self.links)


async def say(session: WriteSession, command: Say, *, master: bytes, now: datetime) -> ServiceCase:
    """Say something in a case; sent again, it is said once. A word of who asked opens a case that is closed again.

    Raises: CaseNotFound, CaseClosed, CaseMoved, InvalidCase.
    """
    case = await case_by_id(session, command.case_id)
    if await _said_before(session, case, command.by, command.idempotency_key):
        return case
    key = await key_of(session, case, master)
    if key is None:
        raise CaseNotFound  # what was said in it is forgotten, and so is whoever it was
    if command.note and command.by.member_id is not None:
        raise InvalidCase("notes are for the houses that answer", path=("note",))
    sealed = seal(key, Words(command.words, command.links), case.case_id)
    kind = CaseStep.NOTE if command.note else CaseStep.MESSAGE
    changes: dict[str, Any] = {}
    if not command.note:
        changes = await _moved(session, case, command, now)
        kind = CaseStep.REOPENED if "turns" in changes else kind
    return await _step(session, case, command.by, kind, command.idempotency_key, changes, sealed=sealed, now=now)


async def hand_over(
    session: WriteSession,
    case_id: UUID,
    by: Speaker,
    to: UUID | None,
    *,
    words: str,
    key: str,
    master: bytes,
    now: datetime,
) -> ServiceCase:
    """Let somebody else answer from now on, with a word why; None: the coalition. Sent again, it is done once.

    Raises: CaseNotFound, CaseClosed, NotHandler, CannotAnswer, CaseMoved, InvalidCase.
    """
    checked_key(key)
    check_said(words, ())
    case = await case_by_id(session, case_id)
    if await _said_before(session, case, by, key):
        return case
    sealing = await _to_handle(session, case, by, master)
    if to == case.handler_id or (to is not None and not await takes_part(session, to)):
        raise CannotAnswer
    turns.ended(await _turn(session, case), resolved=False, now=now)
    sealed = seal(sealing, Words(words), case.case_id)
    changes = {
        "handler_id": to,
        "parties": sorted({*case.parties, *({to} if to is not None else ())}),
        "state": CaseState.OPEN,
        "turns": case.turns + 1,
    }
    moved = await _step(session, case, by, CaseStep.HANDED_OVER, key, changes, sealed=sealed, subject=to, now=now)
    session.add(turns.begun(case.case_id, moved.turns, to, await hours_of(session, to, at=now), now=now))
    await session.flush()
    return moved


async def close(session: WriteSession, case_id: UUID, by: Speaker, *, key: str, now: datetime) -> ServiceCase:
    """End a case: its handler, who asked, or the coalition. Again changes nothing.

    Raises: CaseNotFound, NotHandler, CaseMoved.
    """
    checked_key(key)
    case = await case_by_id(session, case_id)
    if case.state == CaseState.CLOSED:
        return case
    if not (by.handles(case) or by.asked(case) or by.side(case) is CaseSide.COALITION):
        raise NotHandler
    turn = await _turn(session, case)
    turns.ended(turn, resolved=True, now=now)
    changes = {"state": CaseState.CLOSED, "closed_at": now, "reopen_until": turns.reopen_until(turn, now)}
    return await _step(session, case, by, CaseStep.CLOSED, key, changes, now=now)


async def goodwill(
    session: WriteSession, case_id: UUID, by: Speaker, adjustment_id: UUID, *, now: datetime
) -> ServiceCase:
    """Note in a case that points were asked for. Raises: CaseNotFound, NotHandler, CaseMoved."""
    case = await case_by_id(session, case_id)
    if not (by.handles(case) or by.side(case) is CaseSide.COALITION):
        raise NotHandler
    key = f"goodwill-{adjustment_id.hex}"
    return await _step(session, case, by, CaseStep.GOODWILL, key, {}, subject=adjustment_id, now=now)


async def _to_handle(session: ReadSession, case: ServiceCase, by: Speaker, master: bytes) -> bytes:
    if not (by.handles(case) or by.side(case) is CaseSide.COALITION):
        raise NotHandler
    if case.state == CaseState.CLOSED:
        raise CaseClosed
    sealing = await key_of(session, case, master)
    if sealing is None:
        raise CaseNotFound
    return sealing


async def _moved(session: WriteSession, case: ServiceCase, command: Say, now: datetime) -> dict[str, Any]:
    """What words change: to whom it is to do something, and since when."""
    if case.state == CaseState.CLOSED:
        if not command.by.asked(case) or case.reopen_until is None or now >= case.reopen_until:
            raise CaseClosed
        hours = await hours_of(session, case.handler_id, at=now)
        session.add(turns.begun(case.case_id, case.turns + 1, case.handler_id, hours, now=now))
        return {"state": CaseState.OPEN, "closed_at": None, "reopen_until": None, "turns": case.turns + 1}
    turn = await _turn(session, case)
    if command.by.handles(case):
        turns.answered(turn, now=now)
        return {"state": CaseState.WAITING if command.asks_back else CaseState.ANSWERED}
    turns.asked(turn, now=now)
    return {"state": CaseState.OPEN}


async def _step(  # noqa: PLR0913 - what there is to say of a step
    session: WriteSession,
    case: ServiceCase,
    by: Speaker,
    kind: CaseStep,
    key: str,
    changes: dict[str, Any],
    *,
    sealed: bytes | None = None,
    subject: UUID | None = None,
    now: datetime,
) -> ServiceCase:
    """Write a step down behind the last, unless somebody else wrote one in the meantime."""
    number = case.steps + 1
    moving = (
        update(ServiceCase)
        .where(col(ServiceCase.case_id) == case.case_id, col(ServiceCase.steps) == case.steps)
        .values(**{**changes, "steps": number, "changed_at": now})
        .returning(ServiceCase)
        .execution_options(populate_existing=True)
    )
    moved = (await session.scalars(moving)).one_or_none()
    if moved is None:
        raise CaseMoved
    session.add(
        CaseMessage(
            case_id=case.case_id,
            number=number,
            kind=kind,
            side=by.side(case),
            by_partner_id=None if by.member_id is not None else by.partner_id,
            by_person_id=by.person_id,
            said_at=now,
            sealed=sealed,
            subject_id=subject,
            idempotency_key=_own(by, key),
        )
    )
    try:
        await session.flush()
    except IntegrityError:
        raise CaseMoved from None
    return moved


async def _said_before(session: ReadSession, case: ServiceCase, by: Speaker, key: str) -> bool:
    asked = select(col(CaseMessage.number)).where(
        col(CaseMessage.case_id) == case.case_id, col(CaseMessage.idempotency_key) == _own(by, key)
    )
    return (await session.execute(asked)).one_or_none() is not None


async def _turn(session: ReadSession, case: ServiceCase) -> CaseTurn:
    wanted = select(CaseTurn).where(col(CaseTurn.case_id) == case.case_id, col(CaseTurn.number) == case.turns)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).one()


def _own(by: Speaker, key: str) -> str:
    """A key as it is kept: what somebody chose meets nobody else's."""
    return f"{by.member_id or by.partner_id or 'coalition'}/{key}"
