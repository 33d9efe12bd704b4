"""Which clients there can be, and what of them is kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from domain.errors import DomainError, InvalidValue, NotFound
from domain.ids import ClientId, OutletId, new_id
from domain.storage import Sight
from partners.clients import ceilings, key_sets, queries, registering
from partners.clients.registering import CreateClient
from partners.errors import ClientRevoked, InvalidKeySet, KeyRequired, ScopeAboveCeiling, UnknownScope
from partners.scopes import COALITION_CEILING, MEMBERS_ONLY, PARTNER_CEILING, PERSONS_ONLY, Scope
from tests.partners.conftest import READER, Place, outside_sandbox, public
from tests.partners.test_viewer import an_outlet


async def test_a_secret_is_shown_once_and_kept_as_a_hash(place: Place, owner: asyncpg.Connection) -> None:
    till = await place.client()
    assert till.secret is not None
    assert len(till.secret) == 43
    assert till.secret not in repr(till)
    row = await owner.fetchrow("SELECT client::text AS everything, secret_hash FROM client")
    assert row is not None
    assert till.secret not in row["everything"]
    assert row["secret_hash"] == registering.hashed(till.secret)


async def test_no_client_holds_what_only_persons_or_members_may(place: Place) -> None:
    for scope in PERSONS_ONLY | MEMBERS_ONLY:
        for partner_id in (place.kvass, None):
            with pytest.raises(ScopeAboveCeiling):
                await place.client(scopes=frozenset({scope}), partner_id=partner_id)


async def test_a_partners_client_stays_below_its_partners_ceiling(place: Place) -> None:
    for scope in COALITION_CEILING - PARTNER_CEILING:
        with pytest.raises(ScopeAboveCeiling):
            await place.client(scopes=frozenset({scope}))
        await place.client(scopes=frozenset({scope}), partner_id=None)
    await place.write(ceilings.set_ceiling, place.kvass, READER, now=place.clock())
    await place.write(ceilings.set_ceiling, place.kvass, READER, now=place.clock())
    with pytest.raises(ScopeAboveCeiling):
        await place.client(scopes=frozenset({Scope.PURCHASES_WRITE}))
    await place.client(scopes=READER)
    await place.client(scopes=frozenset({Scope.PURCHASES_WRITE}), partner_id=place.tea)


async def test_outside_the_sandbox_only_a_key_moves_value(
    place: Place, own_key: ECKey, owner: asyncpg.Connection
) -> None:
    await outside_sandbox(place)
    with pytest.raises(KeyRequired):
        await place.client()
    signer = await place.client(jwks=public(own_key))
    assert signer.secret is None
    reader = await place.client(scopes=READER)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "UPDATE client SET scopes = '{purchases:write}' WHERE client_id = $1", reader.client.client_id
        )


async def test_a_key_set_is_public_of_known_kinds_and_strong(own_key: ECKey) -> None:
    ed25519 = OKPKey.generate_key("Ed25519", auto_kid=True)
    for key in (own_key, ed25519, RSAKey.generate_key(2048)):
        stored = key_sets.checked(public(key))["keys"][0]
        assert stored["kid"]
        assert not key_sets.PRIVATE_PARTS & set(stored)
    for bad in _bad_key_sets(own_key):
        with pytest.raises(InvalidKeySet):
            key_sets.checked(bad)


def _bad_key_sets(key: ECKey) -> list[Any]:
    jwk = public(key)["keys"][0]
    return [
        None,
        [],
        {},
        {"keys": []},
        {"keys": jwk},
        {"keys": ["x"]},
        {"keys": [jwk, jwk]},
        {"keys": [jwk] * 6},
        {"keys": [key.as_dict(private=True)]},
        {"keys": [OctKey.generate_key(256).as_dict(private=True)]},
        {"keys": [{**jwk, "use": "enc"}]},
        {"keys": [{**jwk, "alg": "ES384"}]},
        {"keys": [{**jwk, "x": "AAAA"}]},
        {"keys": [{**jwk, "crv": ["P-256"]}]},
        {"keys": [{**jwk, "kty": {}}]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "EC"}]},
        public(ECKey.generate_key("P-384")),
        public(OKPKey.generate_key("X25519")),
    ]


async def test_an_outlet_must_be_the_partners_own(place: Place) -> None:
    outlet_id = await an_outlet(place)
    await place.client(outlet_id=outlet_id)
    refusals = []
    for wrong, partner_id in ((outlet_id, place.tea), (OutletId(new_id()), place.tea)):
        with pytest.raises(NotFound) as refused:
            await place.client(outlet_id=wrong, partner_id=partner_id)
        refusals.append((str(refused.value), refused.value.path))
    assert refusals[0] == refusals[1]
    with pytest.raises(InvalidValue):
        CreateClient(name="x", scopes=READER, outlet_id=outlet_id)


async def test_a_client_of_a_partner_that_does_not_exist_is_refused(place: Place) -> None:
    with pytest.raises(NotFound):
        await place.client(partner_id=new_id())


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "\x00"])
def test_a_client_has_a_name(name: str) -> None:
    with pytest.raises(InvalidValue):
        CreateClient(name=name, scopes=READER)


async def test_a_partner_sees_and_changes_its_own_clients_only(place: Place) -> None:
    own, other = await place.client(), await place.client(partner_id=place.tea)
    coalitions = await place.client(partner_id=None)
    kvass = Sight.partner(place.kvass)
    seen = await place.write(queries.listed, sight=kvass)
    assert [client.client_id for client in seen] == [own.client.client_id]
    missing = ClientId(new_id())
    for rule in (registering.rotate, registering.revoke):
        for client_id in (other.client.client_id, coalitions.client.client_id, missing):
            with pytest.raises(NotFound):
                await place.write(rule, client_id, now=place.clock(), sight=kvass)
    await place.write(registering.rotate, own.client.client_id, now=place.clock(), sight=kvass)
    await place.write(registering.revoke, own.client.client_id, now=place.clock(), sight=kvass)


async def test_a_partner_creates_clients_for_itself_only(place: Place) -> None:
    command = CreateClient(name="Mine", scopes=READER, partner_id=place.kvass)
    await place.write(registering.create, command, now=place.clock(), sight=Sight.partner(place.kvass))
    with pytest.raises(Exception, match="row-level security"):
        await place.write(registering.create, command, now=place.clock(), sight=Sight.partner(place.tea))


async def test_a_revoked_client_stays_revoked(place: Place) -> None:
    till = await place.client()
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    with pytest.raises(ClientRevoked):
        await place.write(registering.rotate, till.client.client_id, now=place.clock())


async def test_revoking_and_rotating_at_once_ends_every_grant(place: Place) -> None:
    till = await place.client()
    token = await place.token(till)
    outcomes = await asyncio.gather(
        *(place.write(registering.revoke, till.client.client_id, now=place.clock()) for _ in range(3)),
        place.write(registering.rotate, till.client.client_id, now=place.clock()),
        return_exceptions=True,
    )
    assert all(not isinstance(one, Exception) or isinstance(one, DomainError) for one in outcomes)
    await place.access.watch.refresh()
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401
    assert (await place.ask("/oauth/token", auth=till, grant_type="client_credentials")).status_code == 401


async def test_a_client_keeps_its_way_to_authenticate(place: Place, own_key: ECKey) -> None:
    with_secret, with_key = await place.client(), await place.client(jwks=public(own_key))
    with pytest.raises(InvalidValue):
        await place.write(registering.rotate, with_secret.client.client_id, now=place.clock(), jwks=public(own_key))
    with pytest.raises(InvalidValue):
        await place.write(registering.rotate, with_key.client.client_id, now=place.clock())
    with pytest.raises(InvalidValue):
        await place.write(registering.rotate, with_secret.client.client_id, now=place.clock(), grace=timedelta(days=8))
    changed = await place.write(
        registering.rotate, with_key.client.client_id, now=place.clock(), jwks=public(ECKey.generate_key("P-256"))
    )
    assert changed.secret is None


async def test_its_use_is_noted_once_a_minute(place: Place, owner: asyncpg.Connection) -> None:
    till = await place.client()
    await place.token(till)
    first = await owner.fetchval("SELECT last_used_at FROM client")
    await place.token(till)
    assert await owner.fetchval("SELECT last_used_at FROM client") == first
    place.clock.advance(minutes=2)
    await place.token(till)
    assert await owner.fetchval("SELECT last_used_at FROM client") > first


def test_an_unknown_scope_is_named() -> None:
    assert registering.scopes_named(["purchases:write"]) == {Scope.PURCHASES_WRITE}
    with pytest.raises(UnknownScope, match="nonsense"):
        registering.scopes_named(["purchases:write", "nonsense"])
