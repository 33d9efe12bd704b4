"""Course certificates become TRAINING actions of the course's owner, once each; a crash in between only repeats."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

TRAINING = "TRAINING"
AT_ONCE = 200

_DUE = "SELECT * FROM course_certificates_due($1, $2, $3, $4)"
_RECORDED = "SELECT record_certificate($1, $2, $3, $4)"


async def record_trainings(
    pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime, certificate_id: UUID | None = None
) -> int:
    """Record the certificates that are not in the books yet, or this one; how many were."""
    done, after = 0, None
    while rows := await pool.fetch(_DUE, now, certificate_id, after, AT_ONCE):
        after = rows[-1]["certificate_id"]
        known = [row for row in rows if row["side"] is not None]
        commands = [_command(row, now) for row in known]
        answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
        told = {row["certificate_id"]: answer for row, answer in zip(known, answers, strict=True)}
        for row in rows:
            answer = told.get(row["certificate_id"])
            where: tuple[UUID | None, UUID | None]
            if isinstance(answer, ActionReceipt):
                where = (answer.wallet_id, answer.entry_id)
            elif answer is None or isinstance(answer, MemberNotFound):  # nobody is there to get it
                where = (None, None)
            else:
                continue
            done += bool(await pool.fetchval(_RECORDED, row["certificate_id"], *where, now))
        if certificate_id is not None:
            break
    return done


def key_of(certificate_id: UUID) -> str:
    """Under which key a certificate's action is recorded, once and for all."""
    return f"training:{certificate_id.hex}"


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["side"])
    return RecordAction(
        partner_id=PartnerId(row["partner_id"]),
        member=KnownMember(
            wallet_id=UUID(who["wallet_id"]),
            member_id=UUID(who["member_id"]),
            kind=MemberKind(who["kind"]),
            pairwise_id=UUID(who["pairwise_id"]),
        ),
        kind=TRAINING,
        idempotency_key=key_of(row["certificate_id"]),
        occurred_at=now,
        dated=False,
        attributes={"course": row["name"], "score": row["score"], "passed": True},
    )
