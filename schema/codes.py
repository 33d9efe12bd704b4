"""Codes in packs: looked at and entered, by members and for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain.codes import batches, entering
from domain.codes import errors as code_errors
from domain.surveys.answers import Answers
from domain.values import Points
from partners.scopes import Scope
from resolvers import codes
from resolvers.codes import Found, Said
from resolvers.context import Context, Info
from resolvers.surveys import Form
from schema.errors import UserError, basics, refusals, shown
from schema.limits import Once
from schema.members import MemberRefInput
from schema.permissions import needs
from schema.shape import shows
from schema.survey_answers import SurveyAnswerInput, SurveyForm, answers_in

MAY = needs(Scope.CODES_REDEEM)


@strawberry.type(description="A survey is to be answered before the code counts.")
class CodeSurveyWanted(UserError):
    """Says which."""

    survey_id: strawberry.Private[UUID]

    @strawberry.field(graphql_type=SurveyForm | None)
    @staticmethod
    async def survey(refusal: strawberry.Parent[CodeSurveyWanted], info: Info) -> Form | None:
        """The survey: show its questions, and send their answers with the code."""
        return await codes.form(info.context, refusal.survey_id)


@strawberry.type(description="The member has entered as many of these codes as count, for now or for good.")
class EnoughCodes(UserError):
    """Says when it may go on."""

    again_at: datetime | None = strawberry.field(description="From when on more of them count; null: never.")


@shown.register
def _(error: code_errors.SurveyWanted) -> CodeSurveyWanted:
    return CodeSurveyWanted(**basics(error), survey_id=error.survey_id)


@shown.register
def _(error: code_errors.EnoughCodes) -> EnoughCodes:
    return EnoughCodes(**basics(error), again_at=error.again_at)


@strawberry.type
@shows(batches.BatchProduct)
class CodeProduct:
    """A product that stands in packs with codes."""

    sku: str
    """Its maker's article number."""
    gtin: str | None
    """The number in its bar code."""
    name: str
    """What it is called."""
    brand: str | None
    """Its brand."""
    category: str | None
    """Its category."""


@strawberry.type
@shows(Found)
class CodeFound:
    """What a real code is for."""

    @strawberry.field(graphql_type=CodeProduct)
    @staticmethod
    def product(found: strawberry.Parent[Found]) -> batches.BatchProduct:
        """What the pack holds."""
        return found.looked.product

    @strawberry.field
    @staticmethod
    def units(found: strawberry.Parent[Found]) -> int:
        """How much the code counts, such as 6 in a pack of six."""
        return found.looked.batch.units

    @strawberry.field(graphql_type=SurveyForm | None)
    @staticmethod
    async def survey(found: strawberry.Parent[Found], info: Info) -> Form | None:
        """The survey that is to be answered first; null: none, or none any more."""
        return await codes.form(info.context, found.survey_id)

    @strawberry.field
    @staticmethod
    def entered_at(found: strawberry.Parent[Found]) -> datetime | None:
        """When this very member entered it; null: not yet."""
        return found.looked.entered_at


@strawberry.type
@shows(entering.Entered)
class CodeEntry:
    """A code that was entered, and what it earned."""

    @strawberry.field(graphql_type=CodeProduct)
    @staticmethod
    def product(entered: strawberry.Parent[entering.Entered]) -> batches.BatchProduct:
        """What the pack holds."""
        return entered.looked.product

    @strawberry.field
    @staticmethod
    def units(entered: strawberry.Parent[entering.Entered]) -> int:
        """How much it counts."""
        return entered.looked.batch.units

    @strawberry.field
    @staticmethod
    def entered_at(entered: strawberry.Parent[entering.Entered]) -> datetime:
        """When it was entered first."""
        return entered.receipt.occurred_at

    @strawberry.field
    @staticmethod
    def points(entered: strawberry.Parent[entering.Entered]) -> Points:
        """All the points it earned."""
        return entered.receipt.points

    @strawberry.field
    @staticmethod
    def given(entered: strawberry.Parent[entering.Entered]) -> list[str]:
        """What else it won, by name: coupons, tickets, badges."""
        return [token.name for token in entered.receipt.tokens]


