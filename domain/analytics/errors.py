"""What analytics refuses."""

from __future__ import annotations

from domain.errors import DomainError, Forbidden


class NoControlGroup(DomainError):
    """The campaign left nobody out, so there is nobody to compare with."""

    code = "NO_CONTROL_GROUP"

    def __init__(self) -> None:
        super().__init__(
            "this campaign has, or for a while had, no control group; give the next one a share such as 1/10",
            path=("campaign",),
        )


class TooFewToCompare(DomainError):
    """A group is too small for its mean to say anything, or not to tell of single members."""

    code = "TOO_FEW_TO_COMPARE"

    def __init__(self, treated: int, control: int, least: int) -> None:
        self.treated = treated
        self.control = control
        self.least = least
        super().__init__(
            f"each group needs {least} members who were there before the campaign began;"
            f" treated has {_told(treated, least)}, control {_told(control, least)}",
            path=("campaign",),
        )


class NoSalesToCompare(Forbidden):
    """A partner is told of the effect on its own sales, and has no tills in this campaign."""

    code = "NO_SALES_TO_COMPARE"

    def __init__(self) -> None:
        super().__init__(
            "the effect is told to the partners at whose tills the campaign holds, each of its own sales;"
            " ask the coalition for that on all",
            path=("campaign",),
        )


def _told(count: int, least: int) -> str:
    return str(count) if count >= least else f"fewer than {least}"
