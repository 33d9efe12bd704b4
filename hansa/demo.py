"""`hansa demo`: a coalition that lives, to look at and to try things on; the same again at the next start."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
from dataclasses import dataclass
from typing import Any

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.coalition.queries import outlets_of, partner_by_slug
from domain.errors import NotFound
from domain.paging import LARGEST_PAGE, PageRequest
from domain.storage import Database, opened
from hansa import logs
from hansa.beside import TRIED_PORTS, listen, serving_beside
from hansa.commands.access import sign_in_link
from hansa.embedding import with_database
from hansa.frontend import Frontend
from hansa.journey import cast, staging
from hansa.journey.credentials import credentials
from hansa.journey.founding import Founded, found
from hansa.journey.living import Life
from hansa.journey.made_up import MadeUp
from hansa.journey.source import journey_for
from hansa.journey.trips import Journey
from hansa.serving import prepare
from hansa.settings import Settings
from hansa.storefront import ClientSecret, Storefront
from hansa.worker import working
from partners.keys import Keys, derive
from partners.sign_in.links import SANDBOX_CODE_LIFETIME
from resolvers.context import Context

DAYS = 50
"""Of the journey's: seven weeks, so that one month is over and its statements are there."""

VISITED = 367
"""The store with the most trips; Baltic Supply supplies it."""

QUERY = """query ($basket: PurchasePreviewInput!) {
  purchasePreview(basket: $basket) { points awards { campaign points reason } }
}"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a visitor needs: addresses, links, a client, and a first question."""

    address: str
    clock: str
    links: dict[str, str]
    partner: str
    client_id: str
    secret: str
    variables: dict[str, Any]


def demo(settings: Settings, *, days: int = DAYS, serve: bool = True, as_json: bool = False) -> None:
    """Make the demonstration, or go on with it, and serve until told to stop.

    Raises: PostgresUnavailable, RolesMissing, UnsafePooling, UnsafeSecret, Conflict, PortsTaken.
    """
    # The log of a server between the lines of a demonstration would hide what is to be seen.
    level = "warning" if settings.log_level == "info" else settings.log_level
    logs.configure(settings.log_format, level)
    settings.key()
    console = Console(highlight=False, soft_wrap=True, quiet=as_json)
    with with_database(settings) as served:
        uvloop.run(_demonstrate(served, console, days=days, serve=serve, as_json=as_json))


