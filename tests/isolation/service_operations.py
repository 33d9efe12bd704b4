"""An example for each root field about products, registrations and cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.serving import ARTICLE
from tests.isolation.shop import NOW

Build = Callable[[Names, Names, str], dict[str, Any]]

_SPAN = {"since": (NOW - timedelta(days=90)).isoformat(), "until": NOW.isoformat()}
_TERMS = {"names": [{"language": "en", "text": "Lamp"}]}


def _put(**said: Any) -> dict[str, Any]:
    return {"input": said}


def _case(name: str, **more: Any) -> Build:
    return lambda _mine, theirs, key: _put(case=theirs.case, idempotencyKey=f"{name}-{key}"[:64], **more)


SERVICE: Mapping[str, Mapping[str, Build]] = {
    "Query.productInformation": {
        "": lambda *_: {"maker": "birch", "article": ARTICLE},
        "by bar code": lambda *_: {"gtin": "4750000000017"},
    },
    "Query.partnerProductInformations": {"": lambda *_: {"first": 10}},
    "Query.productAuthenticity": {"": lambda *_: {"maker": "birch", "serial": "NOBODYS1"}},
    "Query.registrationCounts": {"": lambda *_: {}},
    "Query.myProducts": {"": lambda *_: {"first": 10}, "ended too": lambda *_: {"first": 10, "ended": True}},
    "Query.myCases": {"": lambda *_: {"first": 10}},
    "Query.cases": {
        "": lambda *_: {"first": 10},
        "mine": lambda *_: {"first": 10, "mine": True, "kinds": ["WARRANTY"], "states": ["ANSWERED"]},
        "overdue": lambda *_: {"first": 10, "overdue": True},
    },
    "Query.case": {"": lambda _mine, theirs, _key: {"id": theirs.case}},
    "Query.caseRoutes": {"": lambda *_: {}},
    "Query.serviceHours": {"": lambda *_: {}},
    "Query.partnerSides": {
        "": lambda mine, _theirs, _key: {"cycle": mine.cycles["settled"]},
        "of a partner": lambda mine, theirs, _key: {"cycle": mine.cycles["open"], "partner": theirs.partner},
    },
    "Query.caseResponses": {"": lambda *_: _SPAN},
    "Mutation.productInformationTell": {
        "": lambda _mine, _theirs, key: _put(article=f"T{key[-12:]}", terms=_TERMS, open=False)
    },
    "Mutation.productRecall": {
        "": lambda _mine, _theirs, key: _put(
            idempotencyKey=key, article=ARTICLE, todo=[{"language": "en", "text": "Bring it back."}]
        )
    },
    "Mutation.productSerialsList": {"": lambda *_: _put(article=ARTICLE, serials=[{"serial": "FRESH0001"}])},
    "Mutation.myProductRegister": {"": lambda *_: _put(maker="birch", article=ARTICLE, serial="MINE-0001")},
    "Mutation.productRegister": {
        "": lambda _mine, theirs, _key: _put(
            member={"id": theirs.member}, maker="amber", article=ARTICLE, serial="THEIRS-0001"
        )
    },
    "Mutation.myProductOffer": {"": lambda _mine, theirs, _key: _put(registration=theirs.registration)},
    "Mutation.myProductTake": {"": lambda *_: _put(code="ABCD-EFGH-JKLM")},
    "Mutation.myCaseOpen": {
        "": lambda _mine, _theirs, key: _put(idempotencyKey=key, words="Is it good?"),
        "of a product": lambda _mine, theirs, key: _put(
            idempotencyKey=f"{key}-p"[:64], words="Is it good?", registration=theirs.registration, kind="WARRANTY"
        ),
        "of a purchase": lambda _mine, theirs, key: _put(
            idempotencyKey=f"{key}-b"[:64], words="Is it good?", purchase=theirs.purchase
        ),
    },
    "Mutation.caseOpen": {
        "": lambda _mine, _theirs, key: _put(idempotencyKey=key, words="Is it good?"),
        "of a member": lambda _mine, theirs, key: _put(
            idempotencyKey=f"{key}-m"[:64], words="Is it good?", member={"id": theirs.member}
        ),
        "of a purchase": lambda _mine, theirs, key: _put(
            idempotencyKey=f"{key}-b"[:64], words="Is it good?", purchase=theirs.purchase
        ),
    },
    "Mutation.caseSay": {"": _case("say", words="Hello?"), "a note": _case("note", words="Hm.", note=True)},
    "Mutation.caseHandOver": {
        "": lambda _mine, theirs, key: _put(
            case=theirs.case, to=theirs.partner, words="Yours.", idempotencyKey=f"over-{key}"[:64]
        )
    },
    "Mutation.caseGoodwill": {"": lambda _mine, theirs, _key: _put(case=theirs.case, points="5", reason="Sorry")},
    "Mutation.caseClose": {"": _case("close")},
    "Mutation.caseRouteSet": {"": lambda *_: _put(kind="QUESTION", answers="SHOP")},
    "Mutation.serviceHoursSet": {"": lambda *_: _put(zone="UTC")},
    "Mutation.myProductGiveUp": {"": lambda _mine, theirs, _key: _put(registration=theirs.registration)},
}
