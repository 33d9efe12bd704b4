"""Behind the walls: who reaches the rows of access, whatever a query asks for."""

from __future__ import annotations

import asyncpg
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from domain.storage import COALITION, NOBODY, Sight
from partners import housekeeping
from partners.clients import ceilings, registering
from partners.people.models import COALITION_ROLES, PARTNER_ROLES
from partners.scopes import READING
from partners.standing import SERVER
from tests.partners.conftest import ASSERTION, Place, assertion, public
from tests.partners.test_sign_in import person_in

SECRETS = ("signing_key", "used_jti", "sign_in_code", "browser_session")
GRANTING = ("pushed_request", "authorization_code", "refresh_token")
CREDENTIALS = (
    "passkey_user",
    "passkey",
    "passkey_challenge",
    "password",
    "authenticator",
    "recovery_code",
    "half_sign_in",
)


async def seen(place: Place, table: str, sight: Sight) -> int:
    async with place.database.session(sight) as session, session.begin():
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def test_only_the_server_reaches_keys_codes_and_sessions(place: Place, own_key: ECKey) -> None:
    signer = await place.client(jwks=public(own_key))
    proof = assertion(signer.client.client_id, own_key, place.clock)
    await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    await person_in(place)
    for table in SECRETS:
        assert await seen(place, table, SERVER) > 0, table
        for sight in (COALITION, Sight.partner(place.kvass), Sight.member(place.kvass), NOBODY):
            assert await seen(place, table, sight) == 0, (table, sight)


async def test_clients_persons_and_revocations_are_seen_by_their_own_side(place: Place) -> None:
    for partner_id in (place.kvass, place.tea, None):
        till = await place.client(partner_id=partner_id)
        await place.write(registering.revoke, till.client.client_id, now=place.clock())
    for table in ("client", "revocation"):
        assert await seen(place, table, SERVER) == await seen(place, table, COALITION) == 3
        assert await seen(place, table, Sight.partner(place.kvass)) == 1
        assert await seen(place, table, NOBODY) == await seen(place, table, Sight.member(place.kvass)) == 0


async def test_a_partner_neither_lifts_its_ceiling_nor_takes_a_revocation_back(place: Place) -> None:
    till = await place.client()
    await place.write(registering.revoke, till.client.client_id, now=place.clock())
    kvass = Sight.partner(place.kvass)
    async with place.database.session(kvass) as session, session.begin():
        await session.execute(text("DELETE FROM revocation"))
    assert await seen(place, "revocation", SERVER) == 1
    with pytest.raises(Exception, match="row-level security"):
        await place.write(ceilings.set_ceiling, place.kvass, READING, now=place.clock(), sight=kvass)


async def test_the_server_sees_nothing_of_the_coalitions_business(owner: asyncpg.Connection) -> None:
    seen_by_others = {"client", "person", "revocation", "partner_ceiling", "oauth_grant"}
    on_the_way = {"authorization_code", "mailed_code", "pushed_request", "refresh_token"}
    own = {*seen_by_others, *on_the_way, *SECRETS, *CREDENTIALS, *GRANTING}
    policies = await owner.fetch("SELECT tablename, qual, with_check FROM pg_policies")
    named = {row["tablename"] for row in policies if "sees_server" in f"{row['qual']}{row['with_check']}"}
    assert named == own


async def test_the_laws_of_the_database_name_the_scopes_and_roles_of_the_code(owner: asyncpg.Connection) -> None:
    for law, words in (
        ("ck_client_secret_only_reads_outside_sandbox", READING),
        ("ck_person_roles", [*COALITION_ROLES, *PARTNER_ROLES]),
    ):
        written = await owner.fetchval("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", law)
        assert all(f"'{word}'" in written for word in words), law


async def test_what_has_had_its_time_is_swept_away_and_nothing_else(place: Place, own_key: ECKey) -> None:
    signer = await place.client(jwks=public(own_key))
    proof = assertion(signer.client.client_id, own_key, place.clock)
    await place.ask("/oauth/token", **ASSERTION, client_assertion=proof)
    await person_in(place)
    await place.write(registering.revoke, signer.client.client_id, now=place.clock())
    tables = ("used_jti", "revocation", "sign_in_code", "browser_session")
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await seen(place, table, SERVER) for table in tables] == [1, 1, 1, 1]
    place.clock.advance(days=3)
    await place.write(housekeeping.sweep, now=place.clock(), sight=SERVER)
    assert [await seen(place, table, SERVER) for table in tables] == [0, 0, 0, 0]
