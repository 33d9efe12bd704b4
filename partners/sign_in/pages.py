"""How a page is made: a template in a language, a style sheet of our own, and headers that let nothing else in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from partners.sign_in.words import LANGUAGES, words_in
from partners.state import AccessState

if TYPE_CHECKING:
    from partners.sign_in.visits import Visit

FOR_OWN_PAGES = {
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # With no referrer at all a browser would send `Origin: null` with the form, which is nobody's page.
    "Referrer-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'{form_action}; base-uri 'none'; frame-ancestors 'none'"
)

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


def response(visit: Visit, template: str, status: int, form_action: str, shown: Mapping[str, Any]) -> Response:
    """A page as an answer."""
    body = text(template, visit.words.language, {**_frame(visit), **shown})
    policy = POLICY.format(form_action=f" {form_action}" if form_action else "")
    return HTMLResponse(body, status, {**FOR_OWN_PAGES, "Content-Security-Policy": policy})


def text(template: str, language: str, shown: Mapping[str, Any]) -> str:
    """A template filled in, in a language; what is missing in `shown` is an error, and never an empty place."""
    return _environment(language).get_template(template).render(shown)


def _frame(visit: Visit) -> dict[str, Any]:
    return {
        "house": visit.house,
        "zone": visit.house.zone,
        "facts": visit.facts,
        "form_token": visit.form_token,
        "language": visit.words.language,
        "languages": [(code, name, _in_language(visit.request, code)) for code, name in LANGUAGES.items()],
        "landing": visit.landing,
        "fresh": visit.fresh,
        "kept": visit.kept,
        "problem": None,
    }


def _in_language(request: Request, language: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return "?" + urlencode([*kept, ("lang", language)])


@cache
def _environment(language: str) -> Environment:
    words = words_in(language)
    environment = Environment(
        loader=PackageLoader("partners.sign_in", "templates"),
        autoescape=select_autoescape(["html", "svg"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]

    @pass_context
    def day(context: Context, instant: datetime) -> str:
        return words.day(instant, context["zone"])

    @pass_context
    def moment(context: Context, instant: datetime) -> str:
        return words.moment(instant, context["zone"])

    environment.filters |= {"day": day, "moment": moment}
    environment.globals |= {"asset": address_of}
    return environment


def address_of(name: str) -> str:
    """Where a file of ours is served; the address changes with what is in it, so browsers may keep it for ever."""
    return f"/sign-in/static/{name}?{_digest(name)}"


async def static(request: Request, state: AccessState) -> Response:  # noqa: ARG001 - every endpoint is called alike
    """A style sheet, script or picture of ours."""
    name = request.path_params["name"]
    kind = KINDS.get(name.rpartition(".")[2])
    found = files("partners.sign_in").joinpath("static")
    if kind is None or name not in {one.name for one in found.iterdir()}:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
    return Response(_content(name), 200, {**headers, "Content-Type": f"{kind}; charset=utf-8"})


@cache
def _content(name: str) -> bytes:
    return files("partners.sign_in").joinpath("static", name).read_bytes()


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]
