"""An example, or several, for every root field: what one would ask for with the names of some things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.isolation import contract_operations
from tests.isolation.action_operations import ACTIONS
from tests.isolation.activity_operations import ACTIVITIES
from tests.isolation.allowance_operations import ALLOWANCES
from tests.isolation.backtest_operations import BACKTESTS
from tests.isolation.bonus_operations import BONUSES, BUSINESS
from tests.isolation.code_operations import CODES
from tests.isolation.coupon_operations import COUPONS
from tests.isolation.message_operations import MESSAGES
from tests.isolation.names import CYCLES, KNOWN_TO_ALL, PRIVATE, Names
from tests.isolation.paying_operations import PAYING
from tests.isolation.people_operations import PEOPLE
from tests.isolation.record_operations import RECORDS
from tests.isolation.referral_operations import REFERRALS
from tests.isolation.review_operations import REVIEWS
from tests.isolation.reward_operations import REDEEMING, REWARDS
from tests.isolation.segment_operations import SEGMENTS
from tests.isolation.selling_operations import SELLING
from tests.isolation.service_operations import SERVICE
from tests.isolation.settling_operations import SETTLING
from tests.isolation.shop import NOW
from tests.isolation.survey_operations import SURVEYS
from tests.isolation.tier_operations import TIERS
from tests.isolation.trade_in_operations import TRADE_INS

Variables = dict[str, Any]
Build = Callable[[Names, Names, str], Variables]
"""From one's own names, the names of what is asked for, and an idempotency key."""


@dataclass(frozen=True, slots=True, repr=False)
class Example:
    """One way to ask."""

    field: str
    what: str
    build: Build

    def variables(self, mine: Names, theirs: Names, *, run: str = "") -> Variables:
        """What to send; each example has idempotency keys of its own, the same in each repetition of a run."""
        return self.build(mine, theirs, sha256(f"{self} {run}".encode()).hexdigest()[:24].upper())

    @property
    def names_others(self) -> bool:
        """Whether it names things that may be somebody else's own."""
        one, other, own = _anything("one"), _anything("other"), _anything("own")
        return self.build(own, one, "key") != self.build(own, other, "key")

    def __str__(self) -> str:
        return f"{self.field} {self.what}".strip()

    def __repr__(self) -> str:
        return f"<{self}>"


def _anything(word: str) -> Names:
    words = {one.name: word for one in fields(Names) if one.name not in {"ids", "cycles"}}
    return Names(ids=dict.fromkeys(PRIVATE, word), cycles=dict.fromkeys(CYCLES, word), **words)


def _put(**values: Any) -> Variables:
    return {"input": values}


def _lines() -> list[Variables]:
    return [{"sku": "amber-made", "amount": "12.00"}, {"sku": "QuAmberOwn", "amount": "5.50", "quantity": "2"}]


def _purchase(member: Variables, outlet: str, key: str, **more: Any) -> Variables:
    return {
        "member": member,
        "outletCode": outlet,
        "currency": "USD",
        "lines": _lines(),
        "idempotencyKey": key,
        **more,
    }


def _terms(mine: Names, **changes: Any) -> Variables:
    return {
        "name": "Two for one",
        "rule": {"flat": {"points": "10"}},
        "partners": [mine.partner],
        "sponsors": [{"partner": mine.partner}],
        "startsAt": NOW.isoformat(),
        **changes,
    }


def _movement(key: str) -> Variables:
    return {"idempotencyKey": key, "amount": "12.00", "valueOn": NOW.date().isoformat(), "note": "tests"}


def _cycle(which: str, **more: Any) -> Build:
    return lambda mine, _theirs, _key: _put(cycle=mine.cycles[which], **more)


_HEARS = "subscription { events { id kind cursor member { id } } }"

_NODES = tuple(name for name in PRIVATE if name not in {*KNOWN_TO_ALL, "movement"})

_ALONE = (
    *("Query.serverTime", "Query.viewer", "Query.rateLimit", "Query.coalition", "Query.me"),
    *("Query.runningPosition", "Query.webhooks", "Subscription.myWalletChanged"),
)

