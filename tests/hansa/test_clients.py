"""The commands of access, as somebody types them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey
from typer.testing import CliRunner, Result

from domain.coalition.founding import FoundCoalition, found
from domain.coalition.models import Partner
from domain.ids import new_id
from domain.storage import COALITION, Database, ReadSession, WriteSession
from hansa.cli import app
from partners.errors import InvalidKeySet, UnknownScope
from partners.people import admitting
from partners.people.admitting import AdmitPerson
from partners.scopes import PersonRole

Hansa = Callable[..., Coroutine[Any, Any, Result]]


@pytest.fixture
async def hansa(database: Database, database_url: str, tmp_path: Path) -> Hansa:
    """The command line against a sandbox with one partner and one person."""
    async with database.session(COALITION) as session, session.begin():
        writing = WriteSession(ReadSession(session))
        await found(
            writing,
            FoundCoalition(
                name="Amber",
                purpose="Trying out",
                currency="EUR",
                standard_price=Decimal("0.01"),
                time_zone="Europe/Riga",
                operator_name="Amber SIA",
                sandbox=True,
            ),
        )
        session.add(
            Partner(
                partner_id=new_id(),
                slug="kvass",
                name="Kvass",
                roles=["RETAILER"],
                status="ACTIVE",
                hue=1,
                joined_at=datetime.now(UTC),
            )
        )
        command = AdmitPerson(name="Līga", email="liga@amber.example", roles=frozenset({PersonRole.COALITION_ADMIN}))
        await admitting.admit(writing, command, now=datetime.now(UTC))
    surroundings = {
        "HANSA_DATABASE_URL": database_url,
        "HANSA_HOME": str(tmp_path),
        "HANSA_SECRET_KEY": "a secret key for the command line's tests",
        "COLUMNS": "300",
    }

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=surroundings)

    return run


async def test_a_client_is_created_listed_rotated_and_revoked(hansa: Hansa) -> None:
    made = json.loads((await hansa("client", "create", "--name", "Till", "--partner", "kvass", "--json")).output)[0]
    assert len(made["client_secret"]) == 43
    shown = await hansa("client", "list", "--partner", "kvass", "--json")
    assert [row["name"] for row in json.loads(shown.output)] == ["Till"]
    assert made["client_secret"] not in shown.output
    changed = json.loads((await hansa("client", "rotate", made["client_id"], "--grace-hours", "1", "--json")).output)[0]
    assert changed["client_secret"] not in {None, made["client_secret"]}
    ended = json.loads((await hansa("client", "revoke", made["client_id"], "--json")).output)[0]
    assert ended["revoked_at"]


async def test_a_client_with_a_key_set_gets_no_secret(hansa: Hansa, tmp_path: Path) -> None:
    key_set = tmp_path / "keys.json"
    key_set.write_text(json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}))
    words = ("client", "create", "--name", "Shop", "--key-set", str(key_set), "--json")
    done = await hansa(*words)
    assert json.loads(done.output)[0]["client_secret"] is None
    key_set.write_text("nonsense")
    assert isinstance((await hansa(*words)).exception, InvalidKeySet)


async def test_an_unknown_scope_is_refused(hansa: Hansa) -> None:
    done = await hansa("client", "create", "--name", "Till", "--scope", "nonsense")
    assert isinstance(done.exception, UnknownScope)


async def test_a_sign_in_link_is_printed_once(hansa: Hansa) -> None:
    done = await hansa("sign-in", "--person", "liga@amber.example", "--json")
    assert json.loads(done.output)["link"].startswith("http://localhost:8000/sign-in#")
    for words in (("--person", "nobody@amber.example"), ("--member", "12345678"), ()):
        assert (await hansa("sign-in", *words)).exit_code == 1


async def test_the_signing_key_waits_its_time_unless_it_leaked(hansa: Hansa) -> None:
    assert (await hansa("rotate-signing-key")).exit_code == 1
    assert "signs from now on" in (await hansa("rotate-signing-key", "--leaked")).output


async def test_an_operator_invites_replaces_and_lets_go(hansa: Hansa) -> None:
    admin = ("--name", "Anna", "--email", "anna@amber.example", "--role", "COALITION_ADMIN")
    link = json.loads((await hansa("person", "invite", *admin, "--json")).output)["link"]
    again = json.loads((await hansa("person", "invite-again", "--email", "anna@amber.example", "--json")).output)[
        "link"
    ]
    assert link.partition("#")[0] == again.partition("#")[0]
    assert link != again
    first = ("--name", "Kārlis", "--email", "karlis@kvass.example", "--partner", "kvass")
    assert (await hansa("person", "invite", *first, "--role", "PARTNER_ADMIN")).exit_code == 0
    for role in ("COALITION_ADMIN", "NOBODY"):
        assert (await hansa("person", "invite", *first, "--role", role)).exit_code == 1
    assert (await hansa("person", "let-go", "--email", "anna@amber.example")).exit_code == 0
    assert (await hansa("person", "let-go", "--email", "liga@amber.example")).exit_code == 1, "the last admin stays"
    shown = json.loads((await hansa("person", "list", "--json")).output)
    assert [(one["name"], one["active"]) for one in shown] == [("Līga", True), ("Anna", False)]
    assert len(json.loads((await hansa("person", "list", "--partner", "kvass", "--json")).output)) == 1


async def test_what_is_typed_is_told_to_the_trail(hansa: Hansa, owner: asyncpg.Connection) -> None:
    words = ("--redirect", "https://kvass.example/back", "--scope", "balance:read", "--dpop")
    done = await hansa("client", "create", "--name", "Shop", "--partner", "kvass", "--public", *words, "--json")
    assert json.loads(done.output)[0]["client_secret"] is None
    await hansa("sign-in", "--person", "liga@amber.example")
    await hansa("rotate-signing-key", "--leaked")
    lines = await owner.fetch("SELECT action, actor, facts FROM trail_line ORDER BY number")
    assert [line["action"] for line in lines] == [
        *("PERSON_INVITED", "CLIENT_CREATED", "SIGN_IN_LINK_MADE", "SIGNING_KEY_ROTATED")
    ]
    assert {line["actor"] for line in lines} == {"COMMAND_LINE"}
    assert json.loads(lines[1]["facts"]) == {
        "method": "none",
        "scopes": ["balance:read"],
        "dpop_bound": True,
        "redirects": ["https://kvass.example"],
    }
    assert json.loads(lines[3]["facts"])["leaked"] is True
    listed = json.loads((await hansa("client", "list", "--json")).output)[0]
    assert (listed["redirects"], listed["dpop_bound"]) == ("https://kvass.example/back", True)
