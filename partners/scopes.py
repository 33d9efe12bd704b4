"""What a caller may be allowed to do: every scope, who may hold it, and how the ceilings nest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, unique
from typing import Self

from domain.members.models import ConsentPurpose


@unique
class Scope(StrEnum):
    """One permission, `<resource>:<action>`; writing does not imply reading, and no scope names a partner."""

    description: str
    """What it allows, in words for the person who asks for it."""

    def __new__(cls, value: str, description: str = "") -> Self:
        """A scope and its description; looking one up takes the value alone."""
        scope = str.__new__(cls, value)
        scope._value_ = value
        scope.description = description
        return scope

    PURCHASES_WRITE = "purchases:write", "Record purchases, visits, returns and trade-ins, and preview what they earn."
    PURCHASES_READ = "purchases:read", "Read the partner's own purchases and what they earned."
    MEMBERS_LOOKUP = "members:lookup", "Find a member by card, link code or the partner's own number."
    MEMBERS_ENROL = "members:enrol", "Enrol members and link the partner's accounts to them."
    BALANCE_READ = "balance:read", "Read the balance of members who consented, what is pending and what expires."
    HISTORY_READ = "history:read", "Read the history of members who consented."
    REDEMPTIONS_WRITE = "redemptions:write", "Authorize, capture, void and reverse redemptions."
    CODES_REDEEM = "codes:redeem", "Redeem on-pack codes and coupons."
    CODES_MANAGE = "codes:manage", "Order, void and watch batches of codes."
    CAMPAIGNS_READ = "campaigns:read", "Read the partner's own campaigns and their budgets."
    CAMPAIGNS_WRITE = "campaigns:write", "Draft campaigns, simulate and backtest them."
    CAMPAIGNS_PUBLISH = "campaigns:publish", "Put campaigns live, pause them, fund their budgets."
    REWARDS_READ = "rewards:read", "Read the catalogue of rewards with its stock."
    REWARDS_WRITE = "rewards:write", "Change the partner's own rewards, coupons and stock."
    SETTLEMENT_READ = "settlement:read", "Read statements and the lines below them."
    SETTLEMENT_DISPUTE = "settlement:dispute", "Dispute lines of a statement."
    SETTLEMENT_PREPARE = "settlement:prepare", "Cut off a cycle and prepare its settlement."
    SETTLEMENT_APPROVE = "settlement:approve", "Approve a prepared settlement; asks for a fresh sign-in."
    RECONCILIATION_WRITE = "reconciliation:write", "Hand in the partner's own records and settle the differences."
    WEBHOOKS_MANAGE = "webhooks:manage", "Set up webhooks, replay and test them."
    CLIENTS_MANAGE = "clients:manage", "Create, rotate and revoke API clients, never above one's own ceiling."
    PEOPLE_MANAGE = "people:manage", "Invite the people of one's own house, change their roles, let them go."
    PARTNERS_MANAGE = "partners:manage", "Admit partners, sign contracts, change the programme's settings."
    SERVICE_WRITE = "service:write", "Serve members: corrections and goodwill."
    CASES_WRITE = "cases:write", "Open and answer cases of members and customers."
    AUDIT_READ = "audit:read", "Read the audit trail and the proofs of the books."
    RISK_REVIEW = "risk:review", "Review and decide suspicious activity."
    PRIVACY_EXECUTE = "privacy:execute", "Carry out exports and erasures of personal data."
    PROFILE_READ = "profile:read", "Read one's own profile and preferences."
    PROFILE_WRITE = "profile:write", "Change one's own profile and preferences."
    CONSENTS_MANAGE = "consents:manage", "Give and revoke one's own consents."
    ANALYTICS_READ = "analytics:read", "Read reports, in sums that name no member."


EVERY_SCOPE = frozenset(Scope)

READING = frozenset(scope for scope in Scope if scope.endswith(":read"))
"""Changes nothing, so a shared secret is enough to authenticate for it outside the sandbox too."""

VALUE_MOVING = frozenset(
    {
        Scope.PURCHASES_WRITE,
        Scope.REDEMPTIONS_WRITE,
        Scope.CODES_REDEEM,
        Scope.SERVICE_WRITE,
        Scope.SETTLEMENT_PREPARE,
        Scope.SETTLEMENT_APPROVE,
    }
)
"""Creates, spends or pays value: the first to be bound to a key of the sender."""

APPROVAL = frozenset({Scope.SETTLEMENT_APPROVE})
"""Needs a sign-in of the last five minutes (`Viewer.is_fresh`)."""

PERSONS_ONLY = APPROVAL | {
    Scope.SETTLEMENT_PREPARE,
    Scope.PEOPLE_MANAGE,
    Scope.SERVICE_WRITE,
    Scope.RISK_REVIEW,
    Scope.PRIVACY_EXECUTE,
}
"""Somebody answers for it by name: never granted to a client's own credentials."""

