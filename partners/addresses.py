"""Where a request comes from, as limits count it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

NETWORK_BITS = 64
"""Whoever has one address of IPv6 has all of such a network."""


def network_of(connection: HTTPConnection) -> str:
    """The caller's network: an address of IPv4, a /64 of IPv6; empty where there is none, as on a local socket.

    It is the connection's own, or the one a trusted proxy names (hansa/serving.py), never one a caller made up.
    """
    return written(connection.client.host) if connection.client else ""


def written(host: str) -> str:
    """An address as limits count it."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, NETWORK_BITS), strict=False))
