"""Firms, those who sell for others, and what they come to, in the stories of wholesalers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hansa.storefront import Basket, Card, Line, Recorded, Storefront, new_key
from tests.builders.signing import step
from tests.presets.town import Customer, Town
from tests.presets.trade import do, named, refused

REGISTER = step("businessRegister", "BusinessRegisterInput", "business { id }")
APPROVE = step("businessApprove", "BusinessInput", "business { id }")
INVITE = step("businessInvite", "BusinessInviteInput", "invitation { token }")
JOIN = step("businessJoin", "BusinessJoinInput", "business { name }")
REDEEM = step("businessRewardRedeem", "BusinessRewardRedeemInput", "wallet { available }")
REWARDS = "{ rewards(first: 100) { nodes { id name } } }"
FIRMS = "{ myBusinesses { id name wallet { available } bonuses { given { amount } correction { amount } growth } } }"
STATEMENTS = "{ bonusStatements(first: 20) { nodes { id state } } }"
CHECK = step("bonusStatementsCheck", "BonusStatementsCheckInput", "statements { state }")

PROPOSE = step("sellerPropose", "SellerProposeInput", "seller { id }")
PERMIT = step("sellerPermit", "SellerPermitInput", "permission { skus }")
PARTNERS = "{ partners(first: 50) { nodes { id slug } } }"
MY_SELLERS = "{ mySellers { id outlet { id } } }"
MY_AGREE = step("mySellerAgree", "MySellerInput", "seller { id }")
MY_COURSES = "{ myCourses { id name } }"
START = step("myQuizStart", "MyQuizStartInput", "quiz { id questions { options } }")
ANSWER = step("myQuizAnswer", "MyQuizAnswerInput", "quiz { passed }")
MY_PROGRAMMES = "{ myClaimProgrammes { id terms { name } } }"
CLAIM = step("myClaimMake", "MyClaimMakeInput", "claim { state }")

MY_ACTIVITIES = "{ myActivities { id terms { name } code { code } } }"
ACTIVITIES = "{ jointActivities(first: 20) { nodes { id terms { name } } } }"
COST = step("activityCostEnter", "ActivityCostEnterInput", "cost { label }")
SHARES = """query ($activity: ID!) { activityReport(activity: $activity) {
    transfers { debtor { slug } creditor { slug } money { amount } } } }"""
HOST_CODE = "query ($activity: ID!) { activityHostCode(activity: $activity) { code } }"
MY_PLACE = step("myActivityAnswer", "MyActivityAnswerInput", "activity { state }")
ATTEND = step("attendanceRecord", "AttendanceRecordInput", "came replayed")
MY_ATTEND = step("myAttendance", "MyAttendanceInput", "activity { cameAt }")


@dataclass(kw_only=True)
class Firm:
    """A firm that a wholesaler serves."""

    town: Town
    business: str
    card: Card
    at: str

    async def buys(self, sku: str, quantity: str, amount: str, *, discount: str = "0") -> Recorded:
        """Goods go out to the firm."""
        line = Line(sku, Decimal(amount), Decimal(quantity), Decimal(discount))
        return await self.town.tills[self.at].purchase(_basket(self.town, self.at, self.card, line))


async def a_firm(town: Town, name: str, kind: str, number: str, *, at: str) -> Firm:
    """A firm is registered and approved by whoever serves it."""
    front, card = town.tills[at], f"CARD {number}"
    said = {"name": name, "kind": kind, "registrationNumber": f"LV 4000{number}", "customerNumber": number}
    made = await do(front, REGISTER, idempotencyKey=new_key(), cardNumber=card, **said)
    business = made["business"]["id"]
    await do(front, APPROVE, business=business)
    return Firm(town=town, business=business, card=Card(card), at=at)


async def acts_for(customer: Customer, firm: Firm) -> None:
    """Somebody is let act for a firm."""
    said = {"business": firm.business, "role": "OWNER", "called": customer.name}
    made = await do(customer.town.tills[firm.at], INVITE, **said)
    await customer.home.do(JOIN, token=made["invitation"]["token"])


async def the_firm_has(customer: Customer, points: int, *bonuses: tuple[str, str]) -> None:
    """What is in the wallet of the firm that somebody acts for; each bonus with what it corrects."""
    (firm,) = (await customer.home.ask(FIRMS))["myBusinesses"]
    told = sorted((one["given"]["amount"], one["correction"]["amount"]) for one in firm["bonuses"])
    got = (int(firm["wallet"]["available"]), told)
    assert got == (points, sorted(bonuses)), got


async def takes_for_the_firm(customer: Customer, reward: str) -> None:
    """A reward is had for a firm's points by who acts for it."""
    (firm,) = (await customer.home.ask(FIRMS))["myBusinesses"]
    found = (await customer.home.ask(REWARDS))["rewards"]["nodes"]
    reward_id = next(one["id"] for one in found if one["name"] == reward)
    await customer.home.do(REDEEM, business=firm["id"], reward=reward_id, step=1, idempotencyKey=new_key())


async def checks_bonuses(town: Town, *, at: str) -> int:
    """Statements that were drawn up are let through; how many."""
    front = town.tills[at]
    found = (await front.ask(STATEMENTS, {}))["bonusStatements"]["nodes"]
    drafts = [one["id"] for one in found if one["state"] == "DRAFT"]
    await do(front, CHECK, statements=drafts)
    return len(drafts)


