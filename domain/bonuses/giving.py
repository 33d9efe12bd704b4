"""What was checked is given: an action BONUS of the firm, once for each statement, which campaigns answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.bonuses.drawing_up import draw_up
from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

BONUS = "BONUS"
AT_ONCE = 200
LARGEST = 10**12
"""The largest whole number that an action carries."""

_CHECKED = "SELECT * FROM bonus_statements_checked($1, $2)"
_NOTE = "SELECT note_bonus_given($1, $2, $3, $4)"
_KEEP_GROUPS = "SELECT keep_business_groups(NULL, $1)"


@dataclass(slots=True)
class Done:
    """What a turn came to."""

    moved: int = 0
    """Firms that came into groups, or left them."""
    drawn_up: int = 0
    given: int = 0
    waiting: int = 0
    """Checked, but could not be given now."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


async def look(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> Done:
    """One turn: groups are kept, statements drawn up, and what was checked is given."""
    done = Done(moved=await pool.fetchval(_KEEP_GROUPS, now))
    done.drawn_up = await draw_up(pool, zone=caches.zone, now=now)
    await give(pool, done, caches=caches, lookup_key=lookup_key, now=now)
    return done


async def give(pool: Pool, done: Done, *, caches: Caches, lookup_key: bytes, now: datetime) -> None:
    """Record the action of every statement that was checked, and note it."""
    after = None
    while rows := await pool.fetch(_CHECKED, after, AT_ONCE):
        after = rows[-1]["statement_id"]
        entries = await _there_already(pool, rows)
        wanted = [row for row in rows if row["given"] > 0 and row["statement_id"] not in entries and row["firm"]]
        commands = [_command(row, now) for row in wanted]
        answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
        for row, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, ActionReceipt):
                entries[row["statement_id"]] = (answer.wallet_id, answer.entry_id)
        for row in rows:
            if row["given"] > 0 and row["statement_id"] not in entries:
                done.waiting += 1
                continue
            entry = entries.get(row["statement_id"], (None, None))
            done.given += await pool.fetchval(_NOTE, row["statement_id"], *entry, now)


def key_of(statement_id: UUID) -> str:
    """Under which key a statement is given, once and for all."""
    return f"{BONUS}/{statement_id.hex}"


async def _there_already(pool: Pool, rows: Collection[asyncpg.Record]) -> dict[UUID, tuple[UUID, UUID]]:
    """What a turn before recorded and did not come to note."""
    asked = {(row["partner_id"], key_of(row["statement_id"])): row["statement_id"] for row in rows}
    found = await entries_by_key(pool, [(PartnerId(owner), key) for owner, key in asked])
    return {asked[key]: (entry["wallet_id"], entry["entry_id"]) for key, entry in found.items()}


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["firm"])
    member = KnownMember(
        wallet_id=UUID(who["wallet_id"]),
        member_id=UUID(who["member_id"]),
        kind=MemberKind(who["kind"]),
        pairwise_id=UUID(who["pairwise_id"]),
    )
    grown = {} if row["growth"] is None else {"growth": _whole(row["growth"])}
    return RecordAction(
        partner_id=PartnerId(row["partner_id"]),
        member=member,
        kind=BONUS,
        idempotency_key=key_of(row["statement_id"]),
        occurred_at=now,
        dated=False,
        attributes={
            "scheme": row["scheme"],
            "period": f"{row['starts']:%Y-%m-%d}",
            "value": row["given"],
            "volume": _whole(floor(row["turnover"])),
            **grown,
        },
    )


def _whole(figure: int) -> int:
    return max(-LARGEST, min(figure, LARGEST))
