"""What can be changed about a client, within its ceilings, and what the audit trail tells of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey

from domain.audit import trail
from domain.audit.models import TrailLine
from domain.audit.trail import Wanted
from domain.errors import DomainError, InvalidValue
from domain.ids import ClientId
from domain.paging import PageRequest
from domain.storage import COALITION, ReadSession, Sight
from partners.clients import ceilings, key_sets, queries, registering
from partners.clients.models import Client
from partners.clients.registering import ChangeClient, Credential
from partners.errors import AddressRefused, DpopRequired, InvalidKeySet, KeyRequired, ScopeAboveCeiling
from partners.scopes import PARTNER_CEILING, READING, Scope
from tests.partners.conftest import READER, Place, outside_sandbox, public

BACK = ("https://shop.example/back",)
FOR_MEMBERS = frozenset({Scope.BALANCE_READ, Scope.REDEMPTIONS_WRITE})
MOVING = frozenset({Scope.PURCHASES_WRITE})


async def changed(place: Place, made: Credential, *, sight: Sight | None = None, **wanted: Any) -> Client:
    command = ChangeClient(client_id=ClientId(made.client.client_id), **wanted)
    own = sight or Sight.partner(place.kvass)
    client: Client = await place.write(registering.change, command, now=place.clock(), sight=own)
    return client


async def told(place: Place) -> list[TrailLine]:
    """All lines of the trail, oldest first."""
    async with place.database.session(COALITION) as session:
        return (await trail.lines(ReadSession(session), Wanted(), PageRequest(100))).items[::-1]


async def test_a_public_client_has_no_credential_and_only_what_members_grant(place: Place) -> None:
    app = await place.client(public=True, redirect_uris=("com.example.app:/back",), scopes=FOR_MEMBERS)
    assert (app.secret, app.client.auth_method, app.client.jwks) == (None, "none", None)
    cases: list[dict[str, Any]] = [
        {"public": True, "scopes": FOR_MEMBERS},
        {"public": True, "scopes": READER, "redirect_uris": BACK},
        {"public": True, "scopes": FOR_MEMBERS, "redirect_uris": BACK, "jwks_uri": "https://shop.example/keys"},
        {"scopes": FOR_MEMBERS, "redirect_uris": BACK, "partner_id": None},
        {"scopes": FOR_MEMBERS, "redirect_uris": ("com.example.app:/back",)},
    ]
    for wrong in cases:
        with pytest.raises(InvalidValue):
            await place.client(**wrong)
    with pytest.raises(InvalidValue, match="nothing that could be rotated"):
        await place.write(registering.rotate, app.client.client_id, now=place.clock())
    with pytest.raises(InvalidValue):
        await changed(place, app, redirect_uris=())


async def test_keys_lie_where_everybody_can_reach_them(place: Place) -> None:
    shop = await place.client(jwks_uri="https://shop.example/keys")
    assert (shop.secret, shop.client.auth_method, shop.client.jwks) == (None, "private_key_jwt", None)
    for url in ("http://shop.example/keys", "https://10.0.0.1/keys", "https://shop.example:22/keys"):
        with pytest.raises(AddressRefused) as refused:
            await place.client(jwks_uri=url)
        assert refused.value.path == ("keySetUrl",)
    moved = await place.write(
        registering.rotate, shop.client.client_id, now=place.clock(), jwks_uri="https://shop.example/new"
    )
    assert (moved.client.jwks_uri, moved.client.jwks_fetched_at) == ("https://shop.example/new", None)
    own = await place.write(
        registering.rotate, shop.client.client_id, now=place.clock(), jwks=public(ECKey.generate_key("P-256"))
    )
    assert own.client.jwks_uri is None


async def test_what_moves_value_for_real_is_bound_to_a_key(place: Place, own_key: ECKey) -> None:
    assert not (await place.client(scopes=MOVING)).client.dpop_bound
    assert (await place.client(scopes=READER, dpop_bound=True)).client.dpop_bound
    await outside_sandbox(place)
    assert (await place.client(scopes=MOVING, jwks=public(own_key))).client.dpop_bound
    reader = await place.client(scopes=READER, jwks=public(own_key))
    assert not reader.client.dpop_bound
    exempt = await place.client(scopes=MOVING, jwks=public(own_key), dpop_bound=False)
    assert not exempt.client.dpop_bound, "the coalition may make an exception"
    with pytest.raises(DpopRequired):
        await changed(place, reader, scopes=MOVING)
    with pytest.raises(DpopRequired):
        await changed(place, exempt, dpop_bound=False)
    assert (await changed(place, exempt, name="Another")).name == "Another"
    assert (await changed(place, reader, scopes=MOVING, dpop_bound=True)).dpop_bound


async def test_a_change_keeps_to_the_ceilings_and_the_credential(place: Place) -> None:
    till = await place.client(scopes=READER)
    await place.write(ceilings.set_ceiling, place.kvass, READER, now=place.clock())
    with pytest.raises(ScopeAboveCeiling):
        await changed(place, till, scopes=MOVING)
    with pytest.raises(InvalidValue):
        await changed(place, till, scopes=frozenset())
    with pytest.raises(InvalidValue):
        await changed(place, till, name="a\nb")
    assert await place.write(ceilings.set_ceiling, place.kvass, None, now=place.clock()) == PARTNER_CEILING
    await outside_sandbox(place)
    place.clock.advance(minutes=1)
    sandboxed = await place.write(
        registering.change, ChangeClient(client_id=ClientId(till.client.client_id), scopes=MOVING), now=place.clock()
    )
    assert sandboxed.sandbox, "it stays the sandbox's client that it was made as"
    real = await place.client(scopes=READER)
    with pytest.raises(KeyRequired):
        await changed(place, real, scopes=MOVING)


async def test_a_scope_taken_away_ends_its_tokens_and_one_given_does_not(place: Place) -> None:
    till = await place.client(scopes=READER)
    token = await place.token(till)
    await changed(place, till, scopes=READER | MOVING, redirect_uris=BACK)
    await place.access.watch.refresh()
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 200
    await changed(place, till, scopes=frozenset({Scope.ANALYTICS_READ}))
    await place.access.watch.refresh()
    assert (await place.viewer(authorization=f"Bearer {token}")).status_code == 401
    assert (await place.viewer(authorization=f"Bearer {await place.token(till)}")).json()["scopes"] == [
        "analytics:read"
    ]


async def test_the_trail_tells_what_became_of_a_client(place: Place) -> None:
    till = await place.client(scopes=READER, redirect_uris=BACK)
    await changed(place, till, scopes=frozenset({Scope.ANALYTICS_READ, Scope.PURCHASES_READ}))
    await place.write(registering.rotate, till.client.client_id, now=place.clock(), grace=timedelta(hours=2))
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    await place.write(ceilings.set_ceiling, place.tea, READING, now=place.clock())
    lines = await told(place)
    shape = {"method": "client_secret_basic", "dpop_bound": False, "redirects": ["https://shop.example"]}
    assert [(line.action, line.facts) for line in lines[:-1]] == [
        ("CLIENT_CREATED", {**shape, "scopes": ["analytics:read", "settlement:read"]}),
        ("CLIENT_CHANGED", {**shape, "added": ["purchases:read"], "removed": ["settlement:read"]}),
        ("CLIENT_ROTATED", {"grace_seconds": 7200}),
        ("CLIENT_REVOKED", {}),
    ]
    assert {(line.partner_id, line.subject_id, line.actor) for line in lines[:-1]} == {
        (place.kvass, till.client.client_id, "COMMAND_LINE")
    }
    assert (lines[-1].action, lines[-1].partner_id) == ("CEILING_SET", place.tea)


async def test_what_is_refused_is_not_told(place: Place) -> None:
    with pytest.raises(ScopeAboveCeiling):
        await place.client(scopes=frozenset({Scope.AUDIT_READ}))
    assert await told(place) == []


async def test_changes_of_one_client_at_once_follow_each_other(place: Place) -> None:
    till = await place.client(scopes=READER)
    scopes = [frozenset({scope}) for scope in sorted(READING - {Scope.PROFILE_READ, Scope.AUDIT_READ})][:4]
    outcomes = await asyncio.gather(
        *(changed(place, till, scopes=one) for one in scopes),
        place.write(registering.revoke, till.client.client_id, now=place.clock()),
        return_exceptions=True,
    )
    assert all(not isinstance(one, BaseException) or isinstance(one, DomainError) for one in outcomes)
    lines = await told(place)
    held = set(till.client.scopes)
    for line in lines[1:-1]:
        held = (held | set(line.facts["added"])) - set(line.facts["removed"])
        assert len(held) == 1, "each began where the one before it ended"
    assert lines[-1].action == "CLIENT_REVOKED"
    async with place.database.session(COALITION) as session:
        client = await queries.by_id(ReadSession(session), ClientId(till.client.client_id))
    assert set(client.scopes) == held


def test_of_a_published_set_what_can_be_used_is_kept() -> None:
    mine, other = ECKey.generate_key("P-256", auto_kid=True), OKPKey.generate_key("X25519", auto_kid=True)
    [jwk] = public(mine)["keys"]
    for others in ([other.as_dict(private=False)], [{**jwk, "use": "enc", "kid": "x"}], ["nonsense"], [{"kty": "EC"}]):
        assert key_sets.usable({"keys": [*others, jwk]}) == key_sets.checked({"keys": [jwk]})
    many = [public(ECKey.generate_key("P-256", auto_kid=True))["keys"][0] for _ in range(8)]
    assert len(key_sets.usable({"keys": many})["keys"]) == key_sets.MOST_KEYS
    bad_sets: list[Any] = [
        None,
        [],
        {"keys": []},
        {"keys": {}},
        {"keys": [jwk] * 51},
        {"keys": [other.as_dict(private=False)]},
        {"keys": [jwk, ECKey.generate_key("P-256").as_dict(private=True)]},
        {"keys": [jwk, OctKey.generate_key(256).as_dict(private=True)]},
    ]
    for bad in bad_sets:
        with pytest.raises(InvalidKeySet):
            key_sets.usable(bad)
