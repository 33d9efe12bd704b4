"""The words of each topic to members, in English; the other languages are in locales/.

A subject says what happened, a lead says it in a sentence, facts name the rest, and a closing says what can be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.languages import Wording
from domain.members.models import ConsentPurpose
from domain.messages.topics import Topic
from domain.messages.wording import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message in the words of one language."""

    subject: str
    lead: str
    facts: tuple[tuple[str, str], ...] = ()
    """What is to be known, each with its label."""
    closing: str = ""

    @property
    def text(self) -> str:
        """All but the subject, in lines."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        return "\n\n".join(part for part in (self.lead, facts, self.closing) if part)


Template = Callable[[Wording, Given], Said]


def _facts(w: Wording, given: Given, *names: str) -> tuple[tuple[str, str], ...]:
    labels = {
        "partner": w.gettext("Where"),
        "campaigns": w.gettext("For"),
        "sponsors": w.gettext("Also paid for by"),
        "waits_until": w.gettext("Yours to spend from"),
        "expires_at": w.gettext("Good until"),
        "first_at": w.gettext("The first of them end on"),
        "last_at": w.gettext("The last of them end on"),
        "earning_until": w.gettext("Points are earned until"),
        "spending_until": w.gettext("Points can be spent until"),
        "programme": w.gettext("Programme"),
        "before": w.gettext("Before"),
        "until": w.gettext("Yours until"),
        "reward": w.gettext("Reward"),
        "voucher": w.gettext("Voucher"),
        "lots": w.gettext("Lots"),
        "starts_at": w.gettext("When"),
        "place": w.gettext("Place"),
    }
    return tuple((labels[name], given[name]) for name in names if name in given)


def _welcome(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("Welcome"),
        lead=w.gettext("You have joined at %(partner)s. From now on your purchases earn points.") % given,
    )


def _points_earned(w: Wording, given: Given) -> Said:
    points = given.number("points")
    return Said(
        subject=w.ngettext("You earned %(points)s point", "You earned %(points)s points", points) % given,
        lead=w.ngettext("%(points)s point is on your account.", "%(points)s points are on your account.", points)
        % given,
        facts=_facts(w, given, "partner", "campaigns", "sponsors", "waits_until"),
    )


def _points_released(w: Wording, given: Given) -> Said:
    points = given.number("points")
    return Said(
        subject=w.ngettext("%(points)s point is yours to spend", "%(points)s points are yours to spend", points)
        % given,
        lead=w.gettext("The time to bring goods back is over, so nothing stands in the way any more."),
    )


def _points_expiring(w: Wording, given: Given) -> Said:
    points = given.number("points")
    closing = ""
    if "reward" in given:
        closing = (
            w.ngettext(
                "You could still have this for %(price)s point: %(reward)s.",
                "You could still have this for %(price)s points: %(reward)s.",
                given.number("price"),
            )
            % given
        )
    return Said(
        subject=w.ngettext("%(points)s point ends soon", "%(points)s points end soon", points) % given,
        lead=w.gettext("Spend them in time: after their last day they are gone."),
        facts=_facts(w, given, "first_at", "last_at")
        if "last_at" in given
        else ((w.gettext("They end on"), given["first_at"]),),
        closing=closing,
    )


def _points_spent(w: Wording, given: Given) -> Said:
    points = given.number("points")
    return Said(
        subject=w.ngettext("You spent %(points)s point", "You spent %(points)s points", points) % given,
        lead=w.ngettext(
            "%(points)s point was taken off your account.", "%(points)s points were taken off your account.", points
        )
        % given,
        facts=_facts(w, given, "partner", "reward"),
        closing=w.gettext("Was it not you? Then tell us at once."),
    )


def _points_given_back(w: Wording, given: Given) -> Said:
    points = given.number("points")
    return Said(
        subject=w.ngettext("%(points)s point came back to you", "%(points)s points came back to you", points) % given,
        lead=w.gettext("Something you spent points on was taken back."),
        facts=_facts(w, given, "partner"),
    )


def _reward_in_reach(w: Wording, given: Given) -> Said:
    price = given.number("price")
    return Said(
        subject=w.gettext("You have enough for: %(reward)s") % given,
        lead=w.ngettext(
            "It costs %(price)s point, and you have %(balance)s.",
            "It costs %(price)s points, and you have %(balance)s.",
            price,
        )
        % given,
        facts=_facts(w, given, "partner"),
    )


def _voucher_issued(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("A voucher for you: %(voucher)s") % given,
        lead=w.gettext("You find it in your account; show it when you pay."),
        facts=_facts(w, given, "partner", "expires_at"),
    )


def _voucher_ending(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("Your voucher ends soon: %(voucher)s") % given,
        lead=w.gettext("You have not used it yet; it is good until %(expires_at)s.") % given,
        facts=_facts(w, given, "partner"),
    )


def _tier_changed(w: Wording, given: Given) -> Said:
    if "tier" not in given:
        return Said(
            subject=w.gettext("Your status has ended"),
            lead=w.gettext("You have no status for now; what you do counts towards it again."),
            facts=_facts(w, given, "programme", "before"),
        )
    return Said(
        subject=w.gettext("Your status now: %(tier)s") % given,
        lead=w.gettext("You have come to the status %(tier)s.") % given,
        facts=_facts(w, given, "programme", "before", "until"),
    )


def _birthday(w: Wording, given: Given) -> Said:
    points = given.number("points")
    return Said(
        subject=w.gettext("All the best for your birthday"),
        lead=w.ngettext("%(partner)s gives you %(points)s point.", "%(partner)s gives you %(points)s points.", points)
        % given,
        facts=_facts(w, given, "sponsors", "waits_until"),
    )


def _survey(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("A few questions for you: %(survey)s") % given,
        lead=w.gettext("What you think matters. You find the questions in your account."),
        facts=_facts(w, given, "partner", "expires_at"),
    )


def _activity_invitation(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("You are invited: %(activity)s") % given,
        lead=w.gettext("%(partner)s would be glad to see you. You can answer in your account.") % given,
        facts=_facts(w, given, "starts_at", "place"),
    )


def _activity_place(w: Wording, given: Given) -> Said:
    if given.word("news") == "MOVED_UP":
        subject = w.gettext("You have a place: %(activity)s") % given
        lead = w.gettext("A place has become free, and it is yours. If you cannot come, please cancel it.")
    else:
        subject = w.gettext("See you soon: %(activity)s") % given
        lead = w.gettext("You have a place. Show your code or your card at the door.")
    return Said(subject=subject, lead=lead, facts=_facts(w, given, "partner", "starts_at", "place"))


def _referral(w: Wording, given: Given) -> Said:
    match given.word("news"):
        case "JOINED":
            subject, lead = (
                w.gettext("Your friend has joined"),
                w.gettext("Once your friend has bought something and kept it, it counts."),
            )
        case "FRIEND_REWARDED":
            subject, lead = (
                w.gettext("Thank you for coming with a friend"),
                w.gettext("You have bought something and kept it; the reward is yours."),
            )
        case _:
            subject, lead = (
                w.gettext("Thank you for bringing a friend"),
                w.gettext("Your friend has bought something and kept it; the reward is yours."),
            )
    return Said(subject=subject, lead=lead)


def _consent_given(w: Wording, given: Given) -> Said:
    called = {
        ConsentPurpose.BALANCE: w.gettext("see your points"),
        ConsentPurpose.HISTORY: w.gettext("see what happened to your points there"),
        ConsentPurpose.REDEMPTION: w.gettext("spend your points for you"),
        ConsentPurpose.CODES: w.gettext("redeem codes and coupons for you"),
        ConsentPurpose.OFFERS: w.gettext("choose offers for you"),
    }
    may = w.names([called[ConsentPurpose(one)] for one in given.listed("purposes")])
    return Said(
        subject=w.gettext("You allowed %(partner)s something") % given,
        lead=w.gettext("%(partner)s may now: %(purposes)s.") % {"partner": given["partner"], "purposes": may},
        closing=w.gettext("You can take it back at any time, in your account."),
    )


def _partner_leaving(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("%(partner)s leaves the programme") % given,
        lead=w.gettext("Your points stay yours, and are good at all the others."),
        facts=_facts(w, given, "earning_until", "spending_until"),
    )


def _coalition_ending(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("The programme ends"),
        lead=w.gettext("Please spend your points by the last day."),
        facts=_facts(w, given, "earning_until", "spending_until"),
    )


def _recall(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("Please stop using: %(product)s") % given,
        lead=w.gettext("%(partner)s calls this product back. You may have it.") % given,
        facts=_facts(w, given, "lots"),
        closing=given["todo"],
    )


TEMPLATES: Mapping[Topic, Template] = {
    Topic.WELCOME: _welcome,
    Topic.POINTS_EARNED: _points_earned,
    Topic.POINTS_RELEASED: _points_released,
    Topic.POINTS_EXPIRING: _points_expiring,
    Topic.POINTS_SPENT: _points_spent,
    Topic.POINTS_GIVEN_BACK: _points_given_back,
    Topic.REWARD_IN_REACH: _reward_in_reach,
    Topic.VOUCHER_ISSUED: _voucher_issued,
    Topic.VOUCHER_ENDING: _voucher_ending,
    Topic.TIER_CHANGED: _tier_changed,
    Topic.BIRTHDAY: _birthday,
    Topic.SURVEY: _survey,
    Topic.ACTIVITY_INVITATION: _activity_invitation,
    Topic.ACTIVITY_PLACE: _activity_place,
    Topic.REFERRAL: _referral,
    Topic.CONSENT_GIVEN: _consent_given,
    Topic.RECALL: _recall,
    Topic.PARTNER_LEAVING: _partner_leaving,
    Topic.COALITION_ENDING: _coalition_ending,
}
