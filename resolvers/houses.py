"""Whose clients and people a step is about: a partner has its own house, the coalition its own and any other."""

from __future__ import annotations

from uuid import UUID

from domain.ids import PartnerId
from partners.errors import ScopeAboveCeiling, SignInTooOld, WrongAudience
from partners.scopes import Scope
from partners.viewer import Audience, Viewer
from resolvers.context import Context


def house_of(viewer: Viewer, partner_id: UUID | None) -> PartnerId | None:
    """The house that is meant: one's own unless one is named, and only the coalition names another; None is its own.

    Raises: WrongAudience.
    """
    if viewer.audience is Audience.COALITION:
        return PartnerId(partner_id) if partner_id is not None else None
    if viewer.audience is not Audience.PARTNER or viewer.partner_id is None:
        raise WrongAudience("This is done by a house's own people and programs.")
    if partner_id not in {None, viewer.partner_id}:
        raise WrongAudience("You act for your own partner only.", path=("partner",))
    return viewer.partner_id


def check_gives_its_own(viewer: Viewer, scopes: frozenset[Scope]) -> None:
    """A program gives and handles no more than it has itself; people are held to their house's ceiling.

    Raises: ScopeAboveCeiling.
    """
    if viewer.person_id is None and viewer.client_id is not None and not scopes <= viewer.scopes:
        raise ScopeAboveCeiling(scopes - viewer.scopes)


def check_fresh(ctx: Context) -> None:
    """What could hand on approvals asks for a sign-in of the last minutes. Raises: SignInTooOld."""
    if not ctx.viewer.is_fresh(ctx.real_now()):
        raise SignInTooOld
