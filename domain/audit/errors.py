"""What the audit refuses."""

from __future__ import annotations

from domain.errors import InvalidValue, NotFound


class EntryNotInCycle(NotFound):
    """The cycle's seal does not cover such an entry."""

    code = "ENTRY_NOT_IN_CYCLE"

    def __init__(self) -> None:
        super().__init__("the cycle holds no such entry", path=("entry",))


class TrailLineNotFound(NotFound):
    """There is no such line of the audit trail, or none that the viewer may see."""

    code = "TRAIL_LINE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such line of the trail")


class ProofUnreadable(InvalidValue):
    """What was given is not the document of a proof."""

    code = "PROOF_UNREADABLE"

    def __init__(self, why: str) -> None:
        super().__init__(f"this is not a proof that can be read: {why}", path=("proof",))
