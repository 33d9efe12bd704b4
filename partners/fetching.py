"""Where this server goes when a partner names the address: the public internet alone, and never further than it must.

An address is resolved here, checked, and connected to as it was checked, so that no second answer of a name server can
lead elsewhere; TLS still verifies the name. No redirect is followed, no proxy of the environment is used, nothing is
unpacked, and time and size are bounded.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore

from partners.errors import AddressRefused

Address: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str, int], Awaitable[list[Address]]]
"""All addresses of a host, in the order to try them; OSError when it has none."""

LONGEST_URL = 2_048
PORTS = frozenset({443, 8443})
"""Where https is spoken to the world; another port is somebody's own service."""

_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")

_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols' own
        "192.88.99.0/24",  # once relays of 6to4
        "168.63.129.16/32",  # a cloud's inside, under a public number
        "2001::/23",  # protocols' own, Teredo among them
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
]
"""What Python calls global and is not, or leads to an IPv4 address within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long one exchange may take in all, and how much may come back."""

    within: timedelta = timedelta(seconds=10)
    most_bytes: int = 65_536
    cuts: bool = False
    """Whether an answer that is longer is read up to there, where otherwise nothing of it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class FetchFailed(Exception):
    """Nothing useful came back; the reason is one of a few words, and tells nothing about networks of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be gone to, as far as its words tell."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as the request names it."""
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


async def resolved(host: str, port: int) -> list[Address]:
    """The addresses of a host, as the system finds them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(address[0])) for *_, address in found]


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """The one way out; whose coalition is for trying out, may also go to the hosts that the installation names."""

    named: frozenset[str] = frozenset()
    """Hosts, each with or without a port, that a sandbox may reach wherever they are (HANSA_OUTBOUND_HOSTS)."""
    resolve: Resolve = resolved
    certificates: Callable[[], ssl.SSLContext] = field(default=trusted, repr=False)

    def target(self, url: str, *, sandbox: bool) -> Target:
        """What a URL names, checked without asking anybody.

        Raises: AddressRefused.
        """
        if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
            raise AddressRefused(f"An address has at most {LONGEST_URL} characters, without spaces.")
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise AddressRefused("This is not an address.") from None
        if "@" in parts.netloc or "#" in url:
            raise AddressRefused("An address has neither a user's name nor a part behind #.")
        if (not _HOST.fullmatch(host) and not _literal(host)) or ("[" in parts.netloc) != (":" in host):
            raise AddressRefused("The host is a name in ASCII letters, or an IP address.")
        port = (80 if parts.scheme == "http" else 443) if port is None else port
        if not self._is_named(host, port, sandbox=sandbox):
            _refuse_private_words(parts.scheme, host, port)
        elif parts.scheme not in {"http", "https"}:
            raise AddressRefused("An address begins with https://.")
        query = f"?{parts.query}" if parts.query else ""
        return Target(scheme=parts.scheme, host=host, port=port, path=(parts.path or "/") + query)

    async def send(
        self,
        method: str,
        url: str,
        *,
        sandbox: bool,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = Bounds(),
    ) -> Answer:
        """Send one request and read its answer; `sandbox` says whether the named hosts may be reached as well.

        Raises: AddressRefused; FetchFailed.
        """
        target = self.target(url, sandbox=sandbox)
        backend = _Checked(self, sandbox=sandbox)
        connection = httpcore.AsyncHTTPConnection(
            origin=httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self.certificates(),
            keepalive_expiry=0,
            network_backend=backend,
        )
        try:
            async with asyncio.timeout(bounds.within.total_seconds()):
                return await _exchanged(connection, target, method, content, headers or {}, bounds)
        except (httpcore.TimeoutException, TimeoutError):
            raise FetchFailed("no answer in time") from None
        except (httpcore.ConnectError, OSError):
            raise FetchFailed("no connection") from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise FetchFailed("the connection broke") from None
        finally:
            await connection.aclose()

    async def addresses(self, host: str, port: int, *, sandbox: bool) -> list[Address]:
        """Where a host is; all of its addresses are public ones, or none is gone to.

        Raises: AddressRefused; OSError.
        """
        found = await self.resolve(host, port)
        if not found:
            raise OSError(socket.EAI_NONAME, "no address")
        if not self._is_named(host, port, sandbox=sandbox) and not all(is_public(address) for address in found):
            raise AddressRefused("This address does not lead to the public internet.")
        return found

    def _is_named(self, host: str, port: int, *, sandbox: bool) -> bool:
        written = f"[{host}]" if ":" in host else host
        return sandbox and bool({written, f"{written}:{port}"} & self.named)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's, and hides no other."""
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.scope_id is not None):
        return False  # mapped and translated IPv4 addresses stand outside of what is given out
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NOT_PUBLIC if network.version == address.version)
    )


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to the very address that was checked."""

    def __init__(self, outbound: Outbound, *, sandbox: bool) -> None:
        self._outbound = outbound
        self._sandbox = sandbox
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that answers."""
        failure: Exception = OSError("no address")
        for address in await self._outbound.addresses(host, port, sandbox=self._sandbox):
            try:
                return await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except httpcore.ConnectError as refused:
                failure = refused
        raise failure

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - nothing of this machine's is gone to
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse."""
        raise AddressRefused("A socket of this machine is no address.")


async def _exchanged(
    connection: httpcore.AsyncHTTPConnection,
    target: Target,
    method: str,
    content: bytes,
    headers: Mapping[str, str],
    bounds: Bounds,
) -> Answer:
    url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
    sent = [("Host", target.authority), *headers.items(), ("Accept-Encoding", "identity"), ("Connection", "close")]
    async with connection.stream(method, url, headers=sent, content=content or None) as response:
        read = bytearray()
        async for chunk in response.aiter_stream():
            read += chunk
            if len(read) > bounds.most_bytes and bounds.cuts:
                break
            if len(read) > bounds.most_bytes:
                raise FetchFailed("the answer is too long")
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return Answer(status=response.status, headers=named, content=bytes(read[: bounds.most_bytes]))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refuse_private_words(scheme: str, host: str, port: int) -> None:
    """What is refused without asking a name server."""
    if scheme != "https":
        raise AddressRefused("An address begins with https://.")
    if port not in PORTS:
        raise AddressRefused(f"The port is one of {', '.join(map(str, sorted(PORTS)))}.")
    literal = _literal(host)
    # 0x7f.1, 0177.0.0.1 and 2130706433 are addresses to the system, though no one writes them so in good faith.
    if literal is None and re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]):
        raise AddressRefused("An IP address is written as four numbers, or in the form of IPv6.")
    if literal is not None and not is_public(literal):
        raise AddressRefused("This address does not lead to the public internet.")
