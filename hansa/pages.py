"""The first page: what this is, where the API is, and how far the frontend is."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }}
body {{ max-width: 38rem; margin: 12vh auto; padding: 0 1.5rem }}
h1 {{ font-size: 1.6rem; margin-bottom: .2rem }}
dt {{ font-weight: 600; margin-top: 1rem }} dd {{ margin: 0 }}
code {{ font: .95em ui-monospace, monospace }}
</style></head>
<body>
"""

PAGE = """<h1>{name}</h1>
<p>A partner-coalition loyalty platform: one points currency, many brands, settled to the cent.</p>
<dl>
<dt>API</dt><dd><code>POST {api}</code> speaks GraphQL;
its contract is at <a href="/schema.graphql">/schema.graphql</a>.</dd>
<dt>Access</dt><dd>Tokens come from the server described at
<a href="/.well-known/oauth-authorization-server">/.well-known/oauth-authorization-server</a>.</dd>
<dt>Pages for members, partners and the coalition</dt><dd>{frontend}{links}</dd>
</dl>
</body></html>
"""


WAITING = """<h1>Hansa</h1>
<p>{says}</p>
<p><a href="/">What this is</a></p>
</body></html>
"""


def first_page(*, name: str, api: str, frontend: str, links: Mapping[str, str]) -> str:
    """The page as HTML; `frontend` says in a sentence how far its build is, `links` lead to its pages by address."""
    anchors = "".join(f'<br><a href="{escape(to)}">{escape(text)}</a>' for to, text in links.items())
    words = {"name": escape(name), "api": escape(api), "frontend": escape(frontend), "links": anchors}
    return HEAD.format(name=escape(name)) + PAGE.format(**words)


def waiting_page(says: str) -> str:
    """What stands in a page's place until it is built."""
    return HEAD.format(name="Hansa") + WAITING.format(says=escape(says))
