"""What partners agree to: drawn up, changed while a draft, signed by a second person, and from then on history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import comparing, models
from partners.scopes import Scope
from resolvers import contracts
from resolvers.context import Info
from schema.contract_terms import ContractDifference, ContractTerms, ContractTermsInput
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.SETTLEMENT_READ, Scope.PARTNERS_MANAGE)
SIGN = needs(Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_APPROVE)


@strawberry.type
@shows(models.Contract)
class Contract(ContractTerms, Node):
    """One version of what a partner has agreed; once signed it never changes. The partner and the coalition see it."""

    id: strawberry.ID = identified("contract_id")
    version: int
    """Counts from one for each partner."""
    revision: int
    """Counts the changes of the draft; who signs names the one that was read."""
    valid_from: datetime
    """From when on it binds, once signed."""
    drawn_up_at: datetime | None
    """When it was drawn up, or changed last."""
    signed_at: datetime | None
    """When it was signed; null while it is a draft."""
    withdrawn_at: datetime | None
    """When the draft was given up; null while it was not."""

    @strawberry.field(graphql_type=list[ContractDifference])
    @staticmethod
    async def changes(contract: strawberry.Parent[models.Contract], info: Info) -> list[comparing.Difference]:
        """What differs from the version that was signed before it; none for the first."""
        return await contracts.changes_of(info.context, contract)


findable(Contract, contracts.contract, READ)


@strawberry.input
class ContractDrawUpInput(ContractTermsInput):
    """The terms of the next version of a partner's contract; prices per point, shares between 0 and 1."""

    partner: strawberry.ID
    """The partner."""


@strawberry.input
class ContractChangeInput(ContractTermsInput):
    """A draft written anew: all its terms, those that stay too."""

    contract: strawberry.ID
    """The draft."""


@strawberry.input
class ContractWithdrawInput:
    """A draft to be given up."""

    contract: strawberry.ID
    """The draft."""


@strawberry.input
class ContractSignInput:
    """A contract to be brought into force."""

    contract: strawberry.ID
    """The contract."""
    revision: int | None = None
    """The revision that was read; a draft that was changed since is refused."""


@strawberry.type
class ContractPayload:
    """What became of a change to a contract."""

    contract: Contract | None = None
    """The contract; null when the request was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the request was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The contract's id.")]
Against = Annotated[strawberry.ID, strawberry.argument(description="The contract it is held against: what was before.")]


@strawberry.type
class ContractQuery:
    """Contracts side by side."""

    @strawberry.field(graphql_type=list[ContractDifference], extensions=[READ])
    @staticmethod
    async def contract_diff(info: Info, contract: Id, against: Against) -> list[comparing.Difference]:
        """Term by term, what differs between two contracts you may see; drafts included."""
        ids = info.context.global_ids
        return await contracts.diff(info.context, ids.one("Contract", contract), ids.one("Contract", against))


@strawberry.type
class ContractMutation:
    """Contracts are drawn up, changed, withdrawn and signed."""

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def contract_draw_up(info: Info, input: ContractDrawUpInput) -> Any:
        """Draw up the next version of a partner's contract; it binds once somebody else signs it."""
        partner_id = info.context.global_ids.one("Partner", input.partner)
        drawn = await contracts.draw_up(info.context, partner_id, input.to_command())
        return ContractPayload(contract=drawn)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def contract_change(info: Info, input: ContractChangeInput) -> Any:
        """Write a draft anew; whoever changed it last cannot sign it."""
        contract_id = info.context.global_ids.one("Contract", input.contract)
        changed = await contracts.change(info.context, contract_id, input.to_command())
        return ContractPayload(contract=changed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[needs(Scope.PARTNERS_MANAGE), refusals])
    @staticmethod
    async def contract_withdraw(info: Info, input: ContractWithdrawInput) -> Any:
        """Give a draft up."""
        contract_id = info.context.global_ids.one("Contract", input.contract)
        return ContractPayload(contract=await contracts.withdraw(info.context, contract_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ContractPayload, extensions=[SIGN, refusals])
    @staticmethod
    async def contract_sign(info: Info, input: ContractSignInput) -> Any:
        """Bring a contract into force, as a second person who has just signed in; from then on it never changes."""
        contract_id = info.context.global_ids.one("Contract", input.contract)
        signed = await contracts.sign(info.context, contract_id, input.revision)
        return ContractPayload(contract=signed)  # type: ignore[arg-type]
