"""Claims: made by members with their proof, decided by the owners of programmes, paid by campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.claims import models
from domain.claims.claiming import MakeClaim, Proof
from domain.claims.finding import Wanted
from domain.claims.models import ClaimRefusal, ClaimState, DecisionKind
from domain.claims.terms import ClaimProgramme as Programme
from domain.claims.terms import ClaimProgrammeId
from domain.coalition import models as coalition_models
from domain.members import recognition
from domain.paging import Page, PageRequest
from domain.values import Money, Points
from partners.scopes import Scope
from resolvers import claims, coalition
from resolvers.context import Context, Info
from resolvers.global_ids import NOWHERE
from schema.claim_terms import ClaimProgramme
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.ids import Node, identified
from schema.members import Member
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.nodes import findable
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
MINE = needs(Scope.PROFILE_READ)


@strawberry.type
class ClaimProof:
    """What shows that a claim is true."""

    serial: str | None = None
    """The serial of the very piece, in capitals."""
    receipt: str | None = None
    """The number of the shop's receipt."""
    photo: str | None = None
    """A link to a picture."""
    document: str | None = None
    """A link to a document."""
    document_digest: str | None = None
    """Its SHA-256, in hexadecimal."""
    in_our_books: bool = False
    """Whether the purchase was found that its receipt names."""


@strawberry.type
@shows(models.ClaimDecision)
class ClaimDecision:
    """One decision about a claim; the audit trail tells it too, with who."""

    decided_at: datetime
    """When."""

    @strawberry.field
    @staticmethod
    def decision(decision: strawberry.Parent[models.ClaimDecision]) -> DecisionKind:
        """What was decided."""
        return DecisionKind(decision.decision)

    @strawberry.field
    @staticmethod
    def reason(decision: strawberry.Parent[models.ClaimDecision]) -> str | None:
        """Why: PROVEN by our books, or as it was given."""
        return decision.reason


@strawberry.type
class ClaimShown:
    """What there is to say of a claim to whoever may see it."""

    units: int
    """How many."""
    sku: str | None
    """Of which article."""
    happened_at: datetime
    """When it was sold, fitted or whatever is paid for."""
    claimed_at: datetime
    """When it was claimed."""
    decide_by: datetime
    """Until when somebody shall have decided."""
    decided_at: datetime | None
    """When it was decided."""
    paid_at: datetime | None
    """When it was paid."""

    @strawberry.field
    @staticmethod
    def state(claim: strawberry.Parent[models.Claim]) -> ClaimState:
        """Where it stands."""
        return ClaimState(claim.state)

    @strawberry.field
    @staticmethod
    def refusal(claim: strawberry.Parent[models.Claim]) -> ClaimRefusal | None:
        """Why it is not paid, or was taken back."""
        return claim.refusal and ClaimRefusal(claim.refusal)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    def points(claim: strawberry.Parent[models.Claim]) -> Points:
        """What campaigns gave for it, less what was taken back."""
        return Points(claim.points)

    @strawberry.field
    @staticmethod
    def taken_back(claim: strawberry.Parent[models.Claim]) -> int:
        """Of how many units it was taken back."""
        return claim.taken_units

    @strawberry.field
    @staticmethod
    def proof(claim: strawberry.Parent[models.Claim]) -> ClaimProof:
        """What shows that it is true."""
        return ClaimProof(**claim.proof, in_our_books=claim.purchase_entry_id is not None)

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def value(claim: strawberry.Parent[models.Claim], info: Info) -> Money | None:
        """What it is worth, as claimed."""
        if claim.value is None:
            return None
        return Money.of_minor(claim.value, (await coalition.coalition(info.context)).currency)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(claim: strawberry.Parent[models.Claim], info: Info) -> coalition_models.Outlet | None:
        """Where it happened."""
        return await coalition.outlet_or_none(info.context, claim.outlet_id)

    @strawberry.field
    @staticmethod
    async def note(claim: strawberry.Parent[models.Claim], info: Info) -> str | None:
        """What the member wrote; null once it is forgotten."""
        return await claims.words_of(info.context, claim, claim.sealed_note)

    @strawberry.field
    @staticmethod
    async def objection(claim: strawberry.Parent[models.Claim], info: Info) -> str | None:
        """What the member wrote against a rejection."""
        return await claims.words_of(info.context, claim, claim.sealed_objection)

    @strawberry.field(graphql_type=ClaimProgramme)
    @staticmethod
    async def programme(claim: strawberry.Parent[models.Claim], info: Info) -> Programme:
        """Under what, in the version of then."""
        return await claims.programme_of(info.context, claim)


@strawberry.type
@shows(models.Claim)
class Claim(Node, ClaimShown):
    """What a member claims under a programme of yours."""

    id: strawberry.ID = identified("claim_id")
    certified: bool
    """Whether the member held a certificate of the programme's course."""
    approvals: int
    """How many persons have approved it …"""
    approvals_needed: int
    """… of so many."""

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(claim: strawberry.Parent[models.Claim], info: Info) -> recognition.KnownMember | None:
        """Who claims, as you know the member; null unless it lets you see its history with you."""
        return await claims.claimant(info.context, claim)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def employer(claim: strawberry.Parent[models.Claim], info: Info) -> coalition_models.Partner | None:
        """For whom the seller sells; null where it is no seller's."""
        return await coalition.partner_or_none(info.context, claim.employer_id)

    @strawberry.field(graphql_type=list[ClaimDecision])
    @staticmethod
    async def decisions(claim: strawberry.Parent[models.Claim], info: Info) -> list[models.ClaimDecision]:
        """What was decided, in order."""
        return await claims.decisions_of(info.context, claim)


