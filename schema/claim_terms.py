"""Claim programmes: what they pay for, with which proof, as the contract takes and shows them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.claims import terms as domain_terms
from domain.claims.terms import SALE, Claimants, ClaimProgrammeState, ClaimTerms, ProofKind
from domain.coalition import models as coalition_models
from domain.values import Money
from partners.scopes import Scope
from resolvers import claims, coalition
from resolvers.context import Context, Info
from schema.ids import Node, identified
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
@shows(domain_terms.ClaimTerms)
class ClaimTermsShown:
    """Everything that holds for claims under a programme; what they bring, campaigns say."""

    name: str
    """What people call it."""
    kind: str
    """SALE: a sale scheme, paid by SALE actions; any other name: paid by CLAIM actions."""
    claimants: Claimants
    """Whose claims are taken."""
    serial_form: str | None
    """How serials are written: # a digit, @ a letter, * either, all else as it stands."""
    automatic: bool
    """Whether a claim is approved by itself that our books or the list of serials prove."""
    valued: bool
    """Whether a claim has to say what it is worth."""
    most_each: int
    """So many units in one claim."""
    most: int | None
    """So many units for one member in `mostDays`; null for any number."""
    most_days: int
    """0: ever."""
    claim_days: int
    """So many days after it happened it may be claimed."""
    decide_days: int
    """So many days after it was claimed somebody shall have decided."""
    object_days: int
    """So many days after it was rejected the member may object, once."""
    needs_course: bool
    """Whether nobody claims without a certificate of the course."""

    @strawberry.field
    @staticmethod
    def skus(terms: strawberry.Parent[ClaimTerms]) -> list[str]:
        """Article numbers, or numbers of bar codes; empty: any article."""
        return sorted(terms.skus)

    @strawberry.field
    @staticmethod
    def proofs(terms: strawberry.Parent[ClaimTerms]) -> list[ProofKind]:
        """What proves a claim: one of these at least."""
        return sorted(terms.proofs)

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def second_from(terms: strawberry.Parent[ClaimTerms], info: Info) -> Money | None:
        """From this value on two persons approve; null: one always does."""
        if terms.second_from is None:
            return None
        return Money.of_minor(terms.second_from, (await coalition.coalition(info.context)).currency)

    @strawberry.field
    @staticmethod
    def course(terms: strawberry.Parent[ClaimTerms], info: Info) -> strawberry.ID | None:
        """The course whose certificate counts."""
        if terms.course is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Course", terms.course))


@strawberry.type
@shows(domain_terms.ClaimProgramme)
class ClaimProgramme(Node):
    """A programme that pays for what members claim with proof, in its newest version."""

    id: strawberry.ID = identified("programme_id")
    version: int
    """Counts from one; what was live never changes."""
    state: ClaimProgrammeState
    """Where it stands."""
    terms: ClaimTermsShown
    """What holds for claims."""
    live_from: datetime | None
    """Since when this version counts."""
    live_until: datetime | None
    """When it was paused, ended, or followed by the next version."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(programme: strawberry.Parent[domain_terms.ClaimProgramme], info: Info) -> coalition_models.Partner:
        """Whoever decides and pays."""
        return await coalition.partner(info.context, programme.partner_id)

    @strawberry.field
    @staticmethod
    async def serials(programme: strawberry.Parent[domain_terms.ClaimProgramme], info: Info) -> int | None:
        """How many serials its owner has listed, where you are the owner; from the first on no others are taken."""
        if info.context.viewer.member_id is not None:
            return None
        return await claims.serials_of(info.context, programme.programme_id)


findable(ClaimProgramme, claims.find_programme, needs(Scope.CAMPAIGNS_READ))


@strawberry.input
class ClaimTermsInput:
    """What shall hold for claims under a programme."""

    name: str
    """What people call it."""
    proofs: list[ProofKind]
    """What proves a claim: one of these at least."""
    kind: str = SALE
    """SALE for a sale scheme, whose claimants are SELLERS; any other name in capitals, such as FITTING."""
    claimants: Claimants = Claimants.ANYONE
    """Whose claims are taken."""
    skus: list[str] = strawberry.field(default_factory=list)
    """Article numbers, or numbers of bar codes, at most 1000; none named: any article."""
    serial_form: str | None = None
    """How serials are written: # a digit, @ a letter, * either, all else as it stands."""
    automatic: bool = True
    """Whether a claim is approved by itself that our books or the list of serials prove."""
    valued: bool = False
    """Whether a claim has to say what it is worth."""
    most_each: int = 1
    """So many units in one claim: 1 to 10000."""
    most: int | None = None
    """So many units for one member in `mostDays`."""
    most_days: int = 0
    """0: ever."""
    claim_days: int = 30
    """So many days after it happened it may be claimed: 1 to 400."""
    decide_days: int = 14
    """So many days after it was claimed somebody shall have decided: 1 to 400."""
    object_days: int = 14
    """So many days after it was rejected the member may object, once: 0 to 400."""
    second_from: MoneyInput | None = None
    """From this value on two persons approve; only where claims are valued."""
    course: strawberry.ID | None = None
    """A course of yours; the SALE action says whether its certificate was held."""
    needs_course: bool = False
    """Whether nobody claims without that certificate."""

    def to_terms(self, ctx: Context) -> ClaimTerms:
        """As the domain takes it. Raises: InvalidClaimTerms, InvalidValue."""
        plain = (
            "name", "kind", "claimants", "serial_form", "automatic", "valued", "most_each", "most", "most_days",
            "claim_days", "decide_days", "object_days", "needs_course",
        )  # fmt: skip
        return ClaimTerms(
            skus=frozenset(self.skus),
            proofs=frozenset(self.proofs),
            second_from=None if self.second_from is None else self.second_from.to_money().minor,
            course=None if self.course is None else ctx.global_ids.one("Course", self.course),
            **{name: getattr(self, name) for name in plain},
        )
