"""The ground the other tests stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

    from domain.storage import Database
    from tests.conftest import Fresh


async def test_the_server_acts_as_a_role_that_owns_nothing(database: Database, owner: asyncpg.Connection) -> None:
    assert await database.pool.fetchval("SELECT current_user") == "hansa_app"
    owned = await owner.fetchval(
        "SELECT count(*) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner"
        " WHERE rolname IN ('hansa_app', 'hansa_ledger')"
    )
    assert owned == 0


async def test_each_test_has_a_database_of_its_own(fresh: Fresh, database_url: str) -> None:
    async with fresh() as one, fresh() as another:
        assert len({one, another, database_url}) == 3
