"""The words of each topic to partners' people, in English; the other languages are in locales/."""

from __future__ import annotations

from collections.abc import Mapping

from domain.languages import Wording
from domain.messages.templates import Said, Template
from domain.messages.topics import StaffTopic
from domain.messages.wording import Given


def _settlement_ready(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("Your statement for %(cycle)s is ready") % given,
        lead=w.gettext("Look through it and say whether you agree; silence counts as agreement."),
        facts=_due(w, given, "answer_until"),
    )


def _answer_due(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("Your statement for %(cycle)s waits for an answer") % given,
        lead=w.gettext("Nobody has answered it yet, and the time runs out. Silence counts as agreement."),
        facts=_due(w, given, "answer_until"),
    )


def _dispute_moved(w: Wording, given: Given) -> Said:
    states = {
        "RAISED": w.gettext("raised"),
        "ANSWERED": w.gettext("answered"),
        "ESCALATED": w.gettext("taken to the coalition"),
        "DECIDED": w.gettext("decided"),
        "WITHDRAWN": w.gettext("withdrawn"),
    }
    state = states.get(given.word("state"), given.word("state").lower())
    return Said(
        subject=w.gettext("A dispute over %(amount)s: %(state)s") % {"amount": given["amount"], "state": state},
        lead=w.gettext("It is about a line of the statement for %(cycle)s.") % given,
        facts=_due(w, given, "due_at"),
    )


def _payment_overdue(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("A payment of %(amount)s is overdue") % given,
        lead=w.gettext("It has not arrived. Please pay it with its reference, so that it is known again."),
        facts=((w.gettext("Reference"), given["reference"]), *_due(w, given, "due_on")),
    )


def _means_low(w: Wording, given: Given) -> Said:
    if given.word("means") == "CREDIT":
        return Said(
            subject=w.gettext("Little of your credit limit is left"),
            lead=w.gettext("Once it is used up your campaigns give no more points, until payments come in."),
        )
    return Said(
        subject=w.gettext("Few of your prepaid points are left"),
        lead=w.gettext("Once they are used up your campaigns give no more points; order a pack in time."),
    )


def _budget_low(w: Wording, given: Given) -> Said:
    return Said(
        subject=w.gettext("The budget of “%(campaign)s” is nearly used up") % given,
        lead=w.gettext("Once it is used up the campaign gives nothing more."),
    )


def _due(w: Wording, given: Given, name: str) -> tuple[tuple[str, str], ...]:
    labels = {
        "answer_until": w.gettext("Answer by"),
        "due_at": w.gettext("Next step by"),
        "due_on": w.gettext("Was due on"),
    }
    return ((labels[name], given[name]),) if name in given else ()


STAFF_TEMPLATES: Mapping[StaffTopic, Template] = {
    StaffTopic.SETTLEMENT_READY: _settlement_ready,
    StaffTopic.ANSWER_DUE: _answer_due,
    StaffTopic.DISPUTE_MOVED: _dispute_moved,
    StaffTopic.PAYMENT_OVERDUE: _payment_overdue,
    StaffTopic.MEANS_LOW: _means_low,
    StaffTopic.BUDGET_LOW: _budget_low,
}
