"""The catalogue of scopes: documented, nested under its ceilings, and each held by somebody."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from partners import keys
from partners.keys import SealBroken, seal, unseal
from partners.scopes import (
    APPROVAL,
    COALITION_CEILING,
    EVERY_SCOPE,
    MEMBER_SCOPES,
    PARTNER_CEILING,
    PERSONS_ONLY,
    SANDBOX_DEFAULT,
    SCOPES_OF_ROLE,
    VALUE_MOVING,
    PersonRole,
    Scope,
    ceiling,
    scopes_of_roles,
)
from tests.partners.conftest import SECRET_KEY
from tests.shape.tree import ROOT

DOCUMENT = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")


def test_every_scope_and_role_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z]+:[a-z]+)` \| (.+?) \|", DOCUMENT, re.MULTILINE)
    assert dict(rows) == {scope.value: scope.description for scope in Scope}
    roles = DOCUMENT.partition("\n## Roles of persons\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", roles, re.MULTILINE)) == {role.value for role in PersonRole}


def test_a_scope_is_a_resource_and_an_action_with_a_sentence() -> None:
    for scope in Scope:
        assert re.fullmatch(r"[a-z]+:[a-z]+", scope)
        assert scope.description.endswith(".")
        assert Scope(scope.value) is scope


def test_ceilings_nest() -> None:
    assert SANDBOX_DEFAULT < PARTNER_CEILING < COALITION_CEILING < EVERY_SCOPE
    assert ceiling(of_partner=True, partners_own=EVERY_SCOPE) == PARTNER_CEILING
    assert ceiling(of_partner=True) == PARTNER_CEILING
    assert ceiling(of_partner=False) == COALITION_CEILING


def test_approvals_move_value_and_are_for_persons_only() -> None:
    assert APPROVAL <= VALUE_MOVING
    assert APPROVAL <= PERSONS_ONLY
    assert not PERSONS_ONLY & COALITION_CEILING


def test_every_scope_is_held_by_somebody() -> None:
    assert scopes_of_roles(PersonRole) | MEMBER_SCOPES | COALITION_CEILING == EVERY_SCOPE
    assert set(SCOPES_OF_ROLE) == set(PersonRole)


def test_a_partners_people_never_hold_what_is_the_coalitions() -> None:
    for role in PersonRole:
        if not role.of_coalition:
            assert SCOPES_OF_ROLE[role] <= PARTNER_CEILING | {Scope.PEOPLE_MANAGE}


def test_keys_differ_by_purpose_and_stay_the_same_for_a_secret() -> None:
    one, again, other = keys.derive(SECRET_KEY), keys.derive(SECRET_KEY), keys.derive(SECRET_KEY + b"!")
    names = [field.name for field in fields(one)]
    assert one == again
    assert len({getattr(keyring, name) for keyring in (one, other) for name in names}) == 2 * len(names)
    assert all(len(getattr(one, name)) == 32 for name in names)
    assert SECRET_KEY.decode() not in repr(one)


@pytest.mark.parametrize("secret", [b"", b"short", b"a" * 64])
def test_a_secret_that_could_be_guessed_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="secret key"):
        keys.derive(secret)


def test_a_seal_opens_under_its_own_key_and_name_only() -> None:
    derived = keys.derive(SECRET_KEY)
    sealed = seal(derived.signing_keys, b"private", name="one")
    assert unseal(derived.signing_keys, sealed, name="one") == b"private"
    for key, text, name in (
        (derived.cursors, sealed, "one"),
        (derived.signing_keys, sealed, "two"),
        (derived.signing_keys, sealed[:-1] + bytes([sealed[-1] ^ 1]), "one"),
        (derived.signing_keys, b"", "one"),
    ):
        with pytest.raises(SealBroken):
            unseal(key, text, name=name)