MEMBERS_ONLY = frozenset({Scope.PROFILE_READ, Scope.PROFILE_WRITE, Scope.CONSENTS_MANAGE})
"""A member's own affairs: never granted to a client's own credentials."""

MEMBER_SCOPES = MEMBERS_ONLY | {
    Scope.BALANCE_READ,
    Scope.HISTORY_READ,
    Scope.REDEMPTIONS_WRITE,
    Scope.CODES_REDEEM,
    Scope.REWARDS_READ,
}
"""What a member who signed in may do with what is theirs."""

PURPOSE_OF_SCOPE = {
    Scope.BALANCE_READ: ConsentPurpose.BALANCE,
    Scope.HISTORY_READ: ConsentPurpose.HISTORY,
    Scope.REDEMPTIONS_WRITE: ConsentPurpose.REDEMPTION,
    Scope.CODES_REDEEM: ConsentPurpose.CODES,
}
"""What a member may grant a partner's client, and the consent that each of them stands on."""

GRANTABLE = frozenset(PURPOSE_OF_SCOPE)
"""What a partner's client may ask a member for."""

OPENID = "openid"
"""OpenID Connect's own word: who the member is to this partner. It opens nothing of the API, so it is no scope."""

COALITION_CEILING = EVERY_SCOPE - PERSONS_ONLY - MEMBERS_ONLY
"""The most any client may hold."""

PARTNER_CEILING = COALITION_CEILING - {Scope.PARTNERS_MANAGE, Scope.AUDIT_READ}
"""The most a partner's client may hold, unless the coalition sets the partner's ceiling lower."""

SANDBOX_DEFAULT = PARTNER_CEILING - {Scope.CLIENTS_MANAGE}
"""What a client of the sandbox gets when nothing was asked for."""


class PersonRole(StrEnum):
    """What a person does for the coalition or for a partner; a person may have several roles."""

    COALITION_ADMIN = "COALITION_ADMIN"
    """Admits partners and looks after clients and settings."""
    COALITION_PREPARER = "COALITION_PREPARER"
    """Prepares the settlement of a cycle."""
    COALITION_APPROVER = "COALITION_APPROVER"
    """Approves what another person prepared."""
    COALITION_AUDITOR = "COALITION_AUDITOR"
    """Reads everything there is to prove."""
    COALITION_RISK = "COALITION_RISK"
    """Decides suspicious activity."""
    COALITION_PRIVACY = "COALITION_PRIVACY"
    """Carries out exports and erasures."""
    COALITION_SERVICE = "COALITION_SERVICE"
    """Serves members."""
    PARTNER_MARKETING = "PARTNER_MARKETING"
    """Runs a partner's campaigns, rewards and codes."""
    PARTNER_FINANCE = "PARTNER_FINANCE"
    """Checks a partner's statements."""
    PARTNER_SERVICE = "PARTNER_SERVICE"
    """Answers a partner's cases, and asks for goodwill points in them."""
    PARTNER_CASHIER = "PARTNER_CASHIER"
    """Serves customers at a partner's tills."""
    PARTNER_ADMIN = "PARTNER_ADMIN"
    """Looks after a partner's people, clients and webhooks."""

    @property
    def of_coalition(self) -> bool:
        """Held by the coalition's own people; the other roles are held by a partner's."""
        return self.startswith("COALITION_")


