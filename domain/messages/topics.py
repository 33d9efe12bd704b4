"""What members and partners' people are told of: each topic with when it is told, and what its words may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a message is about; a member's preferences switch topics."""

    WELCOME = "WELCOME"
    """The member joined."""
    POINTS_EARNED = "POINTS_EARNED"
    """Points were earned, or given."""
    POINTS_RELEASED = "POINTS_RELEASED"
    """Points that waited can be spent."""
    POINTS_EXPIRING = "POINTS_EXPIRING"
    """Points end soon."""
    POINTS_SPENT = "POINTS_SPENT"
    """Points were spent."""
    POINTS_GIVEN_BACK = "POINTS_GIVEN_BACK"
    """Spent points came back."""
    REWARD_IN_REACH = "REWARD_IN_REACH"
    """There are enough points for a reward now."""
    VOUCHER_ISSUED = "VOUCHER_ISSUED"
    """The member was given a voucher."""
    VOUCHER_ENDING = "VOUCHER_ENDING"
    """A voucher that was not used ends soon."""
    TIER_CHANGED = "TIER_CHANGED"
    """The member stands in another tier."""
    BIRTHDAY = "BIRTHDAY"
    """It is the member's birthday, and it earned something."""
    SURVEY = "SURVEY"
    """The member is asked a survey."""
    ACTIVITY_INVITATION = "ACTIVITY_INVITATION"
    """The member is invited to a tasting, a presentation or an event."""
    ACTIVITY_PLACE = "ACTIVITY_PLACE"
    """The member got a place that became free, or is reminded of its own."""
    REFERRAL = "REFERRAL"
    """A friend came, or the reward for one."""
    CONSENT_GIVEN = "CONSENT_GIVEN"
    """The member allowed a partner something, itself or at a counter."""
    RECALL = "RECALL"
    """A maker calls back a product that the member has."""
    PARTNER_LEAVING = "PARTNER_LEAVING"
    """A partner that knows the member leaves."""
    COALITION_ENDING = "COALITION_ENDING"
    """The programme ends."""


class StaffTopic(StrEnum):
    """What a message to a partner's people is about."""

    SETTLEMENT_READY = "SETTLEMENT_READY"
    """A statement waits for the partner's answer."""
    ANSWER_DUE = "ANSWER_DUE"
    """The time to answer a statement runs out."""
    DISPUTE_MOVED = "DISPUTE_MOVED"
    """A dispute was raised or moved on."""
    PAYMENT_OVERDUE = "PAYMENT_OVERDUE"
    """The partner has not paid in time."""
    MEANS_LOW = "MEANS_LOW"
    """Few prepaid points are left, or little of the credit limit."""
    BUDGET_LOW = "BUDGET_LOW"
    """Little is left of a campaign's budget."""


class Kind(StrEnum):
    """How a value is written."""

    COUNT = "COUNT"
    MONEY = "MONEY"
    DAY = "DAY"
    LAST_DAY = "LAST_DAY"
    """The day before the instant at which something ends."""
    NAME = "NAME"
    NAMES = "NAMES"
    WORD = "WORD"
    """One of a few words that every language has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What goes for a topic."""

    values: Mapping[str, Kind]
    """What its words are filled with; what is in no message of the topic is never named."""
    marketing: bool = False
    """Tells what a member may like rather than what is its own: only with consent, within bounds, in its words."""
    mailed: bool = True
    """Whether it is mailed to members who did not say."""


_POINTS = {"points": Kind.COUNT}
_AT = {**_POINTS, "partner": Kind.NAME}
_ACTIVITY = {"activity": Kind.NAME, "partner": Kind.NAME, "starts_at": Kind.DAY, "place": Kind.NAME}
_DAYS = {"earning_until": Kind.LAST_DAY, "spending_until": Kind.LAST_DAY}

