"""The database's history is one line, and ends at what the code declares."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from hansa.migrating import check, configuration, head, migrate, revisions
from tests.conftest import Fresh, beside


def test_there_is_one_line_without_branches() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert not [revision for revision in script.walk_revisions() if revision.is_branch_point]


def test_every_step_says_why() -> None:
    steps = list(ScriptDirectory.from_config(configuration()).walk_revisions())
    assert steps
    assert not [step.revision for step in steps if not step.doc or not step.module.upgrade.__doc__]


async def test_a_migrated_database_has_the_tables_that_the_code_declares(database_url: str) -> None:
    assert (await revisions(database_url)).current == head()
    await check(database_url)


async def test_servers_that_start_together_migrate_once(server: str, fresh: Fresh) -> None:
    async with fresh() as url:
        connection = await asyncpg.connect(url)
        name = await connection.fetchval("SELECT current_database()")
        await connection.close()
        administrator = await asyncpg.connect(server)
        try:
            await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await administrator.execute(f"CREATE DATABASE {name}")
        finally:
            await administrator.close()
        found = await asyncio.gather(*(migrate(beside(server, name)) for _ in range(3)))
        assert {one.current for one in found} == {head()}


@pytest.mark.parametrize("table", ["alembic_version"])
async def test_the_servers_role_cannot_touch_the_history(database_url: str, table: str) -> None:
    connection = await asyncpg.connect(database_url, server_settings={"role": "hansa_app"})
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"DELETE FROM {table}")
    finally:
        await connection.close()
