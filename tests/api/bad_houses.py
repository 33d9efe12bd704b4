"""Requests about clients and people that cannot stand, each with the refusal it must get and the field it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.api.bad_inputs import BELL, LONG, TYPED, Bad, Input, _each
from tests.isolation.names import Names

KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
BACK = ["https://shop.example/back"]

SOUND_HOUSES: Mapping[str, Callable[[Names], Input]] = {
    "clientCreate": lambda _names: {"name": "Shop", "scopes": ["purchases:read"], "keys": [KEY]},
    "clientChange": lambda names: {"client": names.client, "name": "Till 4"},
    "clientRotate": lambda names: {"client": names.client, "graceHours": 1},
    "clientRevoke": lambda names: {"client": names.client},
    "ceilingSet": lambda names: {"partner": names.partner, "scopes": ["purchases:read"]},
    "personInvite": lambda _names: {"name": "Ilze", "email": "ilze@shop.example", "roles": ["PARTNER_ADMIN"]},
    "personInviteAgain": lambda names: {"person": names.colleague},
    "personChange": lambda names: {"person": names.colleague, "roles": ["PARTNER_MARKETING"]},
    "personLetGo": lambda names: {"person": names.colleague},
    "testMembersCreate": lambda _names: {"count": 1, "idempotencyKey": ""},
}
"""For each mutation an input that would be done."""

CLIENTS = [
    *_each("clientCreate", "name", "INVALID_VALUE", "", "  ", BELL, LONG),
    *_each("clientCreate", "scopes", "INVALID_VALUE", []),
    *_each("clientCreate", "scopes", "UNKNOWN_SCOPE", ["nonsense"], ["purchases:read", "x" * 500]),
    *_each(
        "clientCreate", "scopes", "SCOPE_ABOVE_CEILING", ["audit:read"], ["people:manage"], ["profile:read"], named=""
    ),
    *_each("clientCreate", "partner", "WRONG_AUDIENCE", "Partner_x"),
    *_each("clientCreate", "partner", "PARTNER_NOT_FOUND", "Partner_x", who="admin"),
    *_each("clientCreate", "outlet", "NOT_FOUND", "Outlet_x"),
    *_each(
        "clientCreate",
        "keys",
        "INVALID_KEY_SET",
        [],
        [KEY] * 2,
        [KEY] * 6,
        [{**KEY, "x": "AAAA"}],
        [{**KEY, "use": "enc"}],
        [{**KEY, "alg": "none"}],
        [{"kty": "oct"}],
    ),
    *_each("clientCreate", "keys", TYPED, [{**KEY, "d": "AAAA"}], [{"x": "AAAA"}]),
    *_each("clientCreate", "keySetUrl", "INVALID_VALUE", "https://shop.example/keys"),
    *_each(
        "clientCreate", "redirectUris", "INVALID_VALUE", ["http://shop.example/"], ["javascript:alert(1)"], BACK * 2
    ),
    *_each("clientCreate", "redirectUris", "INVALID_VALUE", [f"{BACK[0]}{n}" for n in range(11)]),
    *_each("clientCreate", "public", "INVALID_VALUE", *[True]),
    *_each("clientChange", "client", "NOT_FOUND", "Client_x"),
    *_each("clientChange", "name", "INVALID_VALUE", "", BELL),
    *_each("clientChange", "scopes", "INVALID_VALUE", []),
    *_each("clientChange", "scopes", "SCOPE_ABOVE_CEILING", ["audit:read"]),
    *_each("clientChange", "redirectUris", "INVALID_VALUE", ["https://shop.example/#"]),
    *_each("clientRotate", "client", "NOT_FOUND", "Client_x"),
    *_each("clientRotate", "graceHours", "INVALID_VALUE", -1, 169, 2_000_000_000),
    *_each("clientRotate", "keys", "INVALID_VALUE", [KEY]),
    *_each("clientRotate", "keySetUrl", "INVALID_VALUE", "https://shop.example/keys"),
    *_each("clientRevoke", "client", "NOT_FOUND", "Client_x"),
    *_each("ceilingSet", "partner", "PARTNER_NOT_FOUND", "Partner_x", who="admin"),
    *_each("ceilingSet", "scopes", "UNKNOWN_SCOPE", ["nonsense"], who="admin"),
    *[
        Bad(f"keys at {url}", "clientCreate", "ADDRESS_REFUSED", "input.keySetUrl", {"keys": None, "keySetUrl": url})
        for url in ("http://shop.example/keys", "https://127.0.0.1/keys", "https://[::1]/keys", "https://a.example:22/")
    ],
]

PEOPLE = [
    *_each("personInvite", "name", "INVALID_VALUE", "", "  ", BELL, LONG),
    *_each("personInvite", "email", "INVALID_VALUE", "", "nobody", "a@b@c.example", f"{LONG}@shop.example"),
    *_each("personInvite", "roles", "INVALID_VALUE", [], ["COALITION_ADMIN"], ["PARTNER_ADMIN", "COALITION_RISK"]),
    *_each("personInvite", "roles", TYPED, ["NOBODY"]),
    *_each("personInvite", "partner", "WRONG_AUDIENCE", "Partner_x"),
    *_each("personInvite", "partner", "PARTNER_NOT_FOUND", "Partner_x", who="admin"),
    *_each("personInviteAgain", "person", "NOT_FOUND", "Person_x"),
    *_each("personChange", "person", "NOT_FOUND", "Person_x"),
    *_each("personChange", "roles", "INVALID_VALUE", [], ["COALITION_ADMIN"]),
    *_each("personLetGo", "person", "NOT_FOUND", "Person_x"),
    *_each("testMembersCreate", "count", "INVALID_VALUE", 0, -1, 51, 2_000_000_000),
]

HOUSES = [*CLIENTS, *PEOPLE]
