"""The first page: what this is, where the API is, and how far the frontend is; in the look of the sign-in pages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files

from partners.sign_in.pages import address_of

SEAL = files("partners.sign_in").joinpath("templates/seal.svg").read_text(encoding="utf-8")

HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Hansa</title>
<link rel="icon" href="{icon}" type="image/svg+xml"><link rel="stylesheet" href="{look}"></head>
<body class="wide">
<header class="masthead">{seal}<span class="house">Hansa</span></header>
<main>
"""

PAGE = """<h1>One points currency, many brands</h1>
<p>A partner-coalition loyalty platform, settled to the cent.</p>
<section class="card"><h2>Pages</h2>
<p>{frontend}</p>
<ul class="plain">{links}<li><a href="/join">Join as a member</a></li><li><a href="/account">Your account</a></li></ul>
</section>
<section class="card"><h2>For programs</h2>
<p><code>POST {api}</code> speaks GraphQL; its contract is at <a href="/schema.graphql">/schema.graphql</a>. Tokens come
from the server described at
<a href="/.well-known/oauth-authorization-server">/.well-known/oauth-authorization-server</a>.</p>
</section>
"""

WAITING = """<h1>One moment</h1>
<p>{says}</p>
<p><a href="/">What this is</a></p>
"""

FOOT = """</main>
</body></html>
"""


def first_page(*, api: str, frontend: str, links: Mapping[str, str]) -> str:
    """The page as HTML; `frontend` says in a sentence how far its build is, `links` lead to its pages by address."""
    anchors = "".join(f'<li><a href="{escape(to)}">{escape(text)}</a></li>' for to, text in links.items())
    return _page(PAGE.format(api=escape(api), frontend=escape(frontend), links=anchors))


def waiting_page(says: str) -> str:
    """What stands in a page's place until it is built."""
    return _page(WAITING.format(says=escape(says)))


def _page(main: str) -> str:
    return HEAD.format(icon=address_of("seal.svg"), look=address_of("look.css"), seal=SEAL) + main + FOOT
