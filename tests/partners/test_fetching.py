"""The guarded way out leads to the public internet alone, whatever an address says or becomes."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from partners.errors import AddressRefused
from partners.fetching import Address, Bounds, FetchFailed, Outbound, is_public, resolved

FORBIDDEN = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8"),  # noqa: S104 - nothing is bound
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
    *("255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2001:20::1", "2002:7f00:1::1"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1"]
QUICK = Bounds(within=timedelta(milliseconds=500))


@dataclass
class Names:
    """A name server of our own, which may change its mind."""

    answers: list[list[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> list[Address]:
        """The next answer, and from then on the last."""
        self.asked.append(f"{host}:{port}")
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [ipaddress.ip_address(address) for address in answer]


@dataclass
class Authority:
    """Whoever certifies hosts in these tests."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def certify(self, host: str, *, authority: bool = False) -> ssl.SSLContext:
        """What a server with this name serves under, or what trusts all such servers."""
        key = self.key if authority else ec.generate_private_key(ec.SECP256R1())
        names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in (host, "authority")]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(names[authority])
            .issuer_name(names[1])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self.key, SHA256())
            .public_bytes(Encoding.PEM)
        )
        if authority:
            return ssl.create_default_context(cadata=certificate.decode())
        path = self.folder / f"{host}.pem"
        path.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@dataclass
class Server:
    """A server that says one thing, and remembers what it was asked."""

    says: bytes
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    connections: int = 0
    waits: float = 0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear a request out and answer it."""
        self.connections += 1
        try:
            self.heard.append(await reader.readuntil(b"\r\n\r\n"))
            for start in range(0, len(self.says), 16_384):
                writer.write(self.says[start : start + 16_384])
                await writer.drain()
                await asyncio.sleep(self.waits)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def a_server(says: bytes, context: ssl.SSLContext | None = None, *, waits: float = 0) -> AsyncIterator[Server]:
    """A server on this machine."""
    server = Server(says, waits=waits)
    listening = await asyncio.start_server(server.meet, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def said(content: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An answer of HTTP."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority of this test's own."""
    return Authority(tmp_path)


def trusting(authority: Authority) -> Callable[[], ssl.SSLContext]:
    """Trust in this authority alone."""
    context = authority.certify("authority", authority=True)
    return lambda: context


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_what_is_not_public_is_refused_by_number_and_by_name(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    written = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        await Outbound().send("GET", f"https://{written}/", sandbox=True)
    for answer in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        names = Names([answer])
        with pytest.raises(AddressRefused, match="public internet"):
            await Outbound(resolve=names).send("GET", "https://keys.example/", sandbox=True)
        assert names.asked == ["keys.example:443"]


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert Outbound().target(f"https://{f'[{address}]' if ':' in address else address}/", sandbox=False).port == 443


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "0177.1", "127.0.0.0x1", "0", "0x", "8.8.8.8.8"],
)
def test_no_number_passes_for_a_name(host: str) -> None:
    with pytest.raises(AddressRefused):
        Outbound().target(f"https://{host}/", sandbox=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example/",
        "ftp://keys.example/",
        "file:///etc/passwd",
        "gopher://keys.example/",
        "//keys.example/",
        "keys.example",
        "https:///path",
        "https://",
        "https://user@keys.example/",
        "https://user:secret@keys.example/",
        "https://8.8.8.8@127.0.0.1/",
        "https://keys.example@/",
        "https://keys.example/#part",
        "https://keys.example#@127.0.0.1/",
        "https://keys.example\\@127.0.0.1/",
        "https://keys.example /",
        "https://keys.example/\r\nX: y",
        "https://keys.example/\tx",
        "https://ключи.example/",
        "https://keys.example:22/",
        "https://keys.example:80/",
        "https://keys.example:0/",
        "https://keys.example:99999/",
        "https://keys.example:x/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://-keys.example/",
        "https://keys..example/",
        "https://%6c%6f/",
        "https://" + "a" * 64 + ".example/",
        "https://keys.example/" + "x" * 2048,
        "",
    ],
)
async def test_what_is_no_plain_address_of_https_is_refused(url: str) -> None:
    names = Names([["8.8.8.8"]])
    with pytest.raises(AddressRefused):
        await Outbound(resolve=names).send("GET", url, sandbox=True)
    assert names.asked == []


async def test_the_name_is_asked_for_once_and_what_was_checked_is_connected_to(authority: Authority) -> None:
    """A name server that says something public first and this machine afterwards leads nobody here."""
    async with a_server(said(b"inside"), authority.certify("keys.example")) as server:
        names = Names([["198.41.0.4"], ["127.0.0.1"]])
        outbound = Outbound(resolve=names, certificates=trusting(authority), named=frozenset())
        with pytest.raises(FetchFailed):
            await outbound.send("GET", "https://keys.example/", sandbox=True, bounds=QUICK)
        assert names.asked == ["keys.example:443"]
        with pytest.raises(AddressRefused):
            await outbound.send("GET", "https://keys.example/", sandbox=True, bounds=QUICK)
        assert server.connections == 0


