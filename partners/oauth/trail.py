"""What the audit trail tells of grants: who gave, took back or ended them."""

from __future__ import annotations

from domain.audit import trail
from domain.audit.models import Action, ActorKind, SubjectKind
from domain.audit.trail import Actor, Line
from domain.ids import PartnerId
from partners.oauth.models import Grant


def given(grant: Grant) -> Line:
    """The member granted a client something on the consent page."""
    actor = Actor(kind=ActorKind.MEMBER, id=grant.pairwise_id)
    return _line(grant, actor, Action.GRANT_GIVEN, scopes=tuple(grant.scopes))


def ended_by_client(grant: Grant) -> Line:
    """The client gave a grant back."""
    actor = Actor(kind=ActorKind.CLIENT, id=grant.client_id, partner_id=PartnerId(grant.partner_id))
    return _line(grant, actor, Action.GRANT_REVOKED)


def ended_by_server(grant: Grant, *, reason: str) -> Line:
    """Something of a grant came twice, so it is in the wrong hands."""
    return _line(grant, trail.SERVER, Action.GRANT_REVOKED, reason=reason)


def _line(grant: Grant, actor: Actor, action: Action, **facts: trail.Fact) -> Line:
    return Line(
        actor=actor,
        action=action,
        subject=SubjectKind.GRANT,
        subject_id=grant.grant_id,
        facts={"client": str(grant.client_id), **facts},
        partner_id=PartnerId(grant.partner_id),
    )
