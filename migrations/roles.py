"""The two roles a coalition's database needs; they belong to the whole server, so others may be making them too."""

from __future__ import annotations

import asyncio

import asyncpg

APP_ROLE = "hansa_app"
"""What the server acts as: it owns nothing and cannot step over row-level security."""

LEDGER_ROLE = "hansa_ledger"
"""Owns the posting functions and nothing else; nobody signs in as it."""

ROLES = (LEDGER_ROLE, APP_ROLE)

MEMBERSHIP_OPTIONS = 16

_CREATE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$
"""


class RolesMissing(Exception):
    """The login may not make the roles; an administrator has to, once."""


async def ensure_roles(connection: asyncpg.Connection) -> None:
    """Make the roles where they are missing and let the owner act as them.

    Raises: RolesMissing, naming the SQL an administrator runs.
    """
    try:
        for role in ROLES:
            await _ensure_role(connection, role)
        for role in ROLES:
            if not await connection.fetchval("SELECT has_schema_privilege($1::name, 'public', 'USAGE')", role):
                await connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    except asyncpg.InsufficientPrivilegeError as refusal:
        raise RolesMissing(await _advice(connection, refusal.args[0])) from refusal
    await _refuse_powerful_roles(connection)


async def _ensure_role(connection: asyncpg.Connection, role: str) -> None:
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
        await connection.execute(_CREATE.format(role=role))
    for attempt in range(10):
        if await _may_act_as(connection, role):
            return
        try:
            await connection.execute(f"GRANT {role} TO CURRENT_USER")
        except asyncpg.InternalServerError:  # "tuple concurrently updated": another database's owner was granting too
            await asyncio.sleep(0.05 * (attempt + 1))
    message = f"Could not let {await connection.fetchval('SELECT current_user')} act as {role}."
    raise RolesMissing(message)


async def _may_act_as(connection: asyncpg.Connection, role: str) -> bool:
    # Since this version, being a member no longer implies being allowed to act as the role.
    privilege = "SET" if connection.get_server_version().major >= MEMBERSHIP_OPTIONS else "MEMBER"
    return bool(await connection.fetchval("SELECT pg_has_role(current_user, $1::name, $2)", role, privilege))


async def _refuse_powerful_roles(connection: asyncpg.Connection) -> None:
    powerful = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND (rolsuper OR rolbypassrls)", list(ROLES)
    )
    if powerful:
        cure = "\n".join(f"    ALTER ROLE {row['rolname']} NOSUPERUSER NOBYPASSRLS;" for row in powerful)
        raise RolesMissing(f"A role may step over row-level security and must not. An administrator runs:\n{cure}")


async def _advice(connection: asyncpg.Connection, reason: str) -> str:
    owner = await connection.fetchval("SELECT quote_ident(current_user)")
    return (
        f"The login {owner} may not prepare the roles of Hansa ({reason}). An administrator runs, once:\n"
        f"    CREATE ROLE {LEDGER_ROLE} NOLOGIN;\n"
        f"    CREATE ROLE {APP_ROLE} NOLOGIN;\n"
        f"    GRANT {LEDGER_ROLE}, {APP_ROLE} TO {owner};\n"
        f"    GRANT USAGE, CREATE ON SCHEMA public TO {owner} WITH GRANT OPTION;\n"
    )
