"""What trade-in refuses."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, InvalidValue, NotFound


class InvalidTradeInScheme(InvalidCampaign):
    """The terms of a trade-in scheme are malformed, or out of range; `path` names the part."""

    code = "INVALID_TRADE_IN_SCHEME"


class TradeInSchemeNotFound(NotFound):
    """There is no such scheme, none the viewer may see, or it is not live at this partner."""

    code = "TRADE_IN_SCHEME_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such trade-in scheme", path=("scheme",))


class TradeInSchemeStateConflict(Conflict):
    """The scheme does not stand where this step begins."""

    code = "TRADE_IN_SCHEME_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a scheme that is {state} cannot be {wanted}", path=("scheme",))


class TradeInAgreementMissing(Conflict):
    """A sponsor has not agreed to these terms."""

    code = "TRADE_IN_AGREEMENT_MISSING"

    def __init__(self, sponsors: int) -> None:
        super().__init__(f"{sponsors} of its sponsors have yet to agree to these very terms")


class InvalidTradeIn(InvalidValue):
    """What is handed in is not described as it has to be; `path` names the part."""

    code = "INVALID_TRADE_IN"


class ItemNotTaken(Conflict):
    """The scheme takes no such item."""

    code = "ITEM_NOT_TAKEN"

    def __init__(self, number: int, why: str, words: str) -> None:
        self.number, self.why = number, why
        super().__init__(f"item {number}: {words}", path=("items",))


class SerialTaken(Conflict):
    """An item with this serial number was handed in before."""

    code = "SERIAL_TAKEN"

    def __init__(self) -> None:
        super().__init__("an item with this serial number was handed in before under this scheme", path=("items",))


class TradeInLimit(Conflict):
    """The member has handed in as many as the scheme allows."""

    code = "TRADE_IN_LIMIT"

    def __init__(self) -> None:
        super().__init__("the member has handed in as many items as the scheme takes in this time", path=("items",))


class OwnTradeIn(Conflict):
    """Whoever stands at the till hands in for itself, and may not."""

    code = "OWN_TRADE_IN"

    def __init__(self) -> None:
        super().__init__("staff do not hand in for themselves; let a colleague record it", path=("member",))


class TradeInNotFound(NotFound):
    """There is no such trade-in at this partner."""

    code = "TRADE_IN_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such trade-in", path=("tradeIn",))


class NotConsigned(Conflict):
    """The item does not wait to be sold: it never did, or does not any more."""

    code = "NOT_CONSIGNED"

    def __init__(self) -> None:
        super().__init__("the item does not wait to be sold, or does not any more; look how it stands", path=("item",))


class TradeInReversed(Conflict):
    """The trade-in was taken back before."""

    code = "TRADE_IN_REVERSED"

    def __init__(self) -> None:
        super().__init__("this trade-in was taken back already", path=("tradeIn",))


class TradeInTooLate(Conflict):
    """The time in which a trade-in can be taken back is over."""

    code = "TRADE_IN_TOO_LATE"

    def __init__(self, days: int) -> None:
        super().__init__(f"a trade-in can be taken back for {days} days", path=("tradeIn",))


class TradeInCreditUsed(Conflict):
    """What the member got was used, so that it cannot be taken back."""

    code = "TRADE_IN_CREDIT_USED"

    def __init__(self) -> None:
        super().__init__("the credit was used, wholly or in part; it cannot be taken back", path=("tradeIn",))
