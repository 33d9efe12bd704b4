"""Who is asking, as the audit trail tells it."""

from __future__ import annotations

from domain.audit.models import ActorKind
from domain.audit.trail import COMMAND_LINE, Actor
from partners.viewer import Audience, Viewer


def actor_of(viewer: Viewer) -> Actor:
    """The person, client or member behind a request; a viewer without a name is whoever runs the installation."""
    acting_as = viewer.partner_id if viewer.audience is Audience.PARTNER else None
    if viewer.person_id is not None:
        return Actor(kind=ActorKind.PERSON, id=viewer.person_id, partner_id=acting_as)
    if viewer.client_id is not None:
        return Actor(kind=ActorKind.CLIENT, id=viewer.client_id, partner_id=acting_as)
    if viewer.member_id is not None:
        return Actor(kind=ActorKind.MEMBER, id=viewer.member_id)
    assert viewer.audience is Audience.COALITION, "nobody has nothing to record"
    return COMMAND_LINE
