"""An example for each root field by which others agree, a cycle is paid and the bank's account is looked after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]


def _input(**values: Any) -> dict[str, Any]:
    return {"input": values}


def _of(which: str, **more: Any) -> Build:
    return lambda mine, _theirs, _key: _input(cycle=mine.cycles[which], **more)


PAYING: Mapping[str, Mapping[str, Build]] = {
    "Query.approvals": {"": lambda *_: {}},
    "Query.agreements": {"": lambda *_: {}},
    "Query.agreementBefore": {
        "of a campaign": lambda _mine, theirs, _key: {"subject": theirs.draft},
        "of a reward": lambda _mine, theirs, _key: {"subject": theirs.ids["reward_draft"]},
        "of a scheme": lambda _mine, theirs, _key: {"subject": theirs.ids["bonus_scheme"]},
    },
    "Query.settlementPayments": {
        "": lambda *_: {"first": 20},
        "of a cycle": lambda mine, _theirs, _key: {"first": 20, "cycle": mine.cycles["settled"], "states": ["PLANNED"]},
    },
    "Query.bankOrders": {"": lambda mine, _theirs, _key: {"cycle": mine.cycles["settled"]}},
    "Query.paymentAgeing": {"": lambda *_: {}},
    "Query.partnerCredits": {"": lambda *_: {}},
    "Query.bankStatements": {"": lambda *_: {"first": 5}},
    "Query.bankWorklist": {"": lambda *_: {"first": 5}},
    "Mutation.cycleInstruct": {"": _of("drafted", plan="THROUGH_OPERATOR")},
    "Mutation.paymentsRelease": {"": _of("drafted")},
    "Mutation.bankFileImport": {"": lambda *_: _input(content="PHhtbC8+")},
    "Mutation.paymentConfirm": {
        "": lambda _mine, theirs, _key: _input(payment=theirs.payment, receivedOn=f"{NOW.date()}")
    },
    "Mutation.paymentWriteOffAsk": {"": lambda _mine, theirs, _key: _input(payment=theirs.payment, reason="too old")},
    "Mutation.paymentWriteOff": {"": lambda _mine, theirs, _key: _input(payment=theirs.payment)},
    "Mutation.partnerCreditAsk": {"": lambda _mine, theirs, _key: _input(credit=theirs.credit, use="ADJUST")},
    "Mutation.partnerCreditUse": {"": lambda _mine, theirs, _key: _input(credit=theirs.credit)},
    "Mutation.bankEntryMatch": {
        "": lambda _mine, theirs, _key: _input(entry=theirs.bank_entry, payments=[theirs.payment])
    },
    "Mutation.bankEntryConfirm": {"": lambda _mine, theirs, _key: _input(entry=theirs.bank_entry)},
    "Mutation.bankEntryUnmatch": {"": lambda _mine, theirs, _key: _input(entry=theirs.bank_entry)},
}
