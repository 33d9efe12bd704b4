"""What service refuses."""

from __future__ import annotations

from domain.errors import Conflict, Forbidden, InvalidValue, NotFound


class InvalidInformation(InvalidValue):
    """What is told of a product is malformed, or out of range; `path` names the part."""

    code = "INVALID_INFORMATION"


class InvalidServiceHours(InvalidValue):
    """Hours or targets are malformed, or out of range; `path` names the part."""

    code = "INVALID_SERVICE_HOURS"


class InvalidCase(InvalidValue):
    """What is said of a case, or in it, is malformed; `path` names the part."""

    code = "INVALID_CASE"


class InformationNotFound(NotFound):
    """The maker tells nothing of such an article, or nothing that the viewer may read: both answer alike."""

    code = "INFORMATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "its maker tells nothing of such an article; check the maker and its number", path=("article",)
        )


class SerialUnknown(NotFound):
    """The maker's list has no such serial for this article, or none was told where one is asked for."""

    code = "SERIAL_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "the maker knows no such serial for this article; check its letters and digits", path=("serial",)
        )


class SerialRegistered(Conflict):
    """Somebody has registered the serial; who is told to nobody."""

    code = "SERIAL_REGISTERED"

    def __init__(self) -> None:
        message = "somebody else has registered this serial; its owner can hand it over, or ask the maker in a case"
        super().__init__(message, path=("serial",))


class AlreadyRegistered(Conflict):
    """The member has registered this article, and nothing tells this one from that."""

    code = "ALREADY_REGISTERED"

    def __init__(self) -> None:
        super().__init__("you have registered this article; for another one buy it with your card, or tell its serial")


class RegistrationNotFound(NotFound):
    """The member has no such product, or has it no more."""

    code = "REGISTRATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such registered product", path=("registration",))


class OfferNotFound(NotFound):
    """No product is offered by this code, or not any more."""

    code = "OFFER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("no product waits to be taken over by this code; ask its owner for a new one", path=("code",))


class CaseNotFound(NotFound):
    """There is no such case, or none that the viewer takes part in."""

    code = "CASE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such case", path=("case",))


class CaseClosed(Conflict):
    """The case is over, and the days in which a word opens it again are too."""

    code = "CASE_CLOSED"

    def __init__(self) -> None:
        super().__init__("the case is closed; open a new one", path=("case",))


class CaseMoved(Conflict):
    """Somebody else wrote in the case at the same moment."""

    code = "CASE_MOVED"

    def __init__(self) -> None:
        super().__init__("somebody else wrote in the case at this moment; read it and send yours again", path=("case",))


class NotHandler(Forbidden):
    """Only who has to answer a case, or the coalition, may do this."""

    code = "NOT_HANDLER"

    def __init__(self) -> None:
        super().__init__("only who has to answer this case may do that; write in it instead", path=("case",))


class CannotAnswer(Conflict):
    """The one to whom a case should go cannot answer: it takes no part in the coalition, or has it already."""

    code = "CANNOT_ANSWER"

    def __init__(self) -> None:
        super().__init__("the case cannot go there: it is there already, or that partner takes no part", path=("to",))
