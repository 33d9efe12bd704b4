"""Which rows of banking a viewer may see: the payments it makes or gets, and the files of its own account."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true
from sqlmodel import col

from domain.banking.models import BankFile, PartnerCredit, Payment
from domain.storage import COALITION, Sight, concerning


def payments(sight: Sight) -> ColumnElement[bool]:
    """What the viewer pays or is paid."""
    return concerning(sight, col(Payment.payer_id), col(Payment.payee_id))


def files(sight: Sight) -> ColumnElement[bool]:
    """Orders to the viewer's own bank."""
    return concerning(sight, col(BankFile.partner_id))


def partner_credits(sight: Sight) -> ColumnElement[bool]:
    """What the viewer paid too much."""
    return concerning(sight, col(PartnerCredit.partner_id))


def coalitions(sight: Sight) -> ColumnElement[bool]:
    """The operator's account, its entries and what was decided about them are the coalition's alone."""
    return true() if sight == COALITION else false()
