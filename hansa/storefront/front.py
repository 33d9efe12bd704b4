"""The storefront: what a shop does with the coalition, one method for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import DocumentNode

from hansa.storefront import documents
from hansa.storefront.codes import CodeEntered, CodeFound, answered, named
from hansa.storefront.errors import Faulty, Refused
from hansa.storefront.linking import proof_for
from hansa.storefront.proofs import ProofKey
from hansa.storefront.retrying import Patience
from hansa.storefront.rewards import RewardAsk, RewardQuote, RewardRedemption, asked
from hansa.storefront.tiers import TIERS, TierHeld
from hansa.storefront.tokens import Credential
from hansa.storefront.transport import PatientTransport
from hansa.storefront.values import (
    Action,
    Basket,
    Line,
    Member,
    Preview,
    Recorded,
    RecordedAction,
    Redemption,
    Ref,
    Returned,
    Wallet,
    new_key,
    tendered,
    whole,
)
from hansa.storefront.vouchers import VoucherOff, VouchersUsed, shown

SECONDS = 60.0
SUBPROTOCOL = "graphql-transport-ws"


class Storefront:
    """An open way to the coalition; make one with `Storefront.opened` and share it among tasks.

    Every method that moves value makes an idempotency key and keeps it through its own retries; give `key` to go on
    with a request of before. Raises of all methods: Refused, Faulty, Unauthorized, Unanswered.
    """

    def __init__(self, url: str, session: AsyncClientSession, transport: PatientTransport) -> None:
        self._url = url
        self._session = session
        self._transport = transport

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        credential: Credential,
        *,
        proof: ProofKey | None = None,
        patience: Patience | None = None,
        **options: Any,
    ) -> AsyncIterator[Storefront]:
        """Open the way to a server by its address, such as https://api.example.org; options go to httpx.

        Tokens of a client with a key of its own, and of a member's link, are bound to a proof key: the one given, or
        a fresh one.
        """
        url = url.rstrip("/")
        named = {"proof": proof or proof_for(credential), "timeout": SECONDS, **options}
        transport = PatientTransport(url, credential, patience or Patience(), **named)
        async with Client(transport=transport, execute_timeout=None) as session:
            assert isinstance(session, AsyncClientSession)
            yield cls(url, session, transport)

    # Members

    async def enrol(
        self,
        *,
        card: str | None = None,
        email: str | None = None,
        external_id: str | None = None,
        name: str | None = None,
        consents: Collection[str] = (),
        referral_code: str | None = None,
        key: str | None = None,
    ) -> Member:
        """Make a member, named by at least one of card, e-mail and your own number, with what it consents to.

        `referral_code` is that of the member who brought this one; nobody is made where it is nobody's.
        """
        names = {"cardNumber": card, "email": email, "externalId": external_id, "referralCode": referral_code}
        given = {name: value for name, value in names.items() if value is not None}
        details = {"details": {"name": name}} if name else {}
        said = {"idempotencyKey": key or new_key(), "consents": list(consents), **given, **details}
        payload = await self._done(documents.ENROL, said)
        taken = payload["referral"] or {}
        return Member(
            **payload["member"],
            replayed=payload["replayed"],
            invitation_counts=taken.get("counts"),
            invitation_message=taken.get("message"),
        )

    async def consent(self, ref: Ref, *purposes: str) -> Member:
        """Record what a member agreed to at your counter, such as BALANCE."""
        payload = await self._done(documents.CONSENT, {"member": ref.input(), "purposes": list(purposes)})
        return Member(**payload["member"])

    async def member(self, ref: Ref) -> Member | None:
        """The member, if anybody is known by this."""
        found = (await self.ask(documents.MEMBER, {"ref": ref.input()}))["member"]
        return found and Member(**found)

    async def wallet(self, ref: Ref) -> Wallet | None:
        """A member's points; needs the member's consent."""
        found = (await self.ask(documents.WALLET, {"ref": ref.input()}))["member"]
        return found and Wallet(**{name: int(value) for name, value in found["wallet"].items()})

    async def tiers(self, ref: Ref) -> list[TierHeld]:
        """The tiers of a member that count at your tills: of the coalition's programme, and of your own."""
        found = (await self.ask(TIERS, {"member": ref.input()}))["memberTiers"]
        return [TierHeld.read(one) for one in found]

    # Purchases

    async def preview(
        self,
        lines: Sequence[Line],
        *,
        currency: str,
        outlet: str | None = None,
        member: Ref | None = None,
        channel: str | None = None,
        tenders: Mapping[str, Decimal] | None = None,
    ) -> Preview:
        """What a basket would earn now, paid so where that is known."""
        basket: dict[str, Any] = {
            "lines": [line.input() for line in lines],
            "currency": currency,
            "outletCode": outlet,
            "channel": channel,
            "tenders": tendered(tenders or {}),
        }
        if member is not None:
            basket["member"] = member.input()
        return Preview.read((await self.ask(documents.PREVIEW, {"basket": basket}))["purchasePreview"])

    async def purchase(self, basket: Basket) -> Recorded:
        """Record a purchase."""
        return Recorded.read(await self._done(documents.PURCHASE, basket.input()))

    async def purchases(self, baskets: Sequence[Basket]) -> list[Recorded | Refused]:
        """Record up to 500 purchases at once; each is recorded or refused on its own, in their order."""
        payload = await self._done(documents.PURCHASES, {"purchases": [basket.input() for basket in baskets]})
        return [_refusal(result) or Recorded.read(result) for result in payload["results"]]

    async def record_action(self, action: Action) -> RecordedAction:
        """Record something that a member did besides buying."""
        return RecordedAction.read(await self._done(documents.ACTION, action.input()))

    async def take_back(
        self,
        *,
        purchase: str | None = None,
        receipt_number: str | None = None,
        member: Ref | None = None,
        lines: Mapping[int, Decimal] | None = None,
        occurred_at: datetime | None = None,
        key: str | None = None,
    ) -> Returned:
        """Record goods that come back, by line number and quantity; everything that is left if no lines are named."""
        said = {
            "idempotencyKey": key or new_key(),
            "purchase": purchase,
            "receiptNumber": receipt_number,
            "member": member and member.input(),
            "lines": lines and [{"number": number, "quantity": str(back)} for number, back in lines.items()],
            "occurredAt": occurred_at and occurred_at.isoformat(),
        }
        payload = await self._done(documents.RETURN, {name: value for name, value in said.items() if value is not None})
        return Returned(
            points=int(payload["purchaseReturn"]["points"]),
            available=whole(payload["available"]),
            debt=whole(payload["debt"]),
            replayed=payload["replayed"],
        )

    # Redemptions

    async def redeem(
        self,
        member: Ref,
        points: int,
        *,
        outlet: str | None = None,
        reference: str | None = None,
        key: str | None = None,
    ) -> Redemption:
        """Spend points at once."""
        return await self._redemption(documents.REDEEM, _spending(member, points, outlet, reference, key))

    async def authorize(
        self,
        member: Ref,
        points: int,
        *,
        minutes: int = 15,
        outlet: str | None = None,
        reference: str | None = None,
        key: str | None = None,
    ) -> Redemption:
        """Set points aside for some minutes."""
        said = _spending(member, points, outlet, reference, key) | {"holdMinutes": minutes}
        return await self._redemption(documents.AUTHORIZE, said)

    async def capture(self, redemption: str, points: int | None = None, *, key: str | None = None) -> Redemption:
        """Spend what was set aside: all of it, or so many points and the rest goes back."""
        return await self._redemption(documents.CAPTURE, _ending(redemption, points, key))

    async def void(self, redemption: str, *, key: str | None = None) -> Redemption:
        """Give what was set aside back."""
        return await self._redemption(documents.VOID, _ending(redemption, None, key))

    async def reverse(self, redemption: str, points: int | None = None, *, key: str | None = None) -> Redemption:
        """Take a redemption back: all that is left of it, or so many points."""
        return await self._redemption(documents.REVERSE, _ending(redemption, points, key))

    # Rewards

    async def quote_reward(self, member: Ref, reward: RewardAsk | str, *, outlet: str | None = None) -> RewardQuote:
        """What a reward, by its id or as it is asked for, would cost a member and take off a basket."""
        said = {"member": member.input(), **asked(reward), **_said(outletCode=outlet)}
        return RewardQuote.read(await self._done(documents.QUOTE_REWARD, said))

    async def redeem_reward(
        self,
        member: Ref,
        reward: RewardAsk | str,
        *,
        minutes: int | None = None,
        outlet: str | None = None,
        reference: str | None = None,
        key: str | None = None,
    ) -> RewardRedemption:
        """Have a reward for a member, at once, or set aside for some minutes; then capture or void it by its id."""
        more = _said(outletCode=outlet, holdMinutes=minutes, reference=reference)
        said = {"idempotencyKey": key or new_key(), "member": member.input(), **asked(reward), **more}
        return RewardRedemption.read(await self._done(documents.REDEEM_REWARD, said))

    # Vouchers

    async def check_vouchers(
        self,
        *codes: str,
        lines: Sequence[Line] | None = None,
        member: Ref | None = None,
        outlet: str | None = None,
    ) -> list[VoucherOff]:
        """What vouchers take off a basket, or why not; without codes, what the member can use here."""
        more = _said(member=None if member is None else member.input(), outletCode=outlet)
        found = (await self.ask(documents.CHECK_VOUCHERS, {"input": shown(codes, lines) | more}))["voucherCheck"]
        return [VoucherOff.read(one) for one in found["vouchers"]]

    async def use_vouchers(
        self,
        *codes: str,
        lines: Sequence[Line] | None = None,
        member: Ref | None = None,
        outlet: str | None = None,
        reference: str | None = None,
        key: str | None = None,
    ) -> VouchersUsed:
        """Use vouchers for a basket: all of them, or none."""
        who = None if member is None else member.input()
        more = _said(member=who, outletCode=outlet, reference=reference)
        said = {"idempotencyKey": key or new_key(), **shown(codes, lines), **more}
        return VouchersUsed.read(await self._done(documents.USE_VOUCHERS, said))

    async def reverse_vouchers(self, use: str, *, key: str | None = None) -> VouchersUsed:
        """Take a use of vouchers back, by its id."""
        said = {"idempotencyKey": key or new_key(), "use": use}
        return VouchersUsed.read(await self._done(documents.REVERSE_VOUCHERS, said))

    # Codes from packs

    async def check_code(self, code: str, *, member: Ref | None = None, outlet: str | None = None) -> CodeFound:
        """What a code is for, and whether a survey is to be answered first; a miss counts."""
        payload = await self._done(documents.CHECK_CODE, named(code, member, outlet, None))
        return CodeFound.read(payload["code"])

    async def enter_code(
        self,
        code: str,
        *,
        member: Ref | None = None,
        answers: Mapping[str, Any] | None = None,
        outlet: str | None = None,
        channel: str | None = None,
    ) -> CodeEntered:
        """Enter a code for a member, once; sent again it is answered as at first.

        `answers` to the survey it waits for: by question, a number, a text, yes or no, or the keys of options. On a
        member's behalf nobody is named.
        """
        said = {**named(code, member, outlet, channel), **_said(answers=answered(answers))}
        return CodeEntered.read(await self._done(documents.ENTER_CODE, said))

    # Anything else

    async def ask(self, document: str | DocumentNode | GraphQLRequest, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of any operation of the contract. Raises: Faulty, Unauthorized, Unanswered."""
        request = _request(document, variables)
        try:
            return dict(await self._session.execute(request))
        except TransportQueryError as problem:
            raise _fault(problem) from None

    async def follow(
        self, document: str | DocumentNode, variables: Mapping[str, Any] | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """The events of a subscription, until it ends; it ends with its token, after some minutes: then follow anew."""
        assert self._transport.tokens is not None
        token = await self._transport.tokens.current()
        transport = WebsocketsTransport(
            url=self._url.replace("http", "ws", 1) + "/graphql",
            subprotocols=[SUBPROTOCOL],
            init_payload=self._transport.tokens.headers(token, method="GET", url=self._url + "/graphql"),
        )
        async with Client(transport=transport) as session:
            assert isinstance(session, AsyncClientSession)
            try:
                async for event in session.subscribe(_request(document, variables or {})):
                    yield event
            except TransportQueryError as problem:
                raise _fault(problem) from None

    async def _redemption(self, document: DocumentNode | GraphQLRequest, said: Mapping[str, Any]) -> Redemption:
        return Redemption.read(await self._done(document, said))

    async def _done(self, document: DocumentNode | GraphQLRequest, said: Mapping[str, Any]) -> dict[str, Any]:
        """The payload of a mutation. Raises: Refused."""
        (payload,) = (await self.ask(document, {"input": said})).values()
        refusal = _refusal(payload)
        if refusal is not None:
            raise refusal
        return dict(payload)


def _spending(member: Ref, points: int, outlet: str | None, reference: str | None, key: str | None) -> dict[str, Any]:
    said = {"outletCode": outlet, "reference": reference}
    given = {name: value for name, value in said.items() if value is not None}
    return {"idempotencyKey": key or new_key(), "member": member.input(), "points": str(points), **given}


def _said(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _ending(redemption: str, points: int | None, key: str | None) -> dict[str, Any]:
    some = {} if points is None else {"points": str(points)}
    return {"idempotencyKey": key or new_key(), "redemption": redemption, **some}


def _request(document: str | DocumentNode | GraphQLRequest, variables: Mapping[str, Any]) -> GraphQLRequest:
    request = gql(document) if isinstance(document, str) else document
    parsed = request.document if isinstance(request, GraphQLRequest) else request
    return GraphQLRequest(parsed, variable_values=dict(variables))


def _refusal(payload: Mapping[str, Any]) -> Refused | None:
    """The first refusal of a payload."""
    for error in payload["userErrors"]:
        data = {name: value for name, value in error.items() if name not in {"code", "message", "path"}}
        return Refused(error["code"], error["message"], tuple(error["path"]), data)
    return None


def _fault(problem: TransportQueryError) -> Faulty | Refused:
    """The first error of an answer without data."""
    error = (problem.errors or [{}])[0]
    return Faulty(error.get("extensions", {}).get("code", "UNKNOWN"), error.get("message", str(problem)))
