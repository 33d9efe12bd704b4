"""What trials refuse."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, NotFound


class InvalidTrial(InvalidCampaign):
    """A trial's terms are malformed, out of range, or name what is not there; `path` names the part."""

    code = "INVALID_TRIAL"


class TrialNotFound(NotFound):
    """There is no such trial, or none the viewer may see or hand samples of."""

    code = "TRIAL_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such trial, or none for you", path=("trial",))


class TrialStateConflict(Conflict):
    """The trial does not stand where this step begins."""

    code = "TRIAL_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"a trial that is {state} cannot be {step}", path=("trial",))


class TrialNameTaken(Conflict):
    """Another trial of the same owner is live under this name."""

    code = "TRIAL_NAME_TAKEN"

    def __init__(self) -> None:
        super().__init__("another trial of yours is live under this name", path=("terms", "name"))


class PlacesTaken(Conflict):
    """There are to be fewer places than are taken by now."""

    code = "PLACES_TAKEN"

    def __init__(self) -> None:
        super().__init__("more places are taken already; there are at least so many", path=("terms", "places"))


class TrialNotOpen(Conflict):
    """Nobody can apply for the trial now."""

    code = "TRIAL_NOT_OPEN"

    def __init__(self) -> None:
        super().__init__("nobody can apply for this trial now", path=("trial",))


class TrialStepOver(Conflict):
    """The member does not stand where this step begins: not chosen, too late, given up, or without a sample."""

    code = "TRIAL_STEP_OVER"

    def __init__(self, why: str) -> None:
        super().__init__(why, path=("trial",))


class TrialNotDrawn(Conflict):
    """Nothing was drawn yet, or nothing is."""

    code = "TRIAL_NOT_DRAWN"

    def __init__(self) -> None:
        super().__init__("this trial was not drawn yet, or who comes first is served first", path=("trial",))