async def may_be_rewarded(town: Town, employer: str, maker: str, sku: str) -> None:
    """An employer lets a maker reward its staff for an article."""
    front = town.tills[employer]
    found = (await front.ask(PARTNERS, {}))["partners"]["nodes"]
    one = next(one["id"] for one in found if one["slug"] == town.loaded.slugs[maker])
    await do(front, PERMIT, maker=one, skus=[sku])


async def sells_at(customer: Customer, employer: str, *, staff: str) -> None:
    """Somebody sells at an employer's counter; both want it."""
    code = next(iter(customer.town.loaded.outlets[employer]))
    said = {"member": customer.card.input(), "outletCode": code, "staff": staff}
    await do(customer.town.tills[employer], PROPOSE, **said)
    (job,) = (await customer.home.ask(MY_SELLERS))["mySellers"]
    await customer.home.do(MY_AGREE, seller=job["id"])


async def takes_quiz(customer: Customer, course: str, knows: set[str]) -> bool:
    """The quiz of a course, answered by what somebody knows; whether that passed."""
    found = (await customer.home.ask(MY_COURSES))["myCourses"]
    course_id = next(one["id"] for one in found if one["name"] == course)
    quiz = (await customer.home.do(START, course=course_id))["quiz"]
    answers = [_chosen(one["options"], knows) for one in quiz["questions"]]
    return bool((await customer.home.do(ANSWER, quiz=quiz["id"], answers=answers))["quiz"]["passed"])


async def sells(town: Town, buyer: Customer, sku: str, quantity: int, amount: str, *, at: str, **said: str) -> int:
    """Goods are sold over a counter, with a receipt and by somebody of the staff; the points of who buys."""
    line = Line(sku, Decimal(amount), Decimal(quantity))
    named_so = {"receipt_number": said["receipt"], "staff": said["staff"]}
    return (await town.tills[at].purchase(_basket(town, at, buyer.card, line, **named_so))).points


async def registers(seller: Customer, programme: str, sku: str, units: int, receipt: str) -> str:
    """A seller registers what was sold, and gets what its state is; or the code by which it is refused."""
    found = (await seller.home.ask(MY_PROGRAMMES))["myClaimProgrammes"]
    (job,) = (await seller.home.ask(MY_SELLERS))["mySellers"]
    claim = {
        "programme": next(one["id"] for one in found if one["terms"]["name"] == programme),
        "idempotencyKey": new_key(),
        "proof": {"receipt": receipt},
        "happenedAt": seller.town.now.isoformat(),
        "sku": sku,
        "units": units,
        "outlet": job["outlet"]["id"],
    }
    payload = (await seller.home.ask(CLAIM, input={"claim": claim}))["myClaimMake"]
    return str(payload["claim"]["state"] if payload["claim"] else payload["userErrors"][0]["code"])


async def wants_to_come(customer: Customer, activity: str) -> str:
    """Somebody wants to come to an activity; whether there is a place."""
    activity_id = (await _mine(customer, activity))["id"]
    done = await customer.home.do(MY_PLACE, activity=activity_id, answer="ACCEPT")
    return str(done["activity"]["state"])


async def is_scanned(customer: Customer, activity: str, *, at: str) -> None:
    """The host scans what somebody shows at the door."""
    front = customer.town.tills[at]
    code = (await _mine(customer, activity))["code"]["code"]
    done = await do(front, ATTEND, activity=await named(front, ACTIVITIES, activity), code=code)
    assert done["came"]


async def scans(customer: Customer, activity: str, *, at: str) -> None:
    """Somebody scans what the host shows at the door."""
    front = customer.town.tills[at]
    shown = await front.ask(HOST_CODE, {"activity": await named(front, ACTIVITIES, activity)})
    mine = (await _mine(customer, activity))["id"]
    await customer.home.do(MY_ATTEND, activity=mine, code=shown["activityHostCode"]["code"])


async def is_not_let_in(customer: Customer, activity: str, *, at: str) -> str:
    """The code by which somebody is refused at the door."""
    front: Storefront = customer.town.tills[at]
    activity_id = await named(front, ACTIVITIES, activity)
    return await refused(front, ATTEND, activity=activity_id, member=customer.card.input())


async def it_cost(town: Town, activity: str, label: str, amount: str, *, at: str) -> None:
    """A partner tells what it paid for an activity."""
    front = town.tills[at]
    said = {"activity": await named(front, ACTIVITIES, activity), "kind": "ACTUAL", "label": label}
    money = {"amount": amount, "currency": town.loaded.recipe.currency}
    await do(front, COST, idempotencyKey=new_key(), money=money, **said)


async def is_shared(town: Town, activity: str, *, as_: str) -> list[tuple[str, str, str]]:
    """Who owes whom how much for an activity, as a partner is told it."""
    front = town.fronts[as_]
    found = await front.ask(SHARES, {"activity": await named(front, ACTIVITIES, activity)})
    moved = found["activityReport"]["transfers"]
    return [(one["debtor"]["slug"], one["creditor"]["slug"], one["money"]["amount"]) for one in moved]


async def _mine(customer: Customer, activity: str) -> dict[str, Any]:
    found = (await customer.home.ask(MY_ACTIVITIES))["myActivities"]
    return next(dict(one) for one in found if one["terms"]["name"] == activity)


def _chosen(options: list[str], knows: set[str]) -> list[int]:
    return [place for place, one in enumerate(options) if one in knows]


def _basket(town: Town, at: str, card: Card, line: Line, **said: Any) -> Basket:
    outlets: Mapping[str, tuple[str, ...]] = town.loaded.outlets
    return Basket(
        member=card, lines=(line,), currency=town.loaded.recipe.currency, outlet=next(iter(outlets[at])), **said
    )
