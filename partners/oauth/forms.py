"""The parameters of a request to the authorization server, read strictly (RFC 6749, section 3 and appendix A)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST_BODY_BYTES = 16 * 1024
MOST_FIELDS = 32
FORM = "application/x-www-form-urlencoded"

OF_A_CLIENT = frozenset({"client_id", "client_secret", "client_assertion", "client_assertion_type"})
OF_A_TOKEN = frozenset({"grant_type", "scope", "resource", "code", "code_verifier", "redirect_uri", "refresh_token"})
OF_AUTHORIZATION = frozenset(
    {
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "ui_locales",
        "login_hint",
        "resource",
        "code_challenge",
        "code_challenge_method",
        "dpop_jkt",
        "request",
        "request_uri",
    }
)
KNOWN = OF_A_CLIENT | OF_A_TOKEN | OF_AUTHORIZATION | {"token", "token_type_hint"}
"""The parameters that mean something here; others are ignored, as the RFC asks."""

WITH_TEXT = frozenset({"login_hint", "state"})
"""What a client may write in any script; everything else is ASCII."""


class FormRefused(Exception):
    """The request is not one as OAuth has them."""

    def __init__(self, description: str, *, status: int = 400) -> None:
        self.description = description
        self.status = status
        super().__init__(description)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The parameters of an authorization request that are there once and well, and what is wrong with the others."""

    parameters: dict[str, str]
    flaw: str | None


async def parameters(request: Request, known: frozenset[str] = KNOWN, *, text: bool = False) -> dict[str, str]:
    """The known parameters of a body, those without a value left out; `text` may be in any alphabet.

    Raises: FormRefused.
    """
    given = judged(await _form(request), known, text=text)
    if given.flaw is not None:
        raise FormRefused(given.flaw)
    return given.parameters


async def authorization(request: Request) -> Given:
    """What an authorization request says, in its address or its body.

    Raises: FormRefused, where it cannot be read at all.
    """
    if request.method == "POST":
        return judged(await _form(request), OF_AUTHORIZATION)
    query: bytes = request.scope.get("query_string", b"")
    if len(query) > LARGEST_BODY_BYTES:
        raise FormRefused(f"The request is larger than {LARGEST_BODY_BYTES} bytes.", status=414)
    return judged(_fields(query), OF_AUTHORIZATION)


def judged(fields: list[tuple[str, str]], known: frozenset[str], *, text: bool = False) -> Given:
    """The known parameters, those left out that are there twice or hold what they may not."""
    flaw = None
    times = Counter(name for name, _ in fields)
    found = {name: value for name, value in fields if name in known and value and times[name] == 1}
    if any(often > 1 for often in times.values()):
        flaw = "A parameter is there twice."
    for name in [name for name, value in found.items() if not text and not _is_well(name, value)]:
        del found[name]
        flaw = flaw or "A parameter has a character outside ASCII."
    return Given(parameters=found, flaw=flaw)


def _is_well(name: str, value: str) -> bool:
    if name in WITH_TEXT:
        return value.isprintable()
    return all(" " <= character <= "~" for character in value)


async def _form(request: Request) -> list[tuple[str, str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise FormRefused(f"The body is sent as {FORM}.")
    return _fields(await _body(request))


async def _body(request: Request) -> bytes:
    """The body, read once: who counts failures by client looks into it before the endpoint does."""
    if not hasattr(request.state, "form_body"):
        request.state.form_body = await _read(request)
    body: bytes = request.state.form_body
    if len(body) > LARGEST_BODY_BYTES:
        raise FormRefused(f"The body is larger than {LARGEST_BODY_BYTES} bytes.", status=413)
    return body


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            break
    return bytes(body)


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise FormRefused("The request is not percent-encoded UTF-8.") from None
    except ValueError:
        raise FormRefused(f"There are more than {MOST_FIELDS} parameters.") from None
