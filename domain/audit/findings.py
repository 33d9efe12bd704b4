"""What an audit of the books finds: typed, and naming the wallet, the entry and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

MOST_NAMED = 1_000


class Wrong(StrEnum):
    """The kinds of findings."""

    CHAIN_BROKEN = "CHAIN_BROKEN"
    """An entry or one of its transfers is not what was hashed."""
    ENTRY_MISSING = "ENTRY_MISSING"
    """The versions of a wallet's entries leave a gap."""
    WALLET_DIFFERS = "WALLET_DIFFERS"
    """A counter or another column of the wallet is not what its transfers come to."""
    LOT_DIFFERS = "LOT_DIFFERS"
    DEBT_DIFFERS = "DEBT_DIFFERS"
    HOLD_DIFFERS = "HOLD_DIFFERS"
    PURCHASE_DIFFERS = "PURCHASE_DIFFERS"
    """The basket is not the one the entry was made for."""
    ACTION_DIFFERS = "ACTION_DIFFERS"
    """The action is not the one the entry was made for."""
    TALLY_DIFFERS = "TALLY_DIFFERS"
    """A counter is not what purchases, actions and returns left it at."""
    TOKEN_DIFFERS = "TOKEN_DIFFERS"  # noqa: S105 -- a thing won
    """A thing was won by no entry, or is not the one that was won."""
    REWARD_DIFFERS = "REWARD_DIFFERS"
    """A reward is not what its redemption was made for, or not so much of it stands."""
    VOUCHER_DIFFERS = "VOUCHER_DIFFERS"
    """A voucher, or a use of it, is not what its entries made it."""
    CLAIM_DIFFERS = "CLAIM_DIFFERS"
    """A claim was paid, approved or taken back otherwise than it says, or a certificate stands on no pass."""
    CODE_DIFFERS = "CODE_DIFFERS"
    """A code was used without its action or an action recorded without its code, or a batch holds other codes."""
    TRADE_IN_DIFFERS = "TRADE_IN_DIFFERS"
    """What was handed in is worth something else by its list, or its credit is not what it stands on."""
    ATTENDANCE_DIFFERS = "ATTENDANCE_DIFFERS"
    """More have a place at an activity than there are, or an attendance is not the action it stands for."""
    RESPONSE_DIFFERS = "RESPONSE_DIFFERS"
    """Answers to a survey were rewarded by an action that is not their own, or an action by no answers."""
    REVIEW_DIFFERS = "REVIEW_DIFFERS"
    """A review or feedback is worth another action than it says, or a trial's places are counted otherwise."""
    BONUS_DIFFERS = "BONUS_DIFFERS"
    """A bonus statement comes to something else than it tells, or its action gave something else."""
    REGISTRATION_DIFFERS = "REGISTRATION_DIFFERS"
    """A registered product names an action or a purchase that does not bear it out."""
    RETURN_DIFFERS = "RETURN_DIFFERS"
    BENEFIT_DIFFERS = "BENEFIT_DIFFERS"
    ROW_ASTRAY = "ROW_ASTRAY"
    """A row belongs to no wallet or no entry."""
    BAD_TRANSFER = "BAD_TRANSFER"
    """A transfer that the rules do not allow: its accounts, its partner or cycle, or a lot drawn below nothing."""
    BAD_TIME = "BAD_TIME"
    """Points drawn before they were available or after they expired, or expired or released too early."""
    BAD_HOLD = "BAD_HOLD"
    """A hold ended twice, or not by its rules."""
    REVERSED_TWICE = "REVERSED_TWICE"
    """More of a redemption came back than was spent."""
    NOT_TWO_PERSONS = "NOT_TWO_PERSONS"
    """An adjustment that no second person agreed to, or not to these points."""
    WRONG_CYCLE = "WRONG_CYCLE"
    """The cycle is unknown, or earlier than that of the wallet's entry before."""
    KEY_TWICE = "KEY_TWICE"
    """One partner's idempotency key in two entries."""
    MOVE_INCOMPLETE = "MOVE_INCOMPLETE"
    """Points left a wallet and arrived in none, or not as they left."""
    SUM_DIFFERS = "SUM_DIFFERS"
    """A sponsor's points do not add up."""
    SEAL_BROKEN = "SEAL_BROKEN"
    """A closed cycle's entries are not those that were sealed."""
    EVENT_MISSING = "EVENT_MISSING"
    """A partner was not told of its deed."""
    EVENT_INVENTED = "EVENT_INVENTED"
    """A partner was told of what is not in the books."""
    ALLOWANCE_DIFFERS = "ALLOWANCE_DIFFERS"
    """What is left for a sponsor to award is not what was put in less what was drawn."""
    DRAW_DIFFERS = "DRAW_DIFFERS"
    """A lot drew more or less from its sponsor's means than it was awarded, or was cut otherwise than it says."""
    LIABILITY_DIFFERS = "LIABILITY_DIFFERS"
    """What is owed to members, or kept for it, is not what the books come to."""
    ROLL_FORWARD_DIFFERS = "ROLL_FORWARD_DIFFERS"
    """What was paid in for points did not move on from cycle to cycle as points did."""
    TRAIL_BROKEN = "TRAIL_BROKEN"
    """A line of the audit trail was changed, taken out or put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where."""

    wrong: Wrong
    wallet_id: UUID | None = None
    entry_id: UUID | None = None
    what: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What was looked at and what was found; of very many findings the first are named and the rest counted."""

    wallets: int = 0
    entries: int = 0
    transfers: int = 0
    baskets: int = 0
    lots: int = 0
    lines: int = 0
    """Lines of the audit trail."""
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return self.found == 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and name it unless there are too many."""
        self.found += 1
        if len(self.findings) < MOST_NAMED:
            self.findings.append(finding)
