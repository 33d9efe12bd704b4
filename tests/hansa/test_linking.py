"""The Python client links a member and acts in its name, with tokens that are worth nothing without its key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from hansa.storefront import (
    ClientKey,
    ClientSecret,
    Faulty,
    Linking,
    LinkRefused,
    MemberLink,
    ProofKey,
    Storefront,
    Unauthorized,
)
from tests.conftest import Fresh
from tests.third_party.town import BACK, SCOPES, Marta, Registered, Town, a_town, marta_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

ME = "{ me { id wallet { available } } }"
WHO = "{ viewer { audience scopes } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A real server on a database of its own."""
    home: Path = tmp_path_factory.mktemp("home")
    async with fresh() as url, a_town(url, home) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def marta(town: Town) -> AsyncIterator[Marta]:
    """The member, who signs in once and stays."""
    async with marta_of(town) as marta:
        yield marta


def credential(registered: Registered) -> ClientSecret | ClientKey:
    """As a storefront keeps it."""
    if registered.key is not None:
        return ClientKey(registered.client_id, ECKey.import_key(registered.key))
    return ClientSecret(registered.client_id, registered.secret or "")


async def linked(town: Town, marta: Marta, registered: Registered) -> MemberLink:
    """A link that Marta allowed."""
    async with Linking.opened(town.issuer, credential(registered), redirect_uri=BACK) as linking:
        begun = await linking.begin(*SCOPES)
        return await linking.finish(begun, await marta.allow(begun.address))


@pytest.mark.parametrize("name", ["with_key", "with_secret"])
async def test_a_linked_member_is_read_as_far_as_it_allowed(town: Town, marta: Marta, name: str) -> None:
    link = await linked(town, marta, getattr(town, name))
    async with Storefront.opened(town.issuer, link) as shop:
        assert (await shop.ask(WHO, {}))["viewer"] == {"audience": "PARTNER", "scopes": sorted(SCOPES)}
        assert (await shop.ask(ME, {}))["me"]["wallet"] == {"available": "0"}
        with pytest.raises(Faulty, match="members:lookup"):
            await shop.ask('{ member(ref: { cardNumber: "1" }) { id } }', {})


async def test_one_member_has_one_subject_at_a_partner_and_another_at_another(town: Town, marta: Marta) -> None:
    one, again = [await linked(town, marta, town.with_key) for _ in range(2)]
    other = await linked(town, marta, town.of_another)
    assert one.subject == again.subject
    assert one.subject != other.subject


async def test_a_link_goes_on_after_a_restart_with_what_was_kept(town: Town, marta: Marta) -> None:
    link = await linked(town, marta, town.with_key)
    kept = MemberLink(link.client, link.subject, link.refresh_token, ProofKey.read(link.proof.written()))
    for _ in range(2):
        async with Storefront.opened(town.issuer, kept) as shop:
            assert (await shop.ask(ME, {}))["me"]["wallet"] == {"available": "0"}


async def test_a_link_that_was_given_back_opens_nothing(town: Town, marta: Marta) -> None:
    link = await linked(town, marta, town.with_key)
    async with Storefront.opened(town.issuer, link) as shop:
        await shop.ask(ME, {})
        async with Linking.opened(town.issuer, link.client, redirect_uri=BACK) as linking:
            await linking.end(link)
            await linking.end(link)
        with pytest.raises(Unauthorized):
            await shop.ask(ME, {})


async def test_another_key_cannot_use_the_link(town: Town, marta: Marta) -> None:
    link = await linked(town, marta, town.with_key)
    stolen = MemberLink(link.client, link.subject, link.refresh_token, ProofKey.new())
    async with Storefront.opened(town.issuer, stolen) as shop:
        with pytest.raises(Unauthorized, match="invalid_grant"):
            await shop.ask(ME, {})


async def test_tokens_of_a_client_with_a_key_are_bound_to_a_proof(town: Town) -> None:
    async with Storefront.opened(town.issuer, credential(town.with_key)) as shop:
        assert (await shop.ask(WHO, {}))["viewer"]["audience"] == "PARTNER"
        assert shop._transport.tokens is not None
        token = await shop._transport.tokens.current()
    async with httpx.AsyncClient() as http:
        bare = await http.post(
            f"{town.issuer}/graphql", json={"query": WHO}, headers={"Authorization": f"Bearer {token}"}
        )
    assert bare.status_code == 401


async def test_a_member_who_refuses_is_told_as_a_refusal(town: Town) -> None:
    async with Linking.opened(town.issuer, credential(town.with_key), redirect_uri=BACK) as linking:
        begun = await linking.begin(*SCOPES)
        came = f"{BACK}?{urlencode({'error': 'access_denied', 'state': begun.state, 'iss': town.issuer})}"
        with pytest.raises(LinkRefused) as refused:
            await linking.finish(begun, came)
        assert refused.value.code == "access_denied"
        with pytest.raises(LinkRefused) as unknown:
            await linking.begin("settlement:approve")
        assert unknown.value.code == "invalid_scope"


@pytest.mark.parametrize("changed", ["iss", "state", "code"])
async def test_an_answer_to_another_question_is_not_taken(town: Town, marta: Marta, changed: str) -> None:
    async with Linking.opened(town.issuer, credential(town.with_key), redirect_uri=BACK) as linking:
        begun = await linking.begin(*SCOPES)
        came = await marta.allow(begun.address)
        answer = {name: values[0] for name, values in parse_qs(urlsplit(came).query).items()}
        mixed = f"{BACK}?{urlencode(answer | {changed: 'https://another.example'})}"
        with pytest.raises(LinkRefused) as refused:
            await linking.finish(begun, mixed)
        assert refused.value.code == ("invalid_grant" if changed == "code" else "not_our_answer")


async def test_an_id_token_for_another_request_is_not_taken(town: Town, marta: Marta) -> None:
    async with Linking.opened(town.issuer, credential(town.with_key), redirect_uri=BACK) as linking:
        begun = await linking.begin(*SCOPES)
        came = await marta.allow(begun.address)
        with pytest.raises(LinkRefused) as refused:
            await linking.finish(replace(begun, nonce="another"), came)
        assert refused.value.code == "id_token"