_NAMELESS: Mapping[str, Mapping[str, Build]] = {
    **contract_operations.NAMELESS,
    **{field: {"": lambda *_: {}} for field in _ALONE},
    "Query.partners": {"": lambda *_: {"first": 10}},
    "Query.myLinks": {"": lambda *_: {"first": 20}},
    "Query.consentTexts": {"": lambda mine, _theirs, _key: {"partner": mine.partner, "language": "lv"}},
    "Query.partnerProducts": {"": lambda *_: {"first": 20}},
    "Query.productGroups": {"": lambda *_: {}},
    "Query.partnerMadeProducts": {"": lambda *_: {"first": 20}},
    "Query.partnerCampaigns": {
        "": lambda *_: {"first": 20},
        "drafts": lambda *_: {"first": 20, "states": ["DRAFT"]},
    },
    "Query.cycles": {"": lambda *_: {"first": 5}},
    "Query.disputes": {
        "": lambda *_: {"first": 20},
        "mine": lambda *_: {"first": 20, "mine": True},
    },
    "Query.reserve": {"": lambda *_: {}, "once": lambda *_: {"asOf": (NOW - timedelta(hours=1)).isoformat()}},
    "Mutation.reserveDeposit": {"": lambda _mine, _theirs, key: _put(**_movement(key))},
    "Mutation.reserveRelease": {"": lambda _mine, _theirs, key: _put(**_movement(key))},
    "Mutation.reserveEvaluate": {"": lambda *_: _put(note="tests")},
    "Mutation.partnerAdmit": {
        "": lambda _mine, _theirs, key: _put(
            slug=f"p{key[-12:].lower()}", name="New", roles=["RETAILER"], hue=1, country="LV", company="New SIA"
        )
    },
    "Mutation.clockAdvance": {"": lambda *_: _put(to=(NOW + timedelta(minutes=1)).isoformat())},
    "Mutation.memberEnrol": {
        "": lambda _mine, _theirs, key: _put(idempotencyKey=key, cardNumber=key.replace("-", ""), consents=["BALANCE"])
    },
    "Mutation.consentGive": {
        "": lambda mine, _theirs, _key: _put(partner=mine.partner, purposes=["BALANCE", "HISTORY"], textVersion=1)
    },
    "Mutation.testMembersCreate": {"": lambda _mine, _theirs, key: _put(idempotencyKey=key, count=2)},
    "Mutation.productsFeed": {"": lambda *_: _put(products=[{"sku": "fed", "name": "Fed"}])},
    "Mutation.cycleCutOff": {"": _cycle("settled")},
    "Mutation.cycleCompute": {"": _cycle("settled")},
    "Mutation.cyclePropose": {"": _cycle("settled", daysToAnswer=0)},
    "Mutation.cycleApprove": {"": _cycle("settled")},
    "Mutation.cycleVoid": {"": _cycle("open", reason="wrong")},
    "Mutation.statementAccept": {"": _cycle("settled"), "draft": _cycle("drafted")},
    "Query.events": {"": lambda *_: {"first": 100}},
    "Subscription.events": {"": lambda *_: {"after": ""}},
}

