"""Members: found, enrolled, recognised."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from domain.errors import InvalidValue
from domain.ledger import queries
from domain.members import consents, recognition
from domain.members.enrolment import EnrolMember
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose, MemberKind
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import MemberRef
from partners.scopes import Scope
from resolvers import members, referrals
from resolvers.context import Context, Info
from resolvers.policies import acting_partner, serving_partner
from schema.consents import Consent
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.permissions import needs
from schema.referral_parts import ReferralTaken, taken_of
from schema.scalars import IdempotencyKey
from schema.shape import shows
from schema.wallets import Wallet


@strawberry.type
@shows(recognition.KnownMember)
class Member(Node):
    """One who collects points, as you know them: another partner knows the same member by another id."""

    id: strawberry.ID = identified("pairwise_id")
    kind: MemberKind
    """Whether it is a person, a firm that buys, or sales staff."""

    @strawberry.field(graphql_type=Wallet, extensions=[needs(Scope.BALANCE_READ)])
    @staticmethod
    async def wallet(member: strawberry.Parent[recognition.KnownMember], info: Info) -> queries.Balance:
        """The member's points; a partner without the member's consent (BALANCE) is refused the whole member.

        The refusal is CONSENT_MISSING. `walletShown` is null then, and the rest of the member is told.
        """
        return await members.seen_wallet(info.context, member)

    @strawberry.field(graphql_type=Wallet | None)
    @staticmethod
    async def wallet_shown(member: strawberry.Parent[recognition.KnownMember], info: Info) -> queries.Balance | None:
        """The member's points; null without the member's consent (BALANCE) or without the scope balance:read."""
        return await members.shown_wallet(info.context, member)

    @strawberry.field
    @staticmethod
    async def cards(member: strawberry.Parent[recognition.KnownMember], info: Info) -> list[str]:
        """The numbers of the cards you joined with; empty to everybody but the member itself, with profile:read."""
        return await members.cards_of(info.context, member)

    @strawberry.field(graphql_type=list[Consent])
    @staticmethod
    async def consents(member: strawberry.Parent[recognition.KnownMember], info: Info) -> list[consents.GivenConsent]:
        """What the member allowed, the newest first, at most 100; a partner sees what it was allowed itself."""
        return await members.consents_of(info.context, member)


ON_BEHALF = (Scope.BALANCE_READ, Scope.HISTORY_READ, Scope.REDEMPTIONS_WRITE, Scope.CODES_REDEEM)
"""Any of them a member may have granted a storefront."""

findable(Member, members.find_by_key, needs(Scope.MEMBERS_LOOKUP, Scope.PROFILE_READ, *ON_BEHALF))


@strawberry.input(one_of=True)
class MemberRefInput:
    """Exactly one way to name a member."""

    id: strawberry.Maybe[strawberry.ID]
    """The id the API gave you for the member."""
    card_number: strawberry.Maybe[str]
    """The card the member shows; spaces and hyphens do not matter."""
    external_id: strawberry.Maybe[str]
    """Your own number for the member."""

    def to_ref(self, ctx: Context) -> MemberRef:
        """As the domain takes it."""
        if self.id is not None:
            return MemberRef(pairwise_id=ctx.global_ids.one("Member", self.id.value))
        try:
            if self.card_number is not None:
                return MemberRef(identifier=Identifier.card(self.card_number.value))
            assert self.external_id is not None, "the input is one-of"
            return MemberRef(identifier=Identifier.external(self.external_id.value, serving_partner(ctx.viewer)))
        except InvalidValue as refused:
            raise refused.at("member") from None


@strawberry.input
class MemberDetailsInput:
    """What the member has told; kept sealed and apart from the books."""

    name: str | None = None
    """At most 200 characters."""
    born_on: date | None = None
    """For a birthday treat."""
    language: str | None = None
    """Such as lv or en."""


@strawberry.input
class MemberEnrolInput:
    """A new member, named by at least one of card, e-mail, phone and your own number."""

    idempotency_key: IdempotencyKey
    """Yours for this enrolment."""
    kind: MemberKind = MemberKind.CONSUMER
    """Whether it is a person, a firm that buys, or sales staff."""
    card_number: str | None = None
    """The card handed out."""
    email: str | None = None
    """The member's e-mail address."""
    phone: str | None = None
    """In international form, such as +371 20000000."""
    external_id: str | None = None
    """Your own number for the member."""
    details: MemberDetailsInput | None = None
    """What the member has told."""
    consents: list[ConsentPurpose] = strawberry.field(default_factory=list)
    """What the member allows you to see; what you may do in its name (REDEMPTION, CODES) only it allows itself."""
    referral_code: str | None = None
    """The code of the member who brought this one, as it was told or shown."""

    def to_command(self, ctx: Context) -> EnrolMember:
        """As the domain takes it."""
        partner_id = acting_partner(ctx.viewer)
        named = [
            Identifier.card(self.card_number) if self.card_number is not None else None,
            Identifier.email(self.email) if self.email is not None else None,
            Identifier.phone(self.phone) if self.phone is not None else None,
            Identifier.external(self.external_id, partner_id) if self.external_id is not None else None,
        ]
        try:
            details = PersonalDetails(email=self.email, phone=self.phone, **vars(self.details or MemberDetailsInput()))
        except InvalidValue as refused:
            raise refused.at("details") from None
        return EnrolMember(
            partner_id=partner_id,
            idempotency_key=self.idempotency_key,
            kind=self.kind,
            identifiers=tuple(one for one in named if one is not None),
            consents=frozenset(self.consents),
            details=details,
        )


