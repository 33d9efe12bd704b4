"""The client a storefront engineer uses: ten lines to a first earned point (docs/client.md).

It needs nothing of the server but its address, and imports nothing of it.
"""

from __future__ import annotations

from hansa.storefront.codes import CodeEntered, CodeFound
from hansa.storefront.errors import Faulty, LinkRefused, Refused, Unanswered, Unauthorized
from hansa.storefront.front import Storefront
from hansa.storefront.linking import Begun, Linking, MemberLink
from hansa.storefront.proofs import ProofKey
from hansa.storefront.retrying import Patience
from hansa.storefront.rewards import RewardAsk, RewardQuote, RewardRedemption
from hansa.storefront.tokens import ClientKey, ClientSecret
from hansa.storefront.values import (
    Action,
    Award,
    Basket,
    Card,
    ExternalId,
    Known,
    Line,
    Member,
    Offer,
    Preview,
    Recorded,
    RecordedAction,
    Redemption,
    Returned,
    Token,
    Wallet,
    new_key,
)
from hansa.storefront.vouchers import VoucherOff, VouchersUsed

__all__ = [
    "Action",
    "Award",
    "Basket",
    "Begun",
    "Card",
    "ClientKey",
    "ClientSecret",
    "CodeEntered",
    "CodeFound",
    "ExternalId",
    "Faulty",
    "Known",
    "Line",
    "LinkRefused",
    "Linking",
    "Member",
    "MemberLink",
    "Offer",
    "Patience",
    "Preview",
    "ProofKey",
    "Recorded",
    "RecordedAction",
    "Redemption",
    "Refused",
    "Returned",
    "RewardAsk",
    "RewardQuote",
    "RewardRedemption",
    "Storefront",
    "Token",
    "Unanswered",
    "Unauthorized",
    "VoucherOff",
    "VouchersUsed",
    "Wallet",
    "new_key",
]
