"""An example of each topic's values: to look at templates, and to try them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.messages.topics import StaffTopic, Topic

SAMPLES: Mapping[Topic, Mapping[str, Any]] = {
    Topic.WELCOME: {"partner": "Amber Market"},
    Topic.POINTS_EARNED: {
        "points": 1240,
        "partner": "Amber Market",
        "campaigns": ["A point for each euro", "Double points on coffee"],
        "sponsors": ["Cedar Coffee"],
        "waiting": 1240,
        "waits_until": "2026-12-06T22:00:00+00:00",
    },
    Topic.POINTS_RELEASED: {"points": 21},
    Topic.POINTS_EXPIRING: {
        "points": 310,
        "first_at": "2026-12-05T22:00:00+00:00",
        "last_at": "2026-12-30T22:00:00+00:00",
        "reward": {"en": "A free breakfast", "lv": "Bezmaksas brokastis"},
        "price": 300,
    },
    Topic.POINTS_SPENT: {"points": 300, "partner": "Birch Bakery", "reward": {"en": "A free breakfast"}},
    Topic.POINTS_GIVEN_BACK: {"points": 300, "partner": "Birch Bakery"},
    Topic.REWARD_IN_REACH: {
        "reward": {"en": "A free breakfast", "lv": "Bezmaksas brokastis"},
        "price": 300,
        "balance": 312,
        "partner": "Birch Bakery",
    },
    Topic.VOUCHER_ISSUED: {
        "voucher": "5 € off",
        "partner": "Amber Market",
        "expires_at": "2026-12-30T22:00:00+00:00",
    },
    Topic.VOUCHER_ENDING: {
        "voucher": "5 € off",
        "partner": "Amber Market",
        "expires_at": "2026-12-30T22:00:00+00:00",
    },
    Topic.TIER_CHANGED: {
        "tier": "Gold",
        "before": "Silver",
        "programme": "Amber Club",
        "until": "2027-12-31T21:59:59+00:00",
    },
    Topic.BIRTHDAY: {"points": 50, "partner": "Birch Bakery"},
    Topic.SURVEY: {
        "survey": {"en": "Your visit", "lv": "Jūsu apmeklējums"},
        "partner": "Birch Bakery",
        "expires_at": "2026-12-30T22:00:00+00:00",
    },
    Topic.ACTIVITY_INVITATION: {
        "activity": {"en": "Cheese night", "lv": "Siera vakars"},
        "partner": "Birch Bakery",
        "starts_at": "2026-12-04T16:00:00+00:00",
        "place": "Old Mill",
    },
    Topic.ACTIVITY_PLACE: {
        "activity": {"en": "Cheese night", "lv": "Siera vakars"},
        "partner": "Birch Bakery",
        "starts_at": "2026-12-04T16:00:00+00:00",
        "place": "Old Mill",
        "news": "MOVED_UP",
    },
    Topic.REFERRAL: {"news": "REWARDED"},
    Topic.CONSENT_GIVEN: {"partner": "Amber Market", "purposes": ["BALANCE", "OFFERS"]},
    Topic.RECALL: {
        "product": {"en": "Kettle K1", "lv": "Tējkanna K1"},
        "partner": "Cedar Works",
        "lots": ["L-2026-07"],
        "todo": {"en": "Do not plug it in; bring it to any shop.", "lv": "Neieslēdziet to; nododiet jebkurā veikalā."},
    },
    Topic.PARTNER_LEAVING: {
        "partner": "Birch Bakery",
        "earning_until": "2027-01-31T22:00:00+00:00",
        "spending_until": "2027-04-30T21:00:00+00:00",
    },
    Topic.COALITION_ENDING: {
        "earning_until": "2027-01-31T22:00:00+00:00",
        "spending_until": "2027-04-30T21:00:00+00:00",
    },
}

STAFF_SAMPLES: Mapping[StaffTopic, Mapping[str, Any]] = {
    StaffTopic.SETTLEMENT_READY: {"cycle": "2026-11", "answer_until": "2026-12-10T22:00:00+00:00"},
    StaffTopic.ANSWER_DUE: {"cycle": "2026-11", "answer_until": "2026-12-10T22:00:00+00:00"},
    StaffTopic.DISPUTE_MOVED: {
        "amount": {"amount": "1240.50", "currency": "EUR"},
        "cycle": "2026-11",
        "state": "ANSWERED",
        "due_at": "2026-12-10T22:00:00+00:00",
    },
    StaffTopic.PAYMENT_OVERDUE: {
        "amount": {"amount": "1240.50", "currency": "EUR"},
        "reference": "RF18 5390 0754 7034",
        "due_on": "2026-12-01",
    },
    StaffTopic.MEANS_LOW: {"means": "PREPAID"},
    StaffTopic.BUDGET_LOW: {"campaign": "Double points on coffee"},
}


def sample(topic: Topic | StaffTopic) -> Mapping[str, Any]:
    """An example of a topic's values."""
    return SAMPLES[topic] if isinstance(topic, Topic) else STAFF_SAMPLES[topic]
