"""What a client may hold at this moment: its own scopes, below what its partner and the coalition leave it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import COMMAND_LINE, Actor, Line
from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Partner
from domain.ids import PartnerId
from domain.storage import ReadSession, WriteSession
from partners.clients.models import Client, PartnerCeiling
from partners.holding import hold
from partners.scopes import PARTNER_CEILING, Scope, ceiling, known


def held(client: Client, partners_own: Sequence[str] | None) -> frozenset[Scope]:
    """A client's scopes under the ceilings; `partners_own` are the words of its partner's own, if it has one."""
    own = known(partners_own) if partners_own is not None else None
    return known(client.scopes) & ceiling(of_partner=client.partner_id is not None, partners_own=own)


async def ceiling_of(session: ReadSession, partner_id: PartnerId | None) -> frozenset[Scope]:
    """The most that a client of a partner, or of the coalition, may be given."""
    own = await session.scalar(select(PartnerCeiling.scopes).where(col(PartnerCeiling.partner_id) == partner_id))
    return ceiling(of_partner=partner_id is not None, partners_own=known(own) if own is not None else None)


async def set_ceiling(
    session: WriteSession,
    partner_id: PartnerId,
    scopes: frozenset[Scope] | None,
    *,
    now: datetime,
    by: Actor = COMMAND_LINE,
) -> frozenset[Scope]:
    """Set the most a partner's clients may hold, or with None what all partners' may; their next token obeys it.

    Raises: PartnerNotFound.
    """
    await hold(session, f"ceiling {partner_id}")
    if await session.scalar(select(Partner.partner_id).where(col(Partner.partner_id) == partner_id)) is None:
        raise PartnerNotFound
    most = PARTNER_CEILING if scopes is None else PARTNER_CEILING & scopes
    row = await session.scalar(select(PartnerCeiling).where(col(PartnerCeiling.partner_id) == partner_id))
    if row is None:
        session.add(PartnerCeiling(partner_id=partner_id, scopes=sorted(most)))
    else:
        row.scopes = sorted(most)
    line = Line(
        actor=by,
        action=Action.CEILING_SET,
        subject=SubjectKind.PARTNER,
        subject_id=partner_id,
        facts={"scopes": sorted(most)},
        partner_id=partner_id,
    )
    await trail.record(session, line, now=now)
    return most
