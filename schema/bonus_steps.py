"""The way of a bonus scheme from draft to end; statements are checked, and reports of what was sold on handed in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from domain.bonuses import selling_on
from domain.bonuses import terms as domain_terms
from domain.bonuses.selling_on import SoldOnRow
from domain.errors import DomainError, InvalidValue
from partners.scopes import Scope
from resolvers import bonuses, coalition
from resolvers.context import Info
from schema.bonus_terms import BonusSchemeTermsInput
from schema.bonuses import BonusScheme, BonusStatement
from schema.errors import UserError, refusals
from schema.money import MoneyInput
from schema.permissions import needs
from schema.shape import shows

WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
MOST_CHECKED = 500


@strawberry.input
class BonusSchemeDraftInput:
    """A new scheme."""

    terms: BonusSchemeTermsInput
    """What it shall promise."""


@strawberry.input
class BonusSchemeChangeInput:
    """A change of a scheme."""

    scheme: strawberry.ID
    """The scheme."""
    terms: BonusSchemeTermsInput
    """All its terms, as they shall be."""


@strawberry.input
class BonusSchemeAgreeInput:
    """A party's agreement."""

    scheme: strawberry.ID
    """The scheme."""
    fingerprint: str
    """The `fingerprint` of the terms you have read."""

    def digest(self) -> bytes:
        """As the domain takes it. Raises: InvalidValue."""
        try:
            return bytes.fromhex(self.fingerprint)
        except ValueError:
            raise InvalidValue("a fingerprint is hexadecimal, as the scheme shows it", path=("fingerprint",)) from None


@strawberry.input
class BonusSchemeStepInput:
    """A step of a scheme on its way."""

    scheme: strawberry.ID
    """The scheme."""


@strawberry.input
class BonusStatementsCheckInput:
    """Statements that may be given as they are."""

    statements: list[strawberry.ID]
    """At most 500."""


@strawberry.input
class SoldOnRowInput:
    """A firm sold something on; what it took back stands with a minus."""

    firm: str
    """Your own number for the firm."""
    reference: str
    """The firm's own number of it; a later row of the same number replaces it. At most 64 characters."""
    sku: str
    """In your catalogue."""
    day: date
    """When."""
    quantity: Decimal
    """How many pieces."""
    value: MoneyInput
    """For how much."""
    customer: str | None = None
    """To whom, in the firm's own numbers."""


@strawberry.input
class SoldOnReportInput:
    """A report of what firms sold on."""

    name: str
    """What you call it, such as "October 2026"."""
    rows: list[SoldOnRowInput]
    """1 to 5,000; hand longer ones in by parts."""

    def to_rows(self, currency: str) -> list[SoldOnRow]:
        """As the domain takes them. Raises: InvalidValue."""
        return [self._row(place, row, currency) for place, row in enumerate(self.rows)]

    @staticmethod
    def _row(place: int, row: SoldOnRowInput, currency: str) -> SoldOnRow:
        try:
            value = row.value.to_money()
            if value.currency != currency:
                raise InvalidValue(f"amounts are in {currency}")
        except DomainError as refused:
            raise refused.at("rows", str(place), "value") from None
        told = {name: getattr(row, name) for name in ("firm", "reference", "sku", "day", "quantity", "customer")}
        return SoldOnRow(value=value.minor, **told)


