"""With whose eyes a webhook looks at what happened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from domain.events.models import Event, EventKind
from domain.ids import ClientId, OutletId, PartnerId
from partners.scopes import Scope
from partners.telling import readable
from partners.viewer import Audience, Viewer
from partners.webhooks.relaying import kinds_of


def as_client(
    *, partner_id: UUID, client_id: UUID, outlet_id: UUID | None, scopes: frozenset[Scope], sandbox: bool
) -> Viewer:
    """The viewer that a client is by its own credentials."""
    return Viewer(
        audience=Audience.PARTNER,
        scopes=scopes,
        partner_id=PartnerId(partner_id),
        client_id=ClientId(client_id),
        outlet_id=OutletId(outlet_id) if outlet_id is not None else None,
        sandbox=sandbox,
    )


@dataclass(frozen=True, slots=True)
class Sees:
    """As which kind a webhook is told of an event, and whether its client may see it at this moment."""

    kind: EventKind
    allowed: bool = True


def sees(event: Event, words: Collection[str] | None, viewer: Viewer) -> Sees | None:
    """What a webhook is told of an event at this moment; None, if nothing.

    A document that asks for kinds by name is told that its client may not see one; one that asks for everything gets
    what its client may see, as a subscription does.
    """
    if event.kind == EventKind.WEBHOOK_TESTED:
        return Sees(EventKind.WEBHOOK_TESTED)
    wanted = kinds_of(words)
    seen = event.told_as(wanted & readable(viewer.scopes))
    if seen is not None:
        return Sees(seen)
    hidden = None if words is None else event.told_as(wanted)
    return None if hidden is None else Sees(hidden, allowed=False)