@strawberry.input
class MyCodeInput:
    """A code that you hold."""

    code: str
    """As it stands in the pack: spaces, hyphens and letter case do not count."""
    channel: str | None = None
    """Such as WEB or APP."""

    def said(self) -> Said:
        """As the resolvers take it."""
        return Said(code=self.code, channel=self.channel)


@strawberry.input
class MyCodeEnterInput(MyCodeInput):
    """A code that you enter."""

    answers: list[SurveyAnswerInput] | None = None
    """To the survey that the code waits for, each question at most once; not needed if you answered it before."""


@strawberry.input
class CodeInput(MyCodeInput):
    """A code that a member shows."""

    member: MemberRefInput | None = None
    """Who shows it; not needed on a member's behalf, and to look at a code."""
    outlet_code: str | None = None
    """Your code of the shop; not needed by a till that is bound to one."""
    staff: str | None = None
    """Your reference for who served."""

    def said(self) -> Said:
        """As the resolvers take it."""
        return Said(code=self.code, channel=self.channel, outlet_code=self.outlet_code, staff=self.staff)

    def ref(self, ctx: Context) -> Any:
        """The member, if one is named."""
        return None if self.member is None else self.member.to_ref(ctx)


@strawberry.input
class CodeEnterInput(CodeInput):
    """A code that a member enters with you."""

    answers: list[SurveyAnswerInput] | None = None
    """The member's, to the survey that the code waits for; not needed if it was answered before."""


@strawberry.type
class CodeCheckPayload:
    """What a code is for."""

    code: CodeFound | None = None
    """Null when it is not accepted."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why not; one answer for whatever speaks against a code."""


@strawberry.type
class CodeEnterPayload:
    """What became of a code."""

    entry: CodeEntry | None = None
    """The code with what it earned; null when it was refused."""
    replayed: bool = False
    """Whether this member had entered it before; the answer is that of then."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it counts."""


@strawberry.type
class CodeMutation:
    """Codes are looked at and entered. Each may stand once in an operation, and misses are counted."""

    @strawberry.mutation(graphql_type=CodeCheckPayload, extensions=[MAY, refusals], directives=[Once()])
    @staticmethod
    async def code_check(info: Info, input: CodeInput) -> Any:
        """Tell what a code is for, and whether a survey is to be answered first; a miss counts as if it was entered."""
        return _checked(await codes.check(info.context, input.said(), input.ref(info.context)))

    @strawberry.mutation(graphql_type=CodeCheckPayload, extensions=[MAY, refusals], directives=[Once()])
    @staticmethod
    async def my_code_check(info: Info, input: MyCodeInput) -> Any:
        """The same for a code of your own."""
        return _checked(await codes.check_mine(info.context, input.said()))

    @strawberry.mutation(graphql_type=CodeEnterPayload, extensions=[MAY, refusals], directives=[Once()])
    @staticmethod
    async def code_enter(info: Info, input: CodeEnterInput) -> Any:
        """Enter a code for a member: once, whoever else tries; the same member is answered as at first."""
        return _entered(await codes.enter(info.context, input.said(), input.ref(info.context), _answers(input)))

    @strawberry.mutation(graphql_type=CodeEnterPayload, extensions=[MAY, refusals], directives=[Once()])
    @staticmethod
    async def my_code_enter(info: Info, input: MyCodeEnterInput) -> Any:
        """Enter a code of your own; what its maker promised for it you have at once."""
        return _entered(await codes.enter_mine(info.context, input.said(), _answers(input)))


def _checked(found: Found) -> CodeCheckPayload:
    return CodeCheckPayload(code=found)  # type: ignore[arg-type]


def _entered(entered: entering.Entered) -> CodeEnterPayload:
    return CodeEnterPayload(entry=entered, replayed=entered.replayed)  # type: ignore[arg-type]


def _answers(input: MyCodeEnterInput | CodeEnterInput) -> Answers | None:
    return None if input.answers is None else answers_in(input.answers)
