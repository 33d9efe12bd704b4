"""The body of a request to the authorization server, read strictly (RFC 6749, section 3.2 and appendix A)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST_BODY_BYTES = 16 * 1024
MOST_FIELDS = 32
FORM = "application/x-www-form-urlencoded"

KNOWN = frozenset(
    {
        "grant_type",
        "scope",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "resource",
        "token",
        "token_type_hint",
    }
)
"""The parameters that mean something here; others are ignored, as the RFC asks."""


class FormRefused(Exception):
    """The body is not a form as OAuth has them."""

    def __init__(self, description: str, *, status: int = 400) -> None:
        self.description = description
        self.status = status
        super().__init__(description)


async def parameters(request: Request, known: frozenset[str] = KNOWN, *, text: bool = False) -> dict[str, str]:
    """The known parameters of a request, those without a value left out; `text` may be in any alphabet.

    Raises: FormRefused.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise FormRefused(f"The body is sent as {FORM}.")
    fields = _fields(await _body(request))
    if len({name for name, _ in fields}) != len(fields):
        raise FormRefused("A parameter is there twice.")
    found = {name: value for name, value in fields if name in known and value}
    if not text and any(not " " <= character <= "~" for value in found.values() for character in value):
        raise FormRefused("A parameter has a character outside ASCII.")
    return found


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
        raise FormRefused("The body is not percent-encoded UTF-8.") from None
    except ValueError:
        raise FormRefused(f"There are more than {MOST_FIELDS} parameters.") from None
