"""The audit trail: who was given, changed or lost what, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.audit import models
from domain.audit.models import Action, ActorKind, SubjectKind
from domain.audit.trail import Wanted
from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from partners.scopes import Scope
from resolvers import clients, coalition, people, trail
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
class AuditFact:
    """A detail of what was done, in words of the programme: never a secret, never about a person."""

    name: str
    """What it tells, such as scopes or roles."""
    values: list[str]
    """What was so, or was made so."""


@strawberry.type
@shows(models.TrailLine)
class AuditLine(Node):
    """Somebody did something; it was written with the very change, and is never altered."""

    id: strawberry.ID = identified("line_id")
    action: Action
    """What was done."""
    actor: ActorKind
    """What did it."""
    subject: SubjectKind
    """What it was done to."""
    recorded_at: datetime
    """When, by the real time: a sandbox's clock does not move it."""

    @strawberry.field
    @staticmethod
    def actor_id(line: strawberry.Parent[models.TrailLine], info: Info) -> strawberry.ID | None:
        """Who did it, as an id; null for the coalition's command line and the server itself."""
        return _id(info, line.actor, line.actor_id)

    @strawberry.field
    @staticmethod
    async def actor_name(line: strawberry.Parent[models.TrailLine], info: Info) -> str | None:
        """The name of the person or client that did it, where it is yours to see."""
        return await _name(info, line.actor, line.actor_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def actor_partner(line: strawberry.Parent[models.TrailLine], info: Info) -> coalition_models.Partner | None:
        """The partner it was done as; null for the coalition and for members."""
        return await coalition.partner_or_none(info.context, line.actor_partner_id)

    @strawberry.field
    @staticmethod
    def subject_id(line: strawberry.Parent[models.TrailLine], info: Info) -> strawberry.ID | None:
        """What it was done to, as an id; null where the facts name it."""
        return _id(info, line.subject, line.subject_id)

    @strawberry.field
    @staticmethod
    async def subject_name(line: strawberry.Parent[models.TrailLine], info: Info) -> str | None:
        """The name of the person or client it was done to, where it is yours to see."""
        return await _name(info, line.subject, line.subject_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(line: strawberry.Parent[models.TrailLine], info: Info) -> coalition_models.Partner | None:
        """Whose affair it is; null for the coalition's own."""
        return await coalition.partner_or_none(info.context, line.partner_id)

    @strawberry.field
    @staticmethod
    def facts(line: strawberry.Parent[models.TrailLine]) -> list[AuditFact]:
        """The details."""
        return [AuditFact(name=name, values=_values(value)) for name, value in sorted(line.facts.items())]


Actions = Annotated[list[Action] | None, strawberry.argument(description="Only these actions.")]
ActorId = Annotated[strawberry.ID | None, strawberry.argument(description="Only what this person or client did.")]
SubjectId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what was done to this person, client or partner.")
]
WhoseId = Annotated[strawberry.ID | None, strawberry.argument(description="Only what is this partner's affair.")]
Since = Annotated[datetime | None, strawberry.argument(description="Only from this instant on.")]
Until = Annotated[datetime | None, strawberry.argument(description="Only before this instant.")]

READERS = needs(Scope.AUDIT_READ, Scope.CLIENTS_MANAGE, Scope.PEOPLE_MANAGE)

findable(AuditLine, trail.find, READERS)


@strawberry.type
class TrailQuery:
    """What was done."""

    @strawberry.field(graphql_type=Connection[AuditLine], extensions=[READERS, paged()])
    @staticmethod
    async def audit_trail(
        info: Info,
        page: PageRequest,
        actions: Actions = None,
        actor: ActorId = None,
        subject: SubjectId = None,
        partner: WhoseId = None,
        since: Since = None,
        until: Until = None,
    ) -> Page[models.TrailLine]:
        """Who was given, changed or lost what, newest first: all for auditors, your own for a partner's admins."""
        ids = info.context.global_ids
        wanted = Wanted(
            actions=actions or (),
            actor_id=_key(info, actor),
            subject_id=_key(info, subject),
            partner_id=PartnerId(ids.one("Partner", partner)) if partner is not None else None,
            since=since,
            until=until,
        )
        return await trail.lines(info.context, wanted, page)


def _id(info: Info, kind: str, key: UUID | None) -> strawberry.ID | None:
    return strawberry.ID(info.context.global_ids.encode(_type(kind), key)) if key is not None else None


def _key(info: Info, text: strawberry.ID | None) -> UUID | None:
    """What an id of a filter names, whatever it is of."""
    ids = info.context.global_ids
    return ids.one(ids.type_of(text), text) if text is not None else None


def _type(kind: str) -> str:
    return kind.title().replace("_", "")


async def _name(info: Info, kind: str, key: UUID | None) -> str | None:
    found: Any = None
    if kind == ActorKind.PERSON:
        found = await people.person_or_none(info.context, key)
    elif kind == ActorKind.CLIENT:
        found = await clients.client_or_none(info.context, key)
    return found.name if found is not None else None


def _values(fact: str | int | Sequence[str]) -> list[str]:
    if isinstance(fact, str | int):
        return [str(fact).lower() if isinstance(fact, bool) else str(fact)]
    return list(fact)
