"""Refusals of the coalition."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound


class PartnerNotFound(NotFound):
    """There is no such partner."""

    code = "PARTNER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such partner.", path=("partner",))


class SlugTaken(Conflict):
    """Another partner has this short name."""

    code = "SLUG_TAKEN"

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another partner is called {slug!r}; choose another short name.", path=("slug",))


class CodeTaken(Conflict):
    """The partner has an outlet with this code already."""

    code = "CODE_TAKEN"

    def __init__(self, code: str) -> None:
        super().__init__(f"An outlet has the code {code!r} already; choose another.", path=("outlets",))


class ContractInvalid(DomainError):
    """The terms of a contract contradict each other."""

    code = "CONTRACT_INVALID"


class ContractSigned(Conflict):
    """A signed contract never changes; the next version may differ."""

    code = "CONTRACT_SIGNED"

    def __init__(self) -> None:
        super().__init__("A signed contract never changes; draw up the next version.", path=("contract",))


class ClockOnlyForward(DomainError):
    """The sandbox's clock never goes back."""

    code = "CLOCK_ONLY_FORWARD"

    def __init__(self) -> None:
        super().__init__("The test clock only moves forward.", path=("to",))


class NotASandbox(DomainError):
    """Only a sandbox has a clock that can be moved."""

    code = "NOT_A_SANDBOX"

    def __init__(self) -> None:
        super().__init__("Only a sandbox coalition has a clock that can be moved.")


class StatusNotPossible(Conflict):
    """A partner cannot go from its status to this one."""

    code = "STATUS_NOT_POSSIBLE"

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(f"A partner that is {current} cannot become {wanted}.", path=("status",))


class PartnerNotActive(DomainError):
    """The partner may not do this now: not yet active, suspended, leaving, or its contract does not provide for it."""

    code = "PARTNER_NOT_ACTIVE"

    def __init__(self) -> None:
        super().__init__("The partner may not do this now; the coalition can tell why.")


class OutletNotFound(NotFound):
    """The partner has no such outlet, or it is closed."""

    code = "OUTLET_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("The partner has no such outlet that is open.", path=("outlet_code",))
