"""What tiers refuse."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound


class InvalidTierProgramme(DomainError):
    """The terms of a tier programme are malformed, out of range, or do not go together."""

    code = "INVALID_TIER_PROGRAMME"


class TierProgrammeNotFound(NotFound):
    """There is no such tier programme, or none the viewer may see."""

    code = "TIER_PROGRAMME_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such tier programme", path=("programme",))


class TierNotFound(NotFound):
    """The programme has no tier of that name."""

    code = "TIER_NOT_FOUND"

    def __init__(self, name: str, names: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"there is no tier {name!r} here; there is {', '.join(names)}", path=("tier",))


class TierProgrammeExists(Conflict):
    """The owner has a tier programme already: each has one at a time."""

    code = "TIER_PROGRAMME_EXISTS"

    def __init__(self) -> None:
        super().__init__("you have a tier programme already; change it, or end it first", path=("programme",))


class TierProgrammeNotLive(Conflict):
    """The programme is not live: nothing of it is published yet, or it has ended."""

    code = "TIER_PROGRAMME_NOT_LIVE"

    def __init__(self, state: str) -> None:
        self.state = state
        words = {"DRAFT": "publish it first", "ENDED": "it has ended"}
        super().__init__(f"this tier programme is not live; {words.get(state, state)}", path=("programme",))


class NothingToPublish(Conflict):
    """The programme has no draft that could be published."""

    code = "NOTHING_TO_PUBLISH"

    def __init__(self) -> None:
        super().__init__("there is no draft of this programme; draw up its next version first", path=("programme",))


class TierNameTaken(Conflict):
    """A tier is called like one of another programme that counts at the same tills."""

    code = "TIER_NAME_TAKEN"

    def __init__(self, name: str, *, of_coalition: bool) -> None:
        self.name = name
        whose = "the coalition's programme" if of_coalition else "a partner's programme"
        super().__init__(f"a tier of {whose} is called {name!r}; choose another name", path=("tiers",))


class TierStillHeld(Conflict):
    """The next version of a programme leaves out, or puts in another order, tiers that members may have."""

    code = "TIER_STILL_HELD"

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(
            f"members may have {', '.join(names)}: the next version keeps these tiers, in this order; new ones may come"
            " between them",
            path=("tiers",),
        )


class TooEarly(DomainError):
    """A version would apply from a day that is over, or before the version that it follows."""

    code = "TIER_VERSION_TOO_EARLY"

    def __init__(self) -> None:
        super().__init__(
            "a version applies from today or a later day, and after the one that it follows", path=("applies_from",)
        )