async def test_the_certificate_is_the_named_hosts(authority: Authority) -> None:
    async with a_server(said(b"{}"), authority.certify("keys.example")) as server:
        hosts = frozenset({f"keys.example:{server.port}", f"other.example:{server.port}"})
        outbound = Outbound(named=hosts, resolve=Names([["127.0.0.1"]]), certificates=trusting(authority))
        answer = await outbound.send("GET", f"https://keys.example:{server.port}/set?a=b", sandbox=True)
        assert (answer.status, answer.content) == (200, b"{}")
        assert server.heard[0].startswith(b"GET /set?a=b HTTP/1.1\r\n")
        assert f"Host: keys.example:{server.port}\r\n".encode() in server.heard[0]
        for refused, certificates in (
            ("other.example", trusting(authority)),
            ("keys.example", Outbound().certificates),
        ):
            elsewhere = Outbound(named=hosts, resolve=Names([["127.0.0.1"]]), certificates=certificates)
            with pytest.raises(FetchFailed, match="no connection"):
                await elsewhere.send("GET", f"https://{refused}:{server.port}/", sandbox=True)
        assert len(server.heard) == 1


async def test_hosts_are_named_for_sandboxes_alone() -> None:
    async with a_server(said(b"hello")) as server:
        outbound = Outbound(named=frozenset({"localhost", f"127.0.0.1:{server.port}"}))
        for host in ("localhost", "127.0.0.1"):
            url = f"http://{host}:{server.port}/"
            assert (await outbound.send("POST", url, sandbox=True, content=b"x")).content == b"hello"
            with pytest.raises(AddressRefused):
                await outbound.send("GET", url, sandbox=False)
        for url in (f"http://127.0.0.2:{server.port}/", "http://127.0.0.1:1/", f"http://[::1]:{server.port}/"):
            with pytest.raises(AddressRefused):
                await outbound.send("GET", url, sandbox=True)
        with pytest.raises(AddressRefused):
            await outbound.send("GET", "ftp://localhost/", sandbox=True)
        assert server.connections == 2


async def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    async with a_server(said(b"inside")) as inner:
        location = f"Location: http://127.0.0.1:{inner.port}/"
        async with a_server(said(b"", "302 Found", location)) as server:
            outbound = Outbound(named=frozenset({f"127.0.0.1:{server.port}", f"127.0.0.1:{inner.port}"}))
            answer = await outbound.send("GET", f"http://127.0.0.1:{server.port}/", sandbox=True)
            assert (answer.status, answer.headers["location"]) == (302, location.partition(" ")[2])
        assert inner.connections == 0


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (said(b"x" * 70_000), "too long"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2000\r\n" + b"x" * 8192 + b"\r\n" * 1, "broke"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", "broke"),
        (b"SSH-2.0-OpenSSH\r\n", "broke"),
        (b"", "broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "broke"),
    ],
    ids=["long", "cut short", "endless head", "another protocol", "nothing", "shorter than it says"],
)
async def test_what_comes_back_is_bounded_and_whole(says: bytes, reason: str) -> None:
    async with a_server(says) as server:
        outbound = Outbound(named=frozenset({"127.0.0.1"}))
        with pytest.raises(FetchFailed, match=reason):
            await outbound.send("GET", f"http://127.0.0.1:{server.port}/", sandbox=True)


async def test_time_is_bounded_in_all_not_for_each_piece() -> None:
    trickle = said(b"x" * 60_000)
    async with a_server(trickle, waits=0.3) as server:
        outbound = Outbound(named=frozenset({"127.0.0.1"}))
        begun = asyncio.get_running_loop().time()
        with pytest.raises(FetchFailed, match="no answer in time"):
            await outbound.send("GET", f"http://127.0.0.1:{server.port}/", sandbox=True, bounds=QUICK)
        assert asyncio.get_running_loop().time() - begun < 5


async def test_a_name_server_that_is_silent_is_not_waited_for() -> None:
    async def silent(_host: str, _port: int) -> list[Address]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(FetchFailed, match="no answer in time"):
        await Outbound(resolve=silent).send("GET", "https://keys.example/", sandbox=True, bounds=QUICK)


async def test_a_host_without_an_address_is_no_connection() -> None:
    with pytest.raises(FetchFailed, match="no connection"):
        await Outbound(resolve=Names([[]])).send("GET", "https://keys.example/", sandbox=True)


async def test_nobody_listening_is_no_connection() -> None:
    async with a_server(b"") as server:
        port = server.port
    with pytest.raises(FetchFailed, match="no connection"):
        await Outbound(named=frozenset({"127.0.0.1"})).send("GET", f"http://127.0.0.1:{port}/", sandbox=True)


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_server(said(b"by proxy")) as proxy, a_server(said(b"straight")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        outbound = Outbound(named=frozenset({"127.0.0.1"}))
        answer = await outbound.send("GET", f"http://127.0.0.1:{server.port}/", sandbox=True)
        assert (answer.content, proxy.connections) == (b"straight", 0)


async def test_the_systems_names_are_found() -> None:
    assert ipaddress.ip_address("127.0.0.1") in await resolved("localhost", 443)
    assert await resolved("2130706433", 443) == [ipaddress.ip_address("127.0.0.1")], "as the system reads it"
