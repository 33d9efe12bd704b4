"""What a shop tells of a product of its own, what its member has of it, and a case that its expert answers."""

from __future__ import annotations

from domain.members.recognition import KnownMember
from domain.service import carrying, opening, registering, routing, telling
from domain.service.carrying import Say, Speaker
from domain.service.case_models import CaseAnswerer, CaseKind
from domain.service.hours import ServiceHours
from domain.service.information import ProductTerms, Warranty
from domain.service.opening import OpenCase
from domain.service.registering import RegisterProduct
from domain.service.serials import Listed, digest_of
from domain.service.telling import CallBack
from domain.storage import Sight
from tests.isolation.shop import MEMBER_KEYS, OPENED, Shop, acting

ARTICLE = "A1"


async def serve(shop: Shop, member: KnownMember) -> None:
    """Anybody reads what is told; the member registers it and asks, the shop answers, with a note for itself."""
    own, sight = shop.partner_id, Sight.partner(shop.partner_id)
    terms = ProductTerms(names={"en": "Lamp"}, warranty=Warranty(months=24))
    async with acting(shop.database, sight) as session:
        told = await telling.tell(session, own, ARTICLE, terms, now=OPENED)
        await telling.list_serials(
            session, own, ARTICLE, [Listed(digest_of(own, f"{shop.word}1", MEMBER_KEYS.lookup))], now=OPENED
        )
        await routing.route(session, own, CaseKind.HOTLINE, CaseAnswerer.SHOP, now=OPENED)
        await routing.keep_hours(session, own, ServiceHours(zone="UTC"), now=OPENED)
        recall = CallBack(
            partner_id=own, article=ARTICLE, words={"en": "Bring it back."}, idempotency_key=f"recall-{shop.name}-1"
        )
        await telling.call_back(session, recall, now=OPENED)
    lamp = RegisterProduct(maker=own, article=ARTICLE, member_id=member.member_id, serial=f"{shop.word}1")
    async with acting(shop.database, Sight.member(member.member_id)) as session:
        made = await registering.register(session, lamp, lookup_key=MEMBER_KEYS.lookup, now=OPENED)
        asked = OpenCase(
            kind=CaseKind.WARRANTY,
            words=shop.secret("Question"),
            links=(f"https://{shop.word.lower()}.example/picture",),
            wallet_id=member.wallet_id,
            member_id=member.member_id,
            registration_id=made.registration_id,
            idempotency_key=f"case-of-{shop.name}",
        )
        case = await opening.open_case(session, asked, master=MEMBER_KEYS.personal, now=OPENED)
    async with acting(shop.database, sight) as session:
        for words, note in ((shop.secret("Answer"), False), (shop.secret("Note"), True)):
            said = Say(
                case_id=case.case_id,
                by=Speaker(partner_id=own),
                words=words,
                note=note,
                idempotency_key=f"{shop.name}-{words}"[:64],
            )
            await carrying.say(session, said, master=MEMBER_KEYS.personal, now=OPENED)
    shop.made |= {"case": case.case_id, "registration": made.registration_id, "information": told.information_id}