SCOPES_OF_ROLE: dict[PersonRole, frozenset[Scope]] = {
    PersonRole.COALITION_ADMIN: frozenset(
        {
            Scope.PARTNERS_MANAGE,
            Scope.PEOPLE_MANAGE,
            Scope.CLIENTS_MANAGE,
            Scope.WEBHOOKS_MANAGE,
            Scope.CAMPAIGNS_READ,
            Scope.REWARDS_READ,
            Scope.SETTLEMENT_READ,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.COALITION_PREPARER: frozenset(
        {
            Scope.SETTLEMENT_READ,
            Scope.SETTLEMENT_PREPARE,
            Scope.RECONCILIATION_WRITE,
            Scope.CAMPAIGNS_READ,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.COALITION_APPROVER: frozenset(
        {Scope.SETTLEMENT_READ, Scope.SETTLEMENT_APPROVE, Scope.CAMPAIGNS_READ, Scope.ANALYTICS_READ}
    ),
    PersonRole.COALITION_AUDITOR: frozenset(
        {Scope.AUDIT_READ, Scope.SETTLEMENT_READ, Scope.CAMPAIGNS_READ, Scope.REWARDS_READ, Scope.ANALYTICS_READ}
    ),
    PersonRole.COALITION_RISK: frozenset({Scope.RISK_REVIEW, Scope.MEMBERS_LOOKUP, Scope.PURCHASES_READ}),
    PersonRole.COALITION_PRIVACY: frozenset({Scope.PRIVACY_EXECUTE, Scope.MEMBERS_LOOKUP}),
    PersonRole.COALITION_SERVICE: frozenset(
        {
            Scope.SERVICE_WRITE,
            Scope.CASES_WRITE,
            Scope.MEMBERS_LOOKUP,
            Scope.MEMBERS_ENROL,
            Scope.BALANCE_READ,
            Scope.HISTORY_READ,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.PARTNER_MARKETING: frozenset(
        {
            Scope.CAMPAIGNS_READ,
            Scope.CAMPAIGNS_WRITE,
            Scope.CAMPAIGNS_PUBLISH,
            Scope.CODES_MANAGE,
            Scope.REWARDS_READ,
            Scope.REWARDS_WRITE,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.PARTNER_FINANCE: frozenset(
        {
            Scope.SETTLEMENT_READ,
            Scope.SETTLEMENT_DISPUTE,
            Scope.RECONCILIATION_WRITE,
            Scope.PURCHASES_READ,
            Scope.CAMPAIGNS_READ,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.PARTNER_SERVICE: frozenset(
        {
            Scope.CASES_WRITE,
            Scope.MEMBERS_LOOKUP,
            Scope.PURCHASES_READ,
            Scope.ANALYTICS_READ,
        }
    ),
    PersonRole.PARTNER_CASHIER: frozenset(
        {
            Scope.PURCHASES_WRITE,
            Scope.PURCHASES_READ,
            Scope.MEMBERS_LOOKUP,
            Scope.MEMBERS_ENROL,
            Scope.BALANCE_READ,
            Scope.REDEMPTIONS_WRITE,
            Scope.CODES_REDEEM,
            Scope.REWARDS_READ,
        }
    ),
    PersonRole.PARTNER_ADMIN: frozenset(
        {Scope.PEOPLE_MANAGE, Scope.WEBHOOKS_MANAGE, Scope.CLIENTS_MANAGE, Scope.CAMPAIGNS_READ}
    ),
}


def scopes_of_roles(roles: Iterable[PersonRole]) -> frozenset[Scope]:
    """What a person with these roles may do."""
    return frozenset[Scope]().union(*(SCOPES_OF_ROLE[role] for role in roles))


def ceiling(*, of_partner: bool, partners_own: frozenset[Scope] | None = None) -> frozenset[Scope]:
    """The most a client may hold: a partner's stays below the partner's ceiling, and that below the coalition's."""
    if not of_partner:
        return COALITION_CEILING
    return PARTNER_CEILING if partners_own is None else PARTNER_CEILING & partners_own


def known(words: Iterable[str]) -> frozenset[Scope]:
    """The scopes among these words; a word of another release is left out."""
    return frozenset(_BY_VALUE[word] for word in words if word in _BY_VALUE)


def written(scopes: Iterable[Scope]) -> str:
    """Scopes as OAuth writes them: sorted, one space between."""
    return " ".join(sorted(scopes))


_BY_VALUE: dict[str, Scope] = {scope.value: scope for scope in Scope}


def listed(words: Iterable[str]) -> str:
    """An SQL array of these words, for the constraints."""
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"
