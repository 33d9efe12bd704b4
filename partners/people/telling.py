"""Who of a partner's people is told of what: those whose roles let them see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from domain.messages import staff
from domain.messages.models import PartnerMessage
from domain.messages.topics import StaffTopic
from domain.storage import ReadSession
from partners.people.models import Person
from partners.scopes import PersonRole, Scope, scopes_of_roles

SCOPE_OF_TOPIC: Mapping[StaffTopic, Scope] = {
    StaffTopic.SETTLEMENT_READY: Scope.SETTLEMENT_READ,
    StaffTopic.ANSWER_DUE: Scope.SETTLEMENT_READ,
    StaffTopic.DISPUTE_MOVED: Scope.SETTLEMENT_READ,
    StaffTopic.PAYMENT_OVERDUE: Scope.SETTLEMENT_READ,
    StaffTopic.MEANS_LOW: Scope.SETTLEMENT_READ,
    StaffTopic.BUDGET_LOW: Scope.CAMPAIGNS_READ,
}
"""By which the same can be read without the message."""


def readable(scopes: Collection[Scope]) -> frozenset[StaffTopic]:
    """The topics that a viewer with these scopes may be told of."""
    return frozenset(topic for topic, scope in SCOPE_OF_TOPIC.items() if scope in scopes)


def may_read(person: Person, topic: StaffTopic) -> bool:
    """Whether somebody's roles let them see what a topic tells of."""
    return person.active and SCOPE_OF_TOPIC[topic] in scopes_of_roles(map(PersonRole, person.roles))


async def readers_of(session: ReadSession, messages: Sequence[PartnerMessage]) -> Mapping[UUID, list[UUID]]:
    """To whom each of these messages is mailed; with the coalition's sight."""
    partners = {message.partner_id for message in messages}
    people = (await session.scalars(select(Person).where(col(Person.partner_id).in_(partners)))).all()
    unmailed = await staff.unmailed_topics(session, [person.person_id for person in people])
    return {
        message.message_id: [
            person.person_id
            for person in people
            if person.partner_id == message.partner_id
            and may_read(person, StaffTopic(message.topic))
            and message.topic not in unmailed.get(person.person_id, ())
        ]
        for message in messages
    }
