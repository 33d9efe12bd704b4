"""What a cycle would have cost under another contract, and who carries how much of what is issued."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.settlement import concentration as domain
from domain.settlement import models, what_if
from domain.settlement.lines import LineKind
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, contracts
from resolvers.context import Info
from schema.contracts import READ, Contract
from schema.cycles import Cycle
from schema.errors import or_null
from schema.money import Money
from schema.netting import Party
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows


@strawberry.type
class WhatIfKind:
    """What lines of one kind come to on both sides."""

    kind: LineKind
    """Which lines."""
    before: Money
    """What they came to."""
    after: Money
    """What they would have come to."""


@strawberry.type
class WhatIfChange:
    """What a cycle came to for one party, and what it would have."""

    party: Party
    """Whose it is."""
    by_kind: list[WhatIfKind]
    """The kinds of lines on either side."""
    net_before: Money
    """Positive receives, negative pays; without what earlier cycles carried forward."""
    net_after: Money
    """The same under the contract."""
    difference: Money
    """How much better off, or below nought worse, the party would have been."""


@strawberry.type
@shows(what_if.WhatIf)
class ContractWhatIf:
    """A cycle as it is, and as it would have been under a contract. Nothing is written."""

    is_forecast: bool
    """The cycle is still open: both sides can change until it is cut off."""
    always: bool
    """Whether points of earlier cycles count as issued under the contract too."""
    price_before: Decimal | None
    """What each point of the partner's cost that was awarded in the cycle; null: none was."""
    price_after: Decimal | None
    """What each would have cost."""

    @strawberry.field(graphql_type=Cycle)
    @staticmethod
    def cycle(found: strawberry.Parent[what_if.WhatIf]) -> models.Cycle:
        """The cycle."""
        return found.cycle

    @strawberry.field(graphql_type=Contract)
    @staticmethod
    def contract(found: strawberry.Parent[what_if.WhatIf]) -> coalition_models.Contract:
        """The contract."""
        return found.contract

    @strawberry.field
    @staticmethod
    def changes(found: strawberry.Parent[what_if.WhatIf]) -> list[WhatIfChange]:
        """The partner, the operator, and everybody else who would have ended otherwise; to a partner, its own part."""
        return [_change(change, found.currency) for change in found.changes]


def _change(change: what_if.Change, currency: str) -> WhatIfChange:
    def money(amount: Decimal) -> Any:
        return DomainMoney(amount, currency)

    return WhatIfChange(
        party=change.party,  # type: ignore[arg-type]
        by_kind=[
            WhatIfKind(
                kind=kind,
                before=money(change.before.get(kind, Decimal(0))),
                after=money(change.after.get(kind, Decimal(0))),
            )
            for kind in change.kinds
        ],
        net_before=money(change.net_before),
        net_after=money(change.net_after),
        difference=money(change.difference),
    )


@strawberry.type
@shows(domain.Carried)
class CarriedIssuance:
    """What one sponsor carries of a cycle's issuance."""

    points: Points
    """Awarded in the cycle, less what was clawed back unspent."""
    share: Decimal
    """Of all points issued, 0 to 1."""
    warns: bool
    """Whether that is more than the programme wants in one hand."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(carried: strawberry.Parent[domain.Carried], info: Info) -> coalition_models.Partner | None:
        """The sponsor."""
        return await coalition.partner_or_none(info.context, carried.partner_id)


@strawberry.type
@shows(domain.Concentration)
class Concentration:
    """Who carries how much of what a cycle issues."""

    limit: Decimal
    """The share above which one sponsor is a warning; a setting of settlement."""

    @strawberry.field(graphql_type=list[CarriedIssuance])
    @staticmethod
    def sponsors(found: strawberry.Parent[domain.Concentration]) -> Sequence[domain.Carried]:
        """All sponsors, the largest first."""
        return found.sponsors

    @strawberry.field(graphql_type=list[CarriedIssuance])
    @staticmethod
    def warnings(found: strawberry.Parent[domain.Concentration]) -> Sequence[domain.Carried]:
        """Those that carry more than the limit."""
        return found.warnings


ContractId = Annotated[strawberry.ID, strawberry.argument(description="The contract; a draft will do.")]
CycleId = Annotated[
    strawberry.ID | None, strawberry.argument(description="The cycle; the open one, as a forecast, if not said.")
]
Always = Annotated[
    bool,
    strawberry.argument(description="Whether points of earlier cycles count as issued under the contract too."),
]


@strawberry.type
class WhatIfQuery:
    """Contracts priced on what really happened."""

    @strawberry.field(graphql_type=ContractWhatIf | None, extensions=[READ, or_null])
    @staticmethod
    async def contract_what_if(
        info: Info, contract: ContractId, cycle: CycleId = None, *, always: Always = False
    ) -> what_if.WhatIf:
        """What a cycle would have come to under a contract; null when there is none that you may see."""
        ids = info.context.global_ids
        cycle_id = None if cycle is None else ids.one("Cycle", cycle)
        return await contracts.priced(info.context, ids.one("Contract", contract), cycle_id, always=always)

    @strawberry.field(
        graphql_type=Concentration | None, extensions=[needs(Scope.SETTLEMENT_READ, Scope.ANALYTICS_READ), or_null]
    )
    @staticmethod
    async def concentration(info: Info, cycle: CycleId = None) -> domain.Concentration | None:
        """Who carries how much of what a cycle issues; null to all but the coalition."""
        cycle_id = None if cycle is None else info.context.global_ids.one("Cycle", cycle)
        return await contracts.concentration_of(info.context, cycle_id)
