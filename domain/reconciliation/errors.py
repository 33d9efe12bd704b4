"""Refusals of reconciliation."""

from __future__ import annotations

from uuid import UUID

from domain.errors import Conflict, DomainError, InvalidValue, NotFound


class MappingNotFound(NotFound):
    """There is no such mapping, or none that the viewer may see."""

    code = "MAPPING_NOT_FOUND"

    def __init__(self, name: str = "") -> None:
        super().__init__(f"there is no mapping{f' {name!r}' if name else ' with this id'}", path=("mapping",))


class PartnerFileNotFound(NotFound):
    """There is no such file, or none that the viewer may see."""

    code = "FILE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no file with this id", path=("file",))


class ExceptionNotFound(NotFound):
    """There is no such exception, or none that the viewer may see."""

    code = "EXCEPTION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no exception with this id", path=("exception",))


class MappingInvalid(InvalidValue):
    """A mapping does not fit together, or does not fit the file."""

    code = "MAPPING_INVALID"


class SequenceGap(Conflict):
    """A file between was not handed in."""

    code = "SEQUENCE_GAP"

    def __init__(self, sequence: int, expected: int) -> None:
        self.sequence, self.expected = sequence, expected
        super().__init__(f"file {sequence} comes before file {expected} has come", path=("sequence",))


class SequenceRepeated(Conflict):
    """A file with this number was handed in before."""

    code = "SEQUENCE_REPEATED"

    def __init__(self, sequence: int, name: str) -> None:
        self.sequence = sequence
        super().__init__(f"file {sequence} was handed in before: {name}", path=("sequence",))


class FileRepeated(Conflict):
    """The same file, byte by byte, was handed in before."""

    code = "FILE_REPEATED"

    def __init__(self, name: str, sequence: int, file_id: UUID) -> None:
        self.file_id = file_id
        super().__init__(f"the same file was handed in before as {name}, number {sequence}")


class UploadOutOfPlace(Conflict):
    """A part of a file does not begin where the last one ended."""

    code = "UPLOAD_OUT_OF_PLACE"

    def __init__(self, start: int, received: int) -> None:
        self.received = received
        super().__init__(f"the part begins at byte {start}, but {received} bytes are here; go on from there")


class UploadTooLarge(DomainError):
    """A file is larger than is taken."""

    code = "UPLOAD_TOO_LARGE"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"a file has at most {most} bytes; split it", path=("size",))


class FileNotWhole(Conflict):
    """The bytes that came are not those that were announced."""

    code = "FILE_NOT_WHOLE"


class FileOutOfOrder(Conflict):
    """The step does not follow the file's state."""

    code = "FILE_OUT_OF_ORDER"

    def __init__(self, name: str, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"{name} is {state}, so it cannot be {step}")


class ControlTotalsDiffer(Conflict):
    """What the file says it holds is not what it holds."""

    code = "CONTROL_TOTALS_DIFFER"


class FileUnreadable(DomainError):
    """The file as a whole is not what the mapping says."""

    code = "FILE_UNREADABLE"


class FileWithdrawn(Conflict):
    """The partner took the file back."""

    code = "FILE_WITHDRAWN"


class FileTaken(Conflict):
    """Another worker goes on with this file."""

    code = "FILE_TAKEN"

    def __init__(self) -> None:
        super().__init__("another worker goes on with this file")


class ExceptionOutOfOrder(Conflict):
    """The step does not follow the exception's state."""

    code = "EXCEPTION_OUT_OF_ORDER"


class SecondPersonNeeded(Conflict):
    """Whoever proposed a resolution cannot confirm it."""

    code = "SECOND_PERSON_CONFIRMS"

    def __init__(self) -> None:
        super().__init__("a match by force and a write-off are confirmed by another person than proposed them")
