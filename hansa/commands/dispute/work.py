"""What the dispute commands do: a step or a question at the desk, then a page for people or JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue
from domain.settlement.disputing import answering, deciding, queries, stages
from domain.settlement.disputing.answering import AnswerDispute
from domain.settlement.disputing.deciding import DecideDispute
from domain.settlement.disputing.models import (
    OPEN_STATES,
    Dispute,
    DisputeDecision,
    DisputeEvidence,
    DisputeState,
    DisputeStep,
    DisputeTransfer,
)
from domain.settlement.disputing.queries import Wanted
from domain.settlement.queries import Line
from domain.settlement.steps import cycle_of
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.dispute import tables
from partners.people.queries import by_ids
from partners.scopes import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Everything about one dispute."""

    dispute: Dispute
    cycle: str
    line: Line
    transfers: list[DisputeTransfer]
    evidence: list[DisputeEvidence]
    steps: list[DisputeStep]
    decision: DisputeDecision | None
    names: Mapping[UUID, str]
    """Of the people that took part."""


async def listed(desk: Desk, cycle: str | None, *, every: bool, overdue: bool, json: bool) -> None:
    """The disputes, newest first."""
    wanted = Wanted(
        states=list(DisputeState) if every else OPEN_STATES,
        cycle_id=None if cycle is None else (await desk.cycle(cycle)).cycle_id,
        overdue_at=desk.ctx.now if overdue else None,
    )
    found = await desk.whole(queries.disputes, wanted)
    if json:
        return reporting.as_json({"disputes": [plain(desk, dispute) for dispute in found]})
    if not found:
        return reporting.say("No dispute is late." if overdue else "Nothing is disputed.")
    cycles = {one: (await desk.ctx.read(cycle_of, one)).name for one in {dispute.cycle_id for dispute in found}}
    return tables.show(tables.list_table(desk, found, cycles))


async def shown(desk: Desk, which: str, *, json: bool) -> None:
    """One dispute, with all that belongs to it."""
    await _say(desk, (await desk.ctx.read(queries.dispute_ending, which)).dispute_id, json=json)


async def answered(desk: Desk, which: str, person: str, words: str, conceded: str, *, json: bool) -> None:
    """The house answers."""
    command = AnswerDispute(
        dispute_id=(await desk.ctx.read(queries.dispute_ending, which)).dispute_id,
        partner_id=None,
        person_id=await desk.person(person, Scope.SETTLEMENT_PREPARE),
        words=words,
        conceded=_amount(conceded, "conceded"),
    )
    await _say(desk, (await desk.ctx.write(answering.answer, command, now=desk.ctx.now)).dispute_id, json=json)


async def escalated(desk: Desk, which: str, person: str, *, json: bool) -> None:
    """The coalition takes it to a decision."""
    dispute = await desk.ctx.read(queries.dispute_ending, which)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    await desk.ctx.write(answering.escalate, dispute.dispute_id, partner_id=None, by=by, now=desk.ctx.now)
    await _say(desk, dispute.dispute_id, json=json)


async def decided(desk: Desk, which: str, person: str, upheld: str, reasons: str, *, json: bool) -> None:
    """The second person's word."""
    command = DecideDispute(
        dispute_id=(await desk.ctx.read(queries.dispute_ending, which)).dispute_id,
        person_id=await desk.person(person, Scope.SETTLEMENT_APPROVE),
        upheld=_amount(upheld, "upheld"),
        reasons=reasons,
    )
    await _say(desk, (await desk.ctx.write(deciding.decide, command, now=desk.ctx.now)).dispute_id, json=json)


async def saved(desk: Desk, which: str, out: Path, *, json: bool) -> None:
    """The files, written to a folder under their hashes' first digits, so that none overwrites another."""
    dispute = await desk.ctx.read(queries.dispute_ending, which)
    files = [kept for kept in await desk.ctx.read(queries.evidence_of, dispute.dispute_id) if kept.media_type]
    whole = [await desk.ctx.read(queries.evidence, kept.evidence_id) for kept in files]
    written = [_written(out, kept) for kept in whole]
    if json:
        return reporting.as_json({"files": written})
    return reporting.say("\n".join(f"{one['file']}  {one['bytes']:,} bytes" for one in written) or "No file was added.")


def _written(out: Path, kept: DisputeEvidence) -> dict[str, Any]:
    content = kept.content or b""
    assert sha256(content).digest() == kept.sha256, "the database holds it to its hash"
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{kept.sha256.hex()[:8]}-{kept.name}"
    path.write_bytes(content)
    return {"file": str(path), "bytes": len(content), "sha256": kept.sha256.hex()}


def plain(desk: Desk, dispute: Dispute) -> dict[str, Any]:
    """A dispute as JSON knows it."""
    shown = dispute.model_dump(exclude={"fingerprint", "idempotency_key"})
    return shown | {"overdue": tables.is_overdue(desk, dispute)}


async def _say(desk: Desk, dispute_id: UUID, *, json: bool) -> None:
    file = await _file(desk, dispute_id)
    if not json:
        return tables.show(tables.file_part(desk, file))
    evidence = [kept.model_dump(exclude={"content"}) | {"sha256": kept.sha256.hex()} for kept in file.evidence]
    return reporting.as_json(
        plain(desk, file.dispute)
        | {
            "cycle": file.cycle,
            "line_amount": file.line.money.amount,
            "transfers": [one.model_dump() for one in file.transfers],
            "evidence": evidence,
            "steps": [one.model_dump() for one in file.steps],
            "decision": file.decision.model_dump() if file.decision else None,
        }
    )


async def _file(desk: Desk, dispute_id: UUID) -> File:
    read = desk.ctx.read
    dispute = await read(stages.dispute_of, dispute_id)
    steps = await read(queries.steps_of, dispute_id)
    people = await read(by_ids, [step.person_id for step in steps if step.person_id is not None])
    return File(
        dispute=dispute,
        cycle=(await read(cycle_of, dispute.cycle_id)).name,
        line=await read(queries.line_of_dispute, dispute_id),
        transfers=await read(queries.transfers_of, dispute_id),
        evidence=await read(queries.evidence_of, dispute_id),
        steps=steps,
        decision=await read(queries.decision_of, dispute_id),
        names={person.person_id: person.name for person in people if person is not None},
    )


def _amount(words: str, field: str) -> Decimal:
    try:
        return Decimal(words)
    except ArithmeticError:
        raise InvalidValue(f"{words!r} is not an amount", path=(field,)) from None
