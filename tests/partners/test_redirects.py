"""Where members may come back to: exact, and never to somebody else's."""

from __future__ import annotations

import pytest

from domain.errors import InvalidValue
from partners.clients import redirects

HTTPS = [
    "https://shop.example/back",
    "https://shop.example",
    "https://shop.example:8443/b?c=d&e=%20",
    "https://1.2.3.4/",
]
LOOPBACK = ["http://127.0.0.1/back", "http://127.0.0.1:4711/", "http://[::1]:4711/back", "http://localhost:3000/back"]
OF_THE_APP = ["com.example.app:/back", "com.example.app://back", "org.example-shop.till+1:/x"]
BAD = [
    "",
    "shop.example/back",
    "//shop.example/back",
    "https://",
    "https:///back",
    "https:shop.example",
    "https://shop.example/#",
    "https://shop.example/#part",
    "https://shop.example/*",
    "https://*.shop.example/",
    "https://shop.example/b ck",
    "https://shop.example/\nback",
    "https://shop.example\\@evil.example/",
    "https://user@shop.example/",
    "https://user:secret@shop.example/",
    "https://шоп.example/",
    "https://shop.example:port/",
    "https://shop.example:99999/",
    "https://[::1/",
    "https://shop.example/" + "x" * 512,
    "http://shop.example/back",
    "http://192.168.0.1/back",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://0x7f000001/",
    "ftp://shop.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "app:/back",
    "myapp://back",
    "com.example.app:",
    "com..app:/x",
    ".example:/x",
    "urn:ietf:wg:oauth:2.0:oob",
]


@pytest.mark.parametrize("address", HTTPS)
def test_https_is_for_everybody(address: str) -> None:
    for public in (True, False):
        for sandbox in (True, False):
            assert redirects.checked([address], public=public, sandbox=sandbox) == [address]


@pytest.mark.parametrize("address", LOOPBACK)
def test_the_users_own_machine_is_for_public_clients_and_for_trying_out(address: str) -> None:
    assert redirects.checked([address], public=True, sandbox=False) == [address]
    assert redirects.checked([address], public=False, sandbox=True) == [address]
    with pytest.raises(InvalidValue):
        redirects.checked([address], public=False, sandbox=False)


@pytest.mark.parametrize("address", OF_THE_APP)
def test_a_scheme_of_ones_own_is_for_public_clients(address: str) -> None:
    assert redirects.checked([address], public=True, sandbox=False) == [address]
    with pytest.raises(InvalidValue):
        redirects.checked([address], public=False, sandbox=True)


@pytest.mark.parametrize("address", BAD)
def test_what_is_not_exact_or_not_ones_own_is_refused_by_its_place(address: str) -> None:
    for public in (True, False):
        with pytest.raises(InvalidValue) as refused:
            redirects.checked(["https://shop.example/", address], public=public, sandbox=True)
        assert refused.value.path == ("redirectUris", "1")


def test_there_are_few_and_each_stands_once() -> None:
    many = [f"https://shop.example/{number}" for number in range(11)]
    assert redirects.checked(many[:10], public=False, sandbox=False) == many[:10]
    for wrong in (many, [many[0], many[0]]):
        with pytest.raises(InvalidValue):
            redirects.checked(wrong, public=False, sandbox=False)


def test_the_trail_is_told_where_they_lead_and_no_more() -> None:
    told = redirects.hosts(["https://shop.example/a?x=y", "https://shop.example/b", "com.example.app:/x"])
    assert told == ["com.example.app:", "https://shop.example"]


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("http://127.0.0.1:51004/back", True),
        ("http://127.0.0.1/back", True),
        ("http://[::1]:51004/back", True),
        ("http://127.0.0.1:51004/other", False),
        ("http://127.0.0.1:51004/back?x=1", False),
        ("http://127.0.0.1:51004/back#x", False),
        ("http://127.0.0.2:51004/back", False),
        ("https://127.0.0.1:51004/back", False),
        ("http://user@127.0.0.1:51004/back", False),
        ("http://127.0.0.1:99999/back", False),
        ("http://localhost:51004/back", False),
        ("http://localhost:8000/back", True),
        ("https://shop.example/back", True),
        ("https://shop.example:444/back", False),
        ("https://shop.example/back/", False),
        ("https://SHOP.example/back", False),
        ("", False),
    ],
)
def test_an_app_on_this_machine_comes_back_to_any_port_and_nobody_else_does(asked: str, taken: bool) -> None:  # noqa: FBT001
    registered = [
        "https://shop.example/back",
        "http://127.0.0.1:8000/back",
        "http://[::1]/back",
        "http://localhost:8000/back",
    ]
    assert redirects.is_one_of(asked, registered) is taken