@strawberry.type
class BonusSchemePayload:
    """What became of a step of a scheme."""

    scheme: BonusScheme | None = None
    """The scheme; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class BonusStatementsCheckPayload:
    """What became of checking statements."""

    statements: list[BonusStatement] = strawberry.field(
        default_factory=list, description="The statements as they stand; empty when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
@shows(selling_on.RefusedRow)
class SoldOnRowRefused:
    """A row that was not taken."""

    number: int
    """Which row, from 1."""
    field: str = strawberry.field(description="What is wrong with it.")
    why: str = strawberry.field(description="In words.")


@strawberry.type
@shows(selling_on.TakenIn)
class SoldOnTaken:
    """What became of a report."""

    taken: int
    """Rows that count from now on."""
    replaced: int
    """Rows of earlier reports that these took the place of."""
    refused: list[SoldOnRowRefused]
    """Rows that were not taken; hand them in again, mended, by a report of their own."""
    replayed: bool
    """The same report was handed in before, and nothing happened."""


@strawberry.type
class SoldOnReportPayload:
    """What became of a report."""

    report: SoldOnTaken | None = None
    """What was taken; null when the whole report was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was taken."""


@strawberry.type
class BonusMutation:
    """Schemes are kept, statements checked, reports handed in."""

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def bonus_scheme_draft(info: Info, input: BonusSchemeDraftInput) -> Any:
        """Write a new scheme."""
        return _done(await bonuses.draft(info.context, await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def bonus_scheme_change(info: Info, input: BonusSchemeChangeInput) -> Any:
        """Change a scheme: its draft is rewritten; where it has been live, the change is its next version's draft."""
        return _done(await bonuses.change(info.context, _scheme(info, input), await _terms(info, input.terms)))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_scheme_agree(info: Info, input: BonusSchemeAgreeInput) -> Any:
        """Agree to exactly these terms, as one who pays or at whose tills turnover counts."""
        return _done(await bonuses.agree(info.context, _scheme(info, input), input.digest()))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_scheme_publish(info: Info, input: BonusSchemeStepInput) -> Any:
        """Let the draft count; a period goes by the first version that was live in it."""
        return _done(await bonuses.publish(info.context, _scheme(info, input)))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_scheme_pause(info: Info, input: BonusSchemeStepInput) -> Any:
        """Let periods that begin now give nothing."""
        return _done(await bonuses.pause(info.context, _scheme(info, input)))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_scheme_resume(info: Info, input: BonusSchemeStepInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await bonuses.resume(info.context, _scheme(info, input)))

    @strawberry.mutation(graphql_type=BonusSchemePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_scheme_end(info: Info, input: BonusSchemeStepInput) -> Any:
        """Let no period that begins from now on count; those that have begun are still told."""
        return _done(await bonuses.end(info.context, _scheme(info, input)))

    @strawberry.mutation(graphql_type=BonusStatementsCheckPayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def bonus_statements_check(info: Info, input: BonusStatementsCheckInput) -> Any:
        """Let statements be given as they are: the worker gives them within a minute."""
        if len(input.statements) > MOST_CHECKED:
            raise InvalidValue(f"at most {MOST_CHECKED} statements are checked at once", path=("statements",))
        named = [info.context.global_ids.one("BonusStatement", one) for one in input.statements]
        return BonusStatementsCheckPayload(statements=await bonuses.check(info.context, named))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=SoldOnReportPayload, extensions=[needs(Scope.RECONCILIATION_WRITE), refusals])
    @staticmethod
    async def sold_on_report(info: Info, input: SoldOnReportInput) -> Any:
        """Hand in what firms sold on: what is sound counts, what is not is told row by row."""
        rows = input.to_rows((await coalition.coalition(info.context)).currency)
        taken = await bonuses.report_sold_on(info.context, input.name, rows)
        return SoldOnReportPayload(report=taken)  # type: ignore[arg-type]


async def _terms(info: Info, terms: BonusSchemeTermsInput) -> domain_terms.BonusTerms:
    return terms.to_terms(info.context, (await coalition.coalition(info.context)).currency)


def _scheme(info: Info, input: BonusSchemeChangeInput | BonusSchemeAgreeInput | BonusSchemeStepInput) -> Any:
    return info.context.global_ids.one("BonusScheme", input.scheme)


def _done(scheme: domain_terms.Scheme) -> BonusSchemePayload:
    return BonusSchemePayload(scheme=scheme)  # type: ignore[arg-type]