_NAMING: Mapping[str, Mapping[str, Build]] = {
    **contract_operations.NAMING,
    "Query.clients": {
        "own": lambda *_: {"first": 10},
        "of a partner": lambda _mine, theirs, _key: {"first": 10, "partner": theirs.partner},
    },
    "Query.clientCeiling": {
        "own": lambda *_: {},
        "of a partner": lambda _mine, theirs, _key: {"partner": theirs.partner},
    },
    "Query.people": {
        "own": lambda *_: {"first": 10},
        "of a partner": lambda _mine, theirs, _key: {"first": 10, "partner": theirs.partner},
    },
    "Query.auditTrail": {
        "": lambda *_: {"first": 100},
        "of a partner": lambda _mine, theirs, _key: {"first": 100, "partner": theirs.partner},
        "about a client": lambda _mine, theirs, _key: {"first": 100, "subject": theirs.client},
    },
    "Query.webhook": {"": lambda _mine, theirs, _key: {"id": theirs.webhook}},
    "Query.webhookPreview": {
        "": lambda _mine, theirs, _key: _put(client=theirs.client, document=_HEARS),
        "of an event": lambda mine, theirs, _key: _put(client=mine.client, document=_HEARS, event=theirs.event),
    },
    "Query.node": {name: lambda _mine, theirs, _key, name=name: {"id": theirs.ids[name]} for name in _NODES},  # type: ignore[misc]
    "Query.nodes": {"": lambda _mine, theirs, _key: {"ids": [theirs.ids[name] for name in _NODES]}},
    "Query.member": {
        "by id": lambda _mine, theirs, _key: {"ref": {"id": theirs.member}},
        "of both shops": lambda _mine, theirs, _key: {"ref": {"id": theirs.stranger}},
        "by the shop's number": lambda _mine, theirs, _key: {"ref": {"externalId": theirs.external_id}},
    },
    "Query.campaignResults": {
        "own or shared": lambda _mine, theirs, _key: {"campaign": theirs.campaign, "bucket": "HOUR"},
        "a draft": lambda _mine, theirs, _key: {"campaign": theirs.draft, "bucket": "DAY"},
    },
    "Query.campaignVersions": {
        "own or shared": lambda _mine, theirs, _key: {"campaign": theirs.campaign},
        "a draft": lambda _mine, theirs, _key: {"campaign": theirs.draft},
    },
    "Query.campaign": {
        "live": lambda _mine, theirs, _key: {"id": theirs.campaign},
        "draft": lambda _mine, theirs, _key: {"id": theirs.draft},
        "a version": lambda _mine, theirs, _key: {"id": theirs.draft, "version": 1},
    },
    "Query.purchasePreview": {
        "of a member": lambda mine, theirs, _key: {
            "basket": {
                "outletCode": mine.outlet_code,
                "currency": "USD",
                "lines": _lines(),
                "member": {"id": theirs.member},
            }
        },
        "at a till": lambda _mine, theirs, _key: {
            "basket": {"outletCode": theirs.outlet_code, "currency": "USD", "lines": _lines()}
        },
    },
    "Query.purchase": {"": lambda _mine, theirs, _key: {"id": theirs.purchase}},
    "Query.redemption": {
        "made": lambda _mine, theirs, _key: {"id": theirs.redemption},
        "held": lambda _mine, theirs, _key: {"id": theirs.hold},
    },
    "Query.cycle": {
        "settled": lambda mine, _theirs, _key: {"id": mine.cycles["settled"]},
        "settled without somebody": lambda mine, _theirs, _key: {"id": mine.cycles["failed"]},
        "draft": lambda mine, _theirs, _key: {"id": mine.cycles["drafted"]},
        "by another's id": lambda _mine, theirs, _key: {"id": theirs.statement},
    },
    "Query.statement": {
        "": lambda mine, theirs, _key: {"cycle": mine.cycles["settled"], "partner": theirs.partner},
        "set aside": lambda mine, theirs, _key: {"cycle": mine.cycles["failed"], "partner": theirs.partner},
        "draft": lambda mine, theirs, _key: {"cycle": mine.cycles["drafted"], "partner": theirs.partner},
        "own": lambda mine, _theirs, _key: {"cycle": mine.cycles["settled"]},
    },
    "Query.liability": {
        "own": lambda *_: {},
        "of a partner": lambda _mine, theirs, _key: {"sponsor": theirs.partner},
    },
    "Query.rollForward": {
        "own": lambda *_: {},
        "of a partner": lambda mine, theirs, _key: {"sponsor": theirs.partner, "cycle": mine.cycles["settled"]},
    },
    "Query.deferredRevenue": {
        "own": lambda *_: {},
        "of a partner": lambda _mine, theirs, _key: {"partner": theirs.partner},
    },
    "Mutation.reserveReleaseApprove": {"": lambda _mine, theirs, _key: _put(movement=theirs.contract)},
    "Query.lineProof": {
        "": lambda _mine, theirs, _key: {"id": theirs.line},
        "set aside": lambda _mine, theirs, _key: {"id": theirs.line_aside},
    },
    "Query.statementLine": {
        "": lambda _mine, theirs, _key: {"id": theirs.line},
        "set aside": lambda _mine, theirs, _key: {"id": theirs.line_aside},
    },
    "Query.invoice": {"": lambda _mine, theirs, _key: {"id": theirs.invoice}},
    **RECORDS,
    "Query.dispute": {"": lambda _mine, theirs, _key: {"id": theirs.dispute}},
    "Query.disputeEvidenceContent": {"": lambda _mine, theirs, _key: {"id": theirs.evidence}},
    "Mutation.disputeRaise": {
        "": lambda _mine, theirs, key: _put(line=theirs.line, reason="PRICE", amount="0.01", idempotencyKey=key),
    },
    "Mutation.disputeAnswer": {"": lambda _mine, theirs, _key: _put(dispute=theirs.dispute, words="No")},
    "Mutation.disputeEscalate": {"": lambda _mine, theirs, _key: _put(dispute=theirs.dispute)},
    "Mutation.disputeAddEvidence": {
        "": lambda _mine, theirs, _key: _put(dispute=theirs.dispute, name="note", words="Look at this")
    },
    "Mutation.disputeDecide": {
        "": lambda _mine, theirs, _key: _put(dispute=theirs.dispute, upheld="0.01", reasons="So it is")
    },
    "Mutation.disputeWithdraw": {"": lambda _mine, theirs, _key: _put(dispute=theirs.dispute)},
    "Mutation.partnerChangeStatus": {"": lambda _mine, theirs, _key: _put(partner=theirs.contract, status="ACTIVE")},
    "Mutation.outletsOpen": {
        "": lambda _mine, theirs, key: _put(
            partner=theirs.partner, outlets=[{"code": key[-10:], "name": "Shop", "timeZone": "UTC"}]
        )
    },
    "Mutation.memberIdentify": {
        "": lambda _mine, theirs, key: _put(member={"id": theirs.member}, cardNumber=key.replace("-", ""))
    },
    "Mutation.memberConsent": {
        "by id": lambda _mine, theirs, _key: _put(member={"id": theirs.member}, purposes=["BALANCE"]),
        "by the shop's number": lambda _mine, theirs, _key: _put(
            member={"externalId": theirs.external_id}, purposes=["BALANCE"]
        ),
    },
    "Mutation.grantRevoke": {"": lambda _mine, theirs, _key: _put(grant=theirs.grant)},
    "Mutation.linkRevoke": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner)},
    "Mutation.consentRevoke": {"": lambda _mine, theirs, _key: _put(partner=theirs.partner, purpose="HISTORY")},
    "Mutation.campaignDraft": {
        "": lambda mine, _theirs, _key: _put(terms=_terms(mine)),
        "at another's outlet": lambda mine, theirs, _key: _put(terms=_terms(mine, outlets=[theirs.outlet])),
    },
    "Mutation.campaignChange": {"": lambda mine, theirs, _key: _put(campaign=theirs.draft, terms=_terms(mine))},
    "Mutation.campaignAgree": {"": lambda _mine, theirs, _key: _put(campaign=theirs.draft, fingerprint="00")},
    "Mutation.campaignPublish": {"": lambda _mine, theirs, _key: _put(campaign=theirs.draft)},
    "Mutation.campaignPause": {"": lambda _mine, theirs, _key: _put(campaign=theirs.campaign)},
    "Mutation.campaignResume": {"": lambda _mine, theirs, _key: _put(campaign=theirs.campaign)},
    "Mutation.purchaseRecord": {
        "": lambda mine, theirs, key: _put(**_purchase({"id": theirs.member}, mine.outlet_code, key)),
        "at a till": lambda mine, theirs, key: _put(**_purchase({"id": mine.member}, theirs.outlet_code, key)),
        "of both shops": lambda mine, theirs, key: _put(**_purchase({"id": theirs.stranger}, mine.outlet_code, key)),
        "by the shop's number": lambda mine, theirs, key: _put(
            **_purchase({"externalId": theirs.external_id}, mine.outlet_code, key)
        ),
    },
    "Mutation.purchasesRecord": {
        "": lambda mine, theirs, key: _put(
            purchases=[
                _purchase({"id": theirs.guest}, mine.outlet_code, f"{key}-1"),
                _purchase({"id": theirs.member}, theirs.outlet_code, f"{key}-2"),
            ]
        )
    },
    "Mutation.purchaseReturn": {
        "by id": lambda _mine, theirs, key: _put(purchase=theirs.purchase, idempotencyKey=key),
        "by receipt": lambda _mine, theirs, key: _put(receiptNumber=theirs.receipt_number, idempotencyKey=key),
        "by receipt and member": lambda mine, theirs, key: _put(
            receiptNumber=theirs.receipt_number, member={"id": mine.member}, idempotencyKey=f"{key}-m"
        ),
    },
    "Mutation.redemptionMake": {
        "": lambda _mine, theirs, key: _put(member={"id": theirs.member}, points="3", idempotencyKey=key),
        "too much": lambda _mine, theirs, key: _put(
            member={"id": theirs.stranger}, points="99999999", idempotencyKey=key
        ),
        "of both shops": lambda _mine, theirs, key: _put(
            member={"id": theirs.stranger}, points="7", idempotencyKey=key
        ),
        "at a till": lambda mine, theirs, key: _put(
            member={"id": mine.member}, points="3", idempotencyKey=f"{key}-t", outletCode=theirs.outlet_code
        ),
    },
    "Mutation.redemptionAuthorize": {
        "": lambda _mine, theirs, key: _put(member={"id": theirs.member}, points="3", idempotencyKey=key)
    },
    "Mutation.redemptionCapture": {
        "": lambda _mine, theirs, key: _put(redemption=theirs.hold, points="1", idempotencyKey=key)
    },
    "Mutation.redemptionVoid": {"": lambda _mine, theirs, key: _put(redemption=theirs.hold, idempotencyKey=key)},
    "Mutation.redemptionReverse": {
        "made": lambda _mine, theirs, key: _put(redemption=theirs.redemption, points="1", idempotencyKey=key),
        "held": lambda _mine, theirs, key: _put(redemption=theirs.hold, idempotencyKey=f"{key}-h"),
    },
    "Mutation.adjustmentRequest": {
        "": lambda mine, theirs, _key: _put(
            member={"id": theirs.member}, partner=mine.partner, points="5", reason="Sorry for the wait"
        ),
        "at another's expense": lambda mine, theirs, _key: _put(
            member={"id": mine.member}, partner=theirs.partner, points="5", reason="Sorry for the wait"
        ),
    },
    "Mutation.adjustmentApprove": {"": lambda _mine, theirs, _key: _put(adjustment=theirs.adjustment)},
    "Mutation.membersMerge": {
        "": lambda mine, theirs, _key: _put(
            source={"id": theirs.guest}, target={"id": mine.member}, partner=mine.partner
        ),
        "away": lambda mine, theirs, _key: _put(
            source={"id": mine.guest}, target={"id": theirs.member}, partner=mine.partner
        ),
    },
    "Mutation.campaignRevealSeed": {"": lambda _mine, theirs, _key: _put(campaign=theirs.campaign)},
    "Mutation.campaignEnd": {"": lambda _mine, theirs, _key: _put(campaign=theirs.campaign)},
}

EXAMPLES: tuple[Example, ...] = tuple(
    Example(field, what, build)
    for registry in (
        _NAMELESS,
        _NAMING,
        PEOPLE,
        SETTLING,
        PAYING,
        ALLOWANCES,
        REFERRALS,
        REVIEWS,
        TRADE_INS,
        ACTIVITIES,
        BUSINESS,
        BONUSES,
        SURVEYS,
        SEGMENTS,
        TIERS,
        REDEEMING,
        REWARDS,
        COUPONS,
        BACKTESTS,
        ACTIONS,
        SERVICE,
        SELLING,
        CODES,
        MESSAGES,
    )
    for field, builds in registry.items()
    for what, build in builds.items()
)
"""Reads and writes of every root field; run in this order, each finds what it needs."""
