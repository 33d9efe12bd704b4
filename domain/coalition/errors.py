"""Refusals of the coalition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from domain.errors import Conflict, DomainError, Forbidden, NotFound

if TYPE_CHECKING:
    from domain.coalition.reservations import Reservation


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


class ContractWithdrawn(Conflict):
    """The draft was given up."""

    code = "CONTRACT_WITHDRAWN"

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} was withdrawn; draw up the next one.", path=("contract",))


class ContractChanged(Conflict):
    """The draft was changed after it was read."""

    code = "CONTRACT_CHANGED"

    def __init__(self, version: int, revision: int) -> None:
        self.revision = revision
        super().__init__(
            f"Version {version} was changed since you read it; read revision {revision}, then sign that.",
            path=("revision",),
        )


class ContractOvertaken(Conflict):
    """A later version of the contract is signed already."""

    code = "CONTRACT_OVERTAKEN"

    def __init__(self, version: int, signed: int) -> None:
        super().__init__(
            f"Version {signed} is signed, so version {version} cannot follow it; withdraw it and draw up the next.",
            path=("contract",),
        )


class ContractTooEarly(Conflict):
    """A contract may not reach back into what is cut off, or before the version it follows."""

    code = "CONTRACT_TOO_EARLY"

    def __init__(self, because: str) -> None:
        super().__init__(
            f"The contract would reach back: {because}; change the draft to begin then or later.", path=("valid_from",)
        )


class PersonNeeded(Forbidden):
    """Once the first cycle is cut off, people do this by name."""

    code = "PERSON_NEEDED"

    def __init__(self) -> None:
        super().__init__("A cycle was cut off: from now on a person does this by name, and a second one agrees.")


class SecondSignatureNeeded(Forbidden):
    """The same person may not do both."""

    code = "SECOND_SIGNATURE_NEEDED"

    def __init__(self, did: str, wants: str) -> None:
        super().__init__(f"You {did}; somebody else has to {wants}.")


class ExclusivityTaken(Conflict):
    """Another partner's contract keeps these goods for it."""

    code = "EXCLUSIVITY_TAKEN"

    def __init__(self, other: Reservation, categories: Sequence[str]) -> None:
        self.partner_id = other.partner_id
        self.categories = tuple(categories)
        until = "" if other.until is None else f" until {other.until.date().isoformat()}"
        super().__init__(
            f"{', '.join(categories)} is kept for {other.name} {other.where}{until}, by version {other.version} of its"
            " contract; leave it out, name other territories, or begin when that one ends.",
            path=("exclusive_categories",),
        )


class CompanyNotFound(NotFound):
    """The partner has no company that the viewer may see, or the operator's own was not entered yet."""

    code = "COMPANY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such company; the operator's own is entered first.", path=("partner",))


class BankChangeWaiting(Conflict):
    """Another change of the company's account waits for a second person."""

    code = "BANK_CHANGE_WAITING"

    def __init__(self, since: datetime) -> None:
        super().__init__(
            f"A change of this account waits since {since.isoformat()}; have it confirmed or rejected first.",
            path=("iban",),
        )


class ExitNotFound(NotFound):
    """The partner has given no notice, or none that the viewer may see."""

    code = "EXIT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No notice stands for this partner; its way out begins with that.", path=("partner",))


class ExitUnderWay(Conflict):
    """Notice was given already."""

    code = "EXIT_UNDER_WAY"

    def __init__(self, name: str, exit_at: datetime) -> None:
        super().__init__(f"Notice stands for {name}: its exit day is {exit_at.isoformat()}.", path=("partner",))


class ExitTooSoon(Conflict):
    """The exit day lies before the days of notice are over."""

    code = "EXIT_TOO_SOON"

    def __init__(self, days: int, earliest: datetime) -> None:
        self.earliest = earliest
        super().__init__(f"Notice is {days} days: the exit is {earliest.isoformat()} or later.", path=("exit_at",))


class ExitOutOfOrder(Conflict):
    """A step on the way out whose turn it is not."""

    code = "EXIT_OUT_OF_ORDER"

    def __init__(self, step: str, because: str) -> None:
        self.step = step
        self.because = because
        super().__init__(f"{step} is not possible now: {because}.", path=("step",))


class ExitNeeded(Conflict):
    """A partner leaves by notice, not by a change of its status."""

    code = "EXIT_NEEDED"

    def __init__(self, status: str) -> None:
        super().__init__(f"A partner becomes {status} on its way out; give notice (exitNotice).", path=("status",))


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
