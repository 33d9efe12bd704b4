"""The audit trail, as auditors read it and houses read their own part of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.audit import trail
from domain.audit.models import TrailLine
from domain.audit.trail import Wanted
from domain.paging import Page, PageRequest
from partners.errors import WrongAudience
from partners.scopes import Scope
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.houses import house_of


async def find(ctx: Context, line_id: UUID) -> TrailLine:
    """A line that the viewer may see. Raises: TrailLineNotFound."""
    _check_reads(ctx.viewer)
    return await ctx.read(trail.by_id, line_id)


async def lines(ctx: Context, wanted: Wanted, page: PageRequest) -> Page[TrailLine]:
    """The lines that the viewer may see, newest first."""
    _check_reads(ctx.viewer)
    if ctx.viewer.audience is Audience.PARTNER:
        wanted = replace(wanted, partner_id=house_of(ctx.viewer, wanted.partner_id))
    return await ctx.read(trail.lines, wanted, page)


def _check_reads(viewer: Viewer) -> None:
    """Auditors read all there is; of a partner's own part its people do who look after clients or people."""
    of_own_house = viewer.audience is Audience.PARTNER and viewer.person_id is not None
    if not viewer.may(Scope.AUDIT_READ) and not of_own_house:
        raise WrongAudience("The trail is read by auditors, and by a partner's people who look after its house.")