@strawberry.input
class MemberIdentifyInput:
    """One more way to recognise a member: exactly one of card, e-mail, phone and your own number."""

    member: MemberRefInput
    """The member."""
    card_number: str | None = None
    """A card."""
    email: str | None = None
    """An e-mail address."""
    phone: str | None = None
    """A telephone number."""
    external_id: str | None = None
    """Your own number for the member."""

    def identifiers(self, ctx: Context) -> list[Identifier]:
        """Those that are given."""
        partner_id = acting_partner(ctx.viewer)
        return [
            *([Identifier.card(self.card_number)] if self.card_number is not None else []),
            *([Identifier.email(self.email)] if self.email is not None else []),
            *([Identifier.phone(self.phone)] if self.phone is not None else []),
            *([Identifier.external(self.external_id, partner_id)] if self.external_id is not None else []),
        ]


@strawberry.input
class MemberConsentInput:
    """What a member agreed to at your counter."""

    member: MemberRefInput
    """The member."""
    purposes: list[ConsentPurpose]
    """What you may see from now on; what you may do in its name (REDEMPTION, CODES) only it allows itself."""


@strawberry.type
class MemberEnrolPayload:
    """What became of an enrolment."""

    member: Member | None = None
    """The member; null when the request was refused."""
    replayed: bool = False
    """Whether an earlier request with the same key had made the member."""
    referral: ReferralTaken | None = None
    """What became of the referral code; null where none was told."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


@strawberry.type
class MemberPayload:
    """What became of a change to a member."""

    member: Member | None = None
    """The member; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


Ref = Annotated[MemberRefInput, strawberry.argument(description="Whom to find.")]


@strawberry.type
class MemberQuery:
    """Finding members."""

    @strawberry.field(graphql_type=Member | None, extensions=[needs(Scope.MEMBERS_LOOKUP), or_null])
    @staticmethod
    async def member(info: Info, ref: Ref) -> recognition.KnownMember:
        """A member by card, by your own number or by id; null when nobody is known by it."""
        return await members.find(info.context, ref.to_ref(info.context))

    @strawberry.field(graphql_type=Member, extensions=[needs(Scope.PROFILE_READ, *ON_BEHALF)])
    @staticmethod
    async def me(info: Info) -> recognition.KnownMember:
        """The member who is signed in; to a storefront that acts on behalf of a member, that member as you know it."""
        return members.me(info.context)


@strawberry.type
class MemberMutation:
    """Members join and are recognised."""

    @strawberry.mutation(graphql_type=MemberEnrolPayload, extensions=[needs(Scope.MEMBERS_ENROL), refusals])
    @staticmethod
    async def member_enrol(info: Info, input: MemberEnrolInput) -> Any:
        """Make a member; points can be earned at once."""
        command = input.to_command(info.context)
        enrolled, taken = await referrals.enrol(info.context, command, input.referral_code)
        return MemberEnrolPayload(
            member=enrolled.member,  # type: ignore[arg-type]
            replayed=enrolled.replayed,
            referral=taken_of(taken),
        )

    @strawberry.mutation(graphql_type=MemberPayload, extensions=[needs(Scope.MEMBERS_ENROL), refusals])
    @staticmethod
    async def member_identify(info: Info, input: MemberIdentifyInput) -> Any:
        """Let a member be recognised by one more card, address or number."""
        member = await members.identify(
            info.context, input.member.to_ref(info.context), input.identifiers(info.context)
        )
        return MemberPayload(member=member)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=MemberPayload, extensions=[needs(Scope.MEMBERS_ENROL), refusals])
    @staticmethod
    async def member_consent(info: Info, input: MemberConsentInput) -> Any:
        """Record what a member agreed to at your counter; what stands already stays."""
        member = await members.record_consents(info.context, input.member.to_ref(info.context), input.purposes)
        return MemberPayload(member=member)  # type: ignore[arg-type]
