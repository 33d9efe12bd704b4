"""Why a referral does not count, in words for the programme's owner."""

from __future__ import annotations

from collections.abc import Mapping

from domain.referral.models import Referral, Refusal

WORDS: Mapping[Refusal, str] = {
    Refusal.SELF: "The friend is the member itself, or has become so by a merge.",
    Refusal.SAME_HOUSEHOLD: "Both share a wallet, or did when the friend joined.",
    Refusal.SAME_CONTACT: "The same address or number, but for letter case and what follows a plus.",
    Refusal.NOT_BROUGHT: "The friend was a member before, or had brought the other.",
    Refusal.EXCLUDED: "One of the two is in a segment that takes no part.",
    Refusal.TOO_MANY: "The member has brought as many friends as count in this time.",
    Refusal.TOO_FAST: "More accounts brought one another within minutes than the terms allow.",
    Refusal.TOO_LATE: "The code was told, or the purchase made, after the time for it.",
    Refusal.RETURNED: "What was bought came back.",
    Refusal.MERGED: "The friend turned out to be somebody who was a member before.",
    Refusal.GONE: "One of the two is a member no more.",
}
_MORE: Mapping[tuple[str, str], str] = {
    ("whose", "REFERRER"): "It is the member's own.",
    ("whose", "ANOTHER_FRIEND"): "Another friend who was brought has it.",
    ("when", "QUALIFYING"): "Found when the purchase was looked at.",
    ("when", "AFTER_REWARD"): "Both rewards were taken back.",
}


def because(referral: Referral) -> str | None:
    """Why it does not count; None, where it does."""
    if referral.refusal is None:
        return None
    more = [_MORE.get((name, str(value))) or _counted(name, value) for name, value in referral.evidence.items()]
    return " ".join([WORDS[Refusal(referral.refusal)], *filter(None, more)])


def _counted(name: str, value: object) -> str | None:
    match name:
        case "counted":
            return f"There were {value} already."
        case "accounts":
            return f"It would be {value} accounts."
        case "joined_at":
            return f"The friend joined at {value}."
        case _:
            return None
