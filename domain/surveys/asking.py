"""Members are asked at the right moment: what happened gives askings, and those that are due are offered.

A cue is let go of in the transaction that writes its askings, each at most once for what happened; so a crash only
repeats a look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from domain.earning.tills import Caches
from domain.ids import PartnerId, new_id
from domain.storage import WriteSession
from domain.surveys.errors import AskingNotFound
from domain.surveys.keeping import Offer, offer_of
from domain.surveys.matching import Due, Happened, due
from domain.surveys.queries import surveys_live
from domain.surveys.terms import MomentKind, Survey

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

AT_ONCE = 500
LOOK_BACK = timedelta(days=31)
"""What lies further back when we hear of it is no moment to ask after."""

_CUES = text("SELECT * FROM survey_cues(:most)")
_KEEP = text("SELECT keep_askings(CAST(:drafts AS jsonb), CAST(:cues AS bigint[]))")
_OFFER = text("SELECT * FROM offer_surveys(:now, :most)")
_DECLINE = "SELECT decline_asking($1, $2, $3)"
_OPEN = "SELECT to_jsonb(a) AS offer FROM askings_open($1, $2, $3) a"


@dataclass(slots=True)
class Asked:
    """What a turn came to."""

    looked_at: int = 0
    planned: int = 0
    offered: int = 0
    skipped: int = 0
    expired: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.planned or self.offered or self.skipped or self.expired)


async def plan(session: WriteSession, pool: Pool, done: Asked, *, caches: Caches, now: datetime) -> bool:
    """Write down who is to be asked what after some of what happened; whether there is more. As the coalition."""
    cues = [dict(row) for row in (await session.execute(_CUES, {"most": AT_ONCE})).mappings()]
    if not cues:
        return False
    surveys = await surveys_live(pool)
    happened = [one for one in map(_happened, cues) if one is not None and now - one.at <= LOOK_BACK]
    wanted = {(one.partner_id, sku) for one in happened if one.partner_id is not None for sku, _ in one.lines}
    shelves = await caches.catalogue.resolve(pool, wanted, now=now)
    drafts = [
        _draft(found)
        for one in happened
        for survey in surveys
        if survey.terms.open_at(now)
        and (found := due(survey, one, shelves.get(one.partner_id, {}) if one.partner_id else {})) is not None
    ]
    told = {"drafts": orjson.dumps(drafts, default=str).decode(), "cues": [row["cue_id"] for row in cues]}
    done.planned += await session.scalar(_KEEP, told) or 0
    done.looked_at += len(cues)
    return len(cues) == AT_ONCE


async def offer(session: WriteSession, done: Asked, *, now: datetime) -> bool:
    """Offer what is due, and end offers whose time is over; whether there is more. As the coalition."""
    row = (await session.execute(_OFFER, {"now": now, "most": AT_ONCE})).one()
    done.offered += row.offered
    done.skipped += row.skipped
    done.expired += row.expired
    return bool(row.offered + row.skipped == AT_ONCE)


async def offers_open(pool: Pool, member_id: UUID, *, at: datetime, partner_id: PartnerId | None = None) -> list[Offer]:
    """The surveys that a member is asked now, the oldest offer first.

    For a partner's page: of its own, and those that follow from what happened at the partner.
    """
    rows = await pool.fetch(_OPEN, member_id, partner_id, at)
    return [offer_of(orjson.loads(row["offer"])) for row in rows]


async def decline(pool: Pool, asking_id: UUID, member_id: UUID, *, now: datetime) -> None:
    """A member does not want to answer, and is not asked this again; again changes nothing. Raises: AskingNotFound."""
    if not await pool.fetchval(_DECLINE, asking_id, member_id, now):
        raise AskingNotFound


def _happened(cue: dict[str, Any]) -> Happened | None:
    if cue["member_id"] is None or not cue["moments"]:
        return None
    skus = cue["skus"] or []
    return Happened(
        member_id=cue["member_id"],
        partner_id=cue["partner_id"],
        outlet_id=cue["outlet_id"],
        subject_id=cue["subject_id"],
        at=cue["occurred_at"],
        kinds=frozenset(map(MomentKind, cue["moments"])),
        lines=tuple(zip(skus, cue["amounts"] or [0] * len(skus), strict=True)),
        reward_id=cue["reward_id"],
    )


def _draft(found: Due) -> dict[str, Any]:
    survey: Survey = found.survey
    happened, about = found.happened, found.about
    return {
        "asking_id": new_id(),
        "survey_id": survey.survey_id,
        "version": survey.version,
        "partner_id": survey.partner_id,
        "member_id": happened.member_id,
        "moment": found.moment.value,
        "subject_id": happened.subject_id,
        "about_partner": about.partner,
        "about_outlet": about.outlet,
        "about_product": about.product,
        "about_maker": about.maker,
        "due_at": found.due_at,
        "offer_days": survey.terms.offer_days,
    }