TOPICS: Mapping[Topic, About] = {
    Topic.WELCOME: About(values={"partner": Kind.NAME}),
    Topic.POINTS_EARNED: About(
        values={**_AT, "waiting": Kind.COUNT, "waits_until": Kind.DAY, "sponsors": Kind.NAMES, "campaigns": Kind.NAMES},
        mailed=False,
    ),
    Topic.POINTS_RELEASED: About(values=_POINTS, mailed=False),
    Topic.POINTS_EXPIRING: About(
        values={
            **_POINTS,
            "first_at": Kind.LAST_DAY,
            "last_at": Kind.LAST_DAY,
            "reward": Kind.NAME,
            "price": Kind.COUNT,
        }
    ),
    Topic.POINTS_SPENT: About(values={**_AT, "reward": Kind.NAME}, mailed=False),
    Topic.POINTS_GIVEN_BACK: About(values=_AT, mailed=False),
    Topic.REWARD_IN_REACH: About(
        values={"reward": Kind.NAME, "price": Kind.COUNT, "balance": Kind.COUNT, "partner": Kind.NAME}, marketing=True
    ),
    Topic.VOUCHER_ISSUED: About(values={"voucher": Kind.NAME, "partner": Kind.NAME, "expires_at": Kind.LAST_DAY}),
    Topic.VOUCHER_ENDING: About(
        values={"voucher": Kind.NAME, "partner": Kind.NAME, "expires_at": Kind.LAST_DAY}, marketing=True
    ),
    Topic.TIER_CHANGED: About(
        values={"tier": Kind.NAME, "before": Kind.NAME, "programme": Kind.NAME, "until": Kind.LAST_DAY}
    ),
    Topic.BIRTHDAY: About(
        values={**_AT, "waiting": Kind.COUNT, "waits_until": Kind.DAY, "sponsors": Kind.NAMES, "campaigns": Kind.NAMES},
        marketing=True,
    ),
    Topic.SURVEY: About(
        values={"survey": Kind.NAME, "partner": Kind.NAME, "expires_at": Kind.LAST_DAY}, marketing=True
    ),
    Topic.ACTIVITY_INVITATION: About(values=_ACTIVITY, marketing=True),
    Topic.ACTIVITY_PLACE: About(values={**_ACTIVITY, "news": Kind.WORD}),
    Topic.REFERRAL: About(values={"news": Kind.WORD}),
    Topic.CONSENT_GIVEN: About(values={"partner": Kind.NAME, "purposes": Kind.NAMES}),
    Topic.RECALL: About(values={"product": Kind.NAME, "partner": Kind.NAME, "lots": Kind.NAMES, "todo": Kind.NAME}),
    Topic.PARTNER_LEAVING: About(values={"partner": Kind.NAME, **_DAYS}),
    Topic.COALITION_ENDING: About(values=_DAYS),
}

STAFF_TOPICS: Mapping[StaffTopic, About] = {
    StaffTopic.SETTLEMENT_READY: About(values={"cycle": Kind.NAME, "answer_until": Kind.LAST_DAY}),
    StaffTopic.ANSWER_DUE: About(values={"cycle": Kind.NAME, "answer_until": Kind.LAST_DAY}),
    StaffTopic.DISPUTE_MOVED: About(
        values={"amount": Kind.MONEY, "cycle": Kind.NAME, "state": Kind.WORD, "due_at": Kind.DAY}
    ),
    StaffTopic.PAYMENT_OVERDUE: About(values={"amount": Kind.MONEY, "reference": Kind.NAME, "due_on": Kind.DAY}),
    StaffTopic.MEANS_LOW: About(values={"means": Kind.WORD}),
    StaffTopic.BUDGET_LOW: About(values={"campaign": Kind.NAME}),
}


def about(topic: Topic | StaffTopic) -> About:
    """What goes for a topic."""
    return TOPICS[topic] if isinstance(topic, Topic) else STAFF_TOPICS[topic]