async def _demonstrate(settings: Settings, console: Console, *, days: int, serve: bool, as_json: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    listening = listen(settings.host, settings.port, tries=TRIED_PORTS)
    await prepare(settings)
    url = settings.database_url or ""
    async with opened(url, connections=settings.connections) as database:
        keys = derive(settings.key())
        journey = await _same_journey(database, keys, journey_for(settings.home))
        console.print(f"Baskets: {journey.origin}.", markup=False)
        founded = await found(database, journey, keys, say=lambda what: console.print(f"Taking in {what} …"))
        life = Life(database, journey, founded, keys)
        secrets = await credentials(life.at(cast.OPENING), founded.partners, settings.home)
        frontend = Frontend(settings.home) if serve else None
        async with serving_beside(settings, listening=listening, frontend=frontend) as served:
            console.print(f"The API answers at {served.issuer}/graphql.", markup=False)
            worker = asyncio.create_task(working(settings, database, stopping)) if serve else None
            await _live(life, founded, days, stopping, console)
            shown = await _shown(served, life, secrets)
            if as_json:
                Console(soft_wrap=True).print_json(json.dumps(vars(shown)))
            else:
                _tell(console, shown, await _first_answer(shown))
            if serve:
                console.print("\nCtrl-C stops; the next start goes on from here.")
                await stopping.wait()
            stopping.set()
            if worker is not None:
                await worker


async def _same_journey(database: Database, keys: Keys, journey: Journey) -> Journey:
    """A demonstration that began with the made-up month goes on with it: its baskets are others."""
    ctx = Context.for_coalition(database, cast.OPENING, keys=keys)
    try:
        shop = await ctx.read(partner_by_slug, cast.SHOP)
        outlets = await ctx.read(outlets_of, shop.partner_id, PageRequest(LARGEST_PAGE))
    except NotFound:
        return journey
    finally:
        await ctx.close()
    made_up = MadeUp()
    return made_up if {outlet.code for outlet in outlets.items} == set(map(str, made_up.stores)) else journey


async def _live(life: Life, founded: Founded, days: int, stopping: asyncio.Event, console: Console) -> None:
    """Live the first weeks, as far as they have not been lived, with progress shown."""
    until = staging.last_day(life.journey, days)
    left = await staging.days_left(life, until)
    columns = (TextColumn("Living through {task.fields[day]}"), BarColumn(), MofNCompleteColumn())
    quiet = not console.is_terminal or not left
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("days", total=len(left), day=left[0] if left else until)
        tally = await staging.stage(
            life, founded, until, stopping=stopping, lived=lambda day: progress.update(task, advance=1, day=day)
        )
    if left:
        console.print(
            f"{tally.baskets:,} baskets of {tally.members:,} members from {left[0]} to {until}.", markup=False
        )
    gc.collect()


async def _shown(settings: Settings, life: Life, secrets: dict[str, ClientSecret]) -> Shown:
    household = life.journey.most_frequent(1)[0]
    shop = secrets[cast.SHOP]
    return Shown(
        address=settings.issuer,
        clock=f"{await life.clock():%Y-%m-%d}",
        links=await _links(settings, household),
        partner=cast.FIRMS[0].name,
        client_id=shop.client_id,
        secret=shop.secret,
        variables={"basket": _basket(life.journey, household)},
    )


async def _links(settings: Settings, household: int) -> dict[str, str]:
    """Links that sign one browser in once, good for a day."""
    people = (
        {
            f"{firm.finance}, finance of {firm.name}": cast.finance_email(firm)
            for firm in cast.FIRMS
            if firm.slug in {cast.SHOP, cast.DISTRIBUTOR, "northwind"}
        }
        | {
            f"{one.name}, {one.role.removeprefix('COALITION_').lower()} of the coalition": one.email
            for one in cast.COLLEAGUES
        }
        | {
            f"{one.name}, marketing of {_firm_name(one.slug)}": one.email
            for one in cast.HANDS
            if one.role == "PARTNER_MARKETING"
        }
    )
    member = await sign_in_link(
        settings, member=cast.card_of(household), landing="/app/", lifetime=SANDBOX_CODE_LIFETIME
    )
    links = {f"{cast.FACES[0].name}, member with card {cast.card_of(household)}": member}
    for name, email in people.items():
        links[name] = await sign_in_link(settings, person=email, landing="/console/", lifetime=SANDBOX_CODE_LIFETIME)
    for one in cast.HANDS:
        if one.role == "PARTNER_CASHIER":
            name = f"{one.name}, at the till of {_firm_name(one.slug)}"
            landing = f"/till/{one.slug}/"
            links[name] = await sign_in_link(
                settings, person=one.email, landing=landing, lifetime=SANDBOX_CODE_LIFETIME
            )
    return links


def _firm_name(slug: str) -> str:
    return next(firm.name for firm in cast.FIRMS if firm.slug == slug)


def _basket(journey: Journey, household: int) -> dict[str, Any]:
    """A basket with something of the shop's own and of two makers'."""
    chosen: dict[int, str] = {}
    for article in journey.articles():
        if article.category in {"FLUID MILK PRODUCTS", "SOFT DRINKS", "TROPICAL FRUIT"}:
            chosen.setdefault(article.maker, article.sku)
    wanted = [(69, "2", "4.98"), (103, "1", "3.29"), (2, "4", "2.76")]
    return {
        "currency": cast.CURRENCY,
        "outletCode": str(VISITED if VISITED in journey.stores else journey.stores[0]),
        "member": {"cardNumber": cast.card_of(household)},
        "lines": [
            {"sku": chosen[maker], "quantity": quantity, "amount": amount}
            for maker, quantity, amount in wanted
            if maker in chosen
        ],
    }


async def _first_answer(shown: Shown) -> dict[str, Any]:
    """What the first question is answered, asked as a visitor would."""
    async with Storefront.opened(shown.address, ClientSecret(shown.client_id, shown.secret)) as front:
        return await front.ask(QUERY, shown.variables)


def _tell(console: Console, shown: Shown, answer: dict[str, Any]) -> None:
    token = (
        f"TOKEN=$(curl -s -u {shown.client_id}:{shown.secret} -d grant_type=client_credentials"
        f' {shown.address}/oauth/token | sed \'s/.*"access_token":"\\([^"]*\\).*/\\1/\')'
    )
    body = json.dumps({"query": " ".join(QUERY.split()), "variables": shown.variables})
    ask = (
        f"curl -s {shown.address}/graphql -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json'"
        f" -d '{body}'"
    )
    sentences = [
        "",
        f"Hansa is here: {shown.address} (API {shown.address}/graphql, contract {shown.address}/schema.graphql).",
        f"It is {shown.clock} in the sandbox. Returns and redemptions were made up by a seeded rule: docs/demo.md.",
        "",
        "Sign in (each link works once, within a day):",
        *(f"  {who}\n    {link}" for who, link in shown.links.items()),
        "",
        f"Join as somebody new: {shown.address}/join. No mail leaves a sandbox; `hansa mail` shows the code.",
        "",
        f"A client of {shown.partner}: id {shown.client_id}, secret {shown.secret}",
        "A first question, what a basket would earn:",
        "",
        token,
        ask,
        "",
        "Its answer:",
        json.dumps({"data": answer}, indent=2, ensure_ascii=False),
    ]
    console.print("\n".join(sentences), markup=False)
