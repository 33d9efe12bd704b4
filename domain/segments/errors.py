"""What segments refuse."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound


class InvalidSegment(DomainError):
    """A segment's definition is malformed, out of range, or asks about what its owner may not look at."""

    code = "INVALID_SEGMENT"


class SegmentNotFound(NotFound):
    """There is no such segment, or none the viewer may see."""

    code = "SEGMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such segment", path=("segment",))


class SegmentNameTaken(Conflict):
    """Another segment of the same owner is called so."""

    code = "SEGMENT_NAME_TAKEN"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"another segment of yours is called {name!r}; choose another name", path=("name",))


class SegmentRetired(Conflict):
    """The segment has been retired and stays as it is."""

    code = "SEGMENT_RETIRED"

    def __init__(self) -> None:
        super().__init__("this segment is retired; define another one", path=("segment",))


class SegmentByRule(Conflict):
    """Members come into this segment by its definition, nobody puts them there."""

    code = "SEGMENT_BY_RULE"

    def __init__(self) -> None:
        super().__init__(
            "members come into this segment by its definition; only a segment by list takes members by hand",
            path=("segment",),
        )
