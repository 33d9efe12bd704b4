"""A member's partners: who knows it, what each is allowed, and all of it taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.members import consent_texts
from domain.members.consent_texts import OTHERWISE, TEXT_VERSION
from domain.members.models import ConsentPurpose
from domain.paging import Page, PageRequest
from partners import allowing
from partners.scopes import Scope
from resolvers import coalition, links
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.consents import Consent
from schema.errors import UserError, refusals
from schema.ids import identified
from schema.members import MemberPayload
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows
from schema.spoken import Language


@strawberry.type
@shows(allowing.MembersGrant)
class Grant:
    """A program of a partner that may ask on your behalf."""

    id: strawberry.ID = identified("grant_id")
    client_name: str
    """What the partner calls the program."""
    created_at: datetime
    """Since when."""
    expires_at: datetime
    """Until when, unless you grant it again."""
    last_used_at: datetime | None
    """When it last asked for you, to the minute; null if it never did."""

    @strawberry.field
    @staticmethod
    def scopes(grant: strawberry.Parent[allowing.MembersGrant]) -> list[str]:
        """What you granted, each as resource:action; each counts only while the consent it stands on does."""
        return sorted(grant.scopes)


@strawberry.type
@shows(allowing.MembersLink)
class Link:
    """A partner that knows you, with all that it is and was allowed."""

    since: datetime
    """Since when it knows you."""
    consents: list[Consent]
    """What you allowed it, the newest first: those that stand and those that did, at most 100."""
    grants: list[Grant]
    """Its programs that may ask on your behalf, the newest first."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def partner(link: strawberry.Parent[allowing.MembersLink], info: Info) -> coalition_models.Partner:
        """Who it is."""
        return await coalition.partner(info.context, link.partner_id)


@strawberry.type
class ConsentText:
    """What a member reads before it agrees."""

    purpose: ConsentPurpose
    """What is agreed to."""
    version: int
    """Send it back with `consentGive`."""
    words: str
    """The words themselves."""


@strawberry.input
class ConsentGiveInput:
    """What you allow a partner."""

    partner: strawberry.ID
    """The partner."""
    purposes: list[ConsentPurpose]
    """What it may from now on."""
    text_version: int
    """The version of the words you have read, as `consentTexts` gave it."""
    until: datetime | None = None
    """Until when; with no end if not said."""


@strawberry.input
class ConsentRevokeInput:
    """A consent to be taken back."""

    partner: strawberry.ID
    """The partner."""
    purpose: ConsentPurpose
    """What it may no longer see or do."""


@strawberry.input
class LinkRevokeInput:
    """A partner that shall be allowed nothing any more."""

    partner: strawberry.ID
    """The partner."""


@strawberry.input
class GrantRevokeInput:
    """A program that shall ask on your behalf no more."""

    grant: strawberry.ID
    """The grant."""


@strawberry.type
class LinkPayload:
    """What became of what you allow a partner."""

    link: Link | None = None
    """The partner with what it is allowed now; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class GrantRevokePayload:
    """What became of a grant."""

    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


PartnerArgument = Annotated[strawberry.ID, strawberry.argument(description="The partner they are to be read for.")]
MAY = needs(Scope.CONSENTS_MANAGE)


@strawberry.type
class LinkQuery:
    """What you allow."""

    @strawberry.field(graphql_type=Connection[Link], extensions=[MAY, paged()])
    @staticmethod
    async def my_links(info: Info, page: PageRequest) -> Page[allowing.MembersLink]:
        """The partners that know you, the first first, with what each is allowed."""
        return await links.mine(info.context, page)

    @strawberry.field(extensions=[needs(Scope.CONSENTS_MANAGE, Scope.MEMBERS_ENROL)])
    @staticmethod
    async def consent_texts(info: Info, partner: PartnerArgument, language: Language = OTHERWISE) -> list[ConsentText]:
        """What a member agrees to with this partner, by purpose, in the words of today; a counter reads them out."""
        named = await coalition.partner(info.context, info.context.global_ids.one("Partner", partner))
        return [
            ConsentText(purpose=purpose, version=TEXT_VERSION, words=words)
            for purpose in ConsentPurpose
            if (words := consent_texts.words(purpose, partner=named.name, language=language)) is not None
        ]


@strawberry.type
class LinkMutation:
    """What you allow changes; it holds at once, and within five seconds on every server."""

    @strawberry.mutation(graphql_type=LinkPayload, extensions=[MAY, refusals])
    @staticmethod
    async def consent_give(info: Info, input: ConsentGiveInput) -> Any:
        """Allow a partner something; a partner that did not know you does from now on."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        link = await links.give(
            info.context, partner_id, input.purposes, text_version=input.text_version, until=input.until
        )
        return LinkPayload(link=link)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MemberPayload, extensions=[MAY, refusals])
    @staticmethod
    async def consent_revoke(info: Info, input: ConsentRevokeInput) -> Any:
        """Take back what a partner may see or do for you."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        return MemberPayload(member=await links.revoke(info.context, partner_id, input.purpose))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=LinkPayload, extensions=[MAY, refusals])
    @staticmethod
    async def link_revoke(info: Info, input: LinkRevokeInput) -> Any:
        """Take back all that a partner and its programs were allowed; what you bought there stays bought."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        return LinkPayload(link=await links.revoke_all(info.context, partner_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=GrantRevokePayload, extensions=[MAY, refusals])
    @staticmethod
    async def grant_revoke(info: Info, input: GrantRevokeInput) -> Any:
        """Let a program ask on your behalf no more; what you allow its partner stays."""
        await links.revoke_grant(info.context, info.context.global_ids.one("Grant", input.grant))
        return GrantRevokePayload()