findable(Claim, claims.find, READ)


@strawberry.type
class MyClaim(ClaimShown):
    """What you have claimed."""

    @strawberry.field
    @staticmethod
    def id(claim: strawberry.Parent[models.Claim], info: Info) -> strawberry.ID:
        """By which you name it."""
        return strawberry.ID(info.context.global_ids.encode("MyClaim", claim.claim_id))

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """A member's claims are shown as its own by the fields that find them."""
        return isinstance(obj, models.Claim)


@strawberry.input
class ClaimProofInput:
    """What shows that a claim is true; its programme says which of these."""

    serial: str | None = None
    """The serial of the very piece; letter case and spaces do not matter."""
    receipt: str | None = None
    """The number of the shop's receipt, as it is printed."""
    photo: str | None = None
    """A link to a picture, beginning with https://."""
    document: str | None = None
    """A link to a document, beginning with https://."""
    document_digest: str | None = None
    """The SHA-256 of the document, 64 hexadecimal digits in small letters."""


@strawberry.input
class ClaimInput:
    """What is claimed."""

    programme: strawberry.ID
    """Under what."""
    idempotency_key: IdempotencyKey
    """Yours for this claim; the same on every retry."""
    proof: ClaimProofInput
    """What shows it."""
    happened_at: datetime
    """When it was sold, fitted or whatever is paid for."""
    sku: str | None = None
    """The article's number, or the number of its bar code."""
    units: int = 1
    """How many; one for a serial."""
    value: MoneyInput | None = None
    """What it is worth, where the programme goes by it."""
    outlet: strawberry.ID | None = None
    """Where it happened; needed with a receipt, unless you sell at one outlet alone."""
    note: str | None = None
    """Something to say about it, at most 1000 characters; sealed under the member's own key."""

    def to_command(self, ctx: Context) -> MakeClaim:
        """As the domain takes it, without whose it is. Raises: InvalidClaim, InvalidValue."""
        ids = ctx.global_ids
        return MakeClaim(
            programme_id=ClaimProgrammeId(ids.one("ClaimProgramme", self.programme)),
            member_id=NOWHERE,
            idempotency_key=self.idempotency_key,
            happened_at=self.happened_at,
            proof=Proof(**vars(self.proof)),
            sku=self.sku,
            units=self.units,
            value=None if self.value is None else self.value.to_money().minor,
            outlet_id=None if self.outlet is None else ids.one("Outlet", self.outlet),
            note=self.note,
        )


Id = Annotated[strawberry.ID, strawberry.argument(description="The programme's id.")]
ClaimId = Annotated[strawberry.ID, strawberry.argument(description="The claim's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only under this programme; all, if not said.")]
States = Annotated[list[ClaimState] | None, strawberry.argument(description="Only those that stand so; all, else.")]
Overdue = Annotated[
    bool | None, strawberry.argument(description="Only those that should have been decided by now; all, if not said.")
]


@strawberry.type
class ClaimQuery:
    """Claims and their programmes."""

    @strawberry.field(graphql_type=Connection[ClaimProgramme], extensions=[READ, paged()])
    @staticmethod
    async def claim_programmes(info: Info, page: PageRequest) -> Page[Programme]:
        """Your claim programmes and sale schemes, newest first."""
        return await claims.programmes(info.context, page)

    @strawberry.field(graphql_type=ClaimProgramme | None, extensions=[READ, or_null])
    @staticmethod
    async def claim_programme(info: Info, id: Id) -> Programme:
        """One of your programmes; null when there is none with this id."""
        return await claims.find_programme(info.context, info.context.global_ids.one("ClaimProgramme", id))

    @strawberry.field(graphql_type=Connection[Claim], extensions=[READ, paged()])
    @staticmethod
    async def claims(
        info: Info, page: PageRequest, programme: Of = None, states: States = None, overdue: Overdue = None
    ) -> Page[models.Claim]:
        """Claims under your programmes, newest first: the worklist of whoever decides."""
        named = None if programme is None else info.context.global_ids.one("ClaimProgramme", programme)
        wanted = Wanted(
            programme_id=None if named is None else ClaimProgrammeId(named),
            states=states or (),
            overdue_at=info.context.now if overdue else None,
        )
        return await claims.worklist(info.context, page, wanted)

    @strawberry.field(graphql_type=Claim | None, extensions=[READ, or_null])
    @staticmethod
    async def claim(info: Info, id: ClaimId) -> models.Claim:
        """A claim under one of your programmes; null when there is none with this id."""
        return await claims.find(info.context, info.context.global_ids.one("Claim", id))

    @strawberry.field(graphql_type=list[ClaimProgramme], extensions=[MINE])
    @staticmethod
    async def my_claim_programmes(info: Info) -> list[Programme]:
        """What you can claim under now, newest first."""
        return await claims.programmes_open(info.context)

    @strawberry.field(graphql_type=Connection[MyClaim], extensions=[MINE, paged()])
    @staticmethod
    async def my_claims(info: Info, page: PageRequest) -> Page[models.Claim]:
        """What you have claimed, newest first."""
        return await claims.mine(info.context, page)


def shown(claim: models.Claim) -> Any:
    """As a payload holds it."""
    return claim
