"""Consents: what a member allows a partner, in the words it read."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.members import consents
from domain.members.consent_texts import OTHERWISE
from domain.members.models import ConsentPurpose, ConsentWay
from resolvers import coalition, links
from resolvers.context import Info
from schema.partners import Partner
from schema.shape import shows
from schema.spoken import Language


@strawberry.type
@shows(consents.GivenConsent)
class Consent:
    """What a member allowed a partner; taken back or past, it stays as history."""

    purpose: ConsentPurpose
    """What it allows."""
    given_at: datetime
    """When it was given."""
    given_through: ConsentWay
    """How it was given."""
    text_version: int
    """Which version of the words the member read; 0 for words that were the partner's own."""
    expires_at: datetime | None
    """Until when it counts; null for no end."""
    revoked_at: datetime | None
    """When it was taken back, or gave way to another."""

    @strawberry.field
    @staticmethod
    def stands(consent: strawberry.Parent[consents.GivenConsent], info: Info) -> bool:
        """Whether it counts now: neither taken back nor past."""
        return consent.stands(info.context.now)

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(consent: strawberry.Parent[consents.GivenConsent], info: Info) -> coalition_models.Partner:
        """To whom it was given."""
        return await coalition.partner(info.context, consent.partner_id)

    @strawberry.field
    @staticmethod
    async def words(
        consent: strawberry.Parent[consents.GivenConsent], info: Info, language: Language = OTHERWISE
    ) -> str | None:
        """What the member read; null for words that were the partner's own."""
        return await links.words_of(info.context, consent, language)
