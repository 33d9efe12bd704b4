"""Media types: which one a client takes, and whether it sends what we read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"

_SERVED = {GRAPHQL: GRAPHQL, JSON: JSON, EVENTS: EVENTS, "application/*": JSON, "*/*": JSON}
LONGEST_HEADER = 2_000


def negotiated(accept: Sequence[str]) -> str | None:
    """The media type to answer in, None when the client takes none of ours; the first of the best wins."""
    header = ",".join(accept).strip()
    if not header:
        return JSON
    wanted = [(weight, _SERVED[kind]) for kind, weight in _wanted(header[:LONGEST_HEADER]) if kind in _SERVED]
    best = max((weight for weight, _ in wanted), default=0.0)
    return next((media for weight, media in wanted if weight == best), None) if best > 0 else None


def is_json(content_types: Sequence[str]) -> bool:
    """Whether a body is said to be JSON, and in no other character set than UTF-8."""
    if len(content_types) != 1:
        return False
    kind, *parameters = (part.strip().lower() for part in content_types[0].split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    return kind == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


def _wanted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        weight = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        yield kind, _number(weight)


def _number(text: str) -> float:
    digits = text.replace(".", "", 1)
    return float(text) if digits.isascii() and digits.isdigit() else 0.0
