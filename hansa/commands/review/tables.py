"""Reviews for the eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from rich import box
from rich.markup import escape
from rich.table import Table

from domain.reviews.models import ReviewText
from domain.reviews.policies import ReviewPolicy
from domain.reviews.queries import OwnComment, OwnReview, RefusedCount
from domain.reviews.reading import ShownReview, StarSums
from domain.reviews.subjects import Subject
from hansa.commands.desk import Desk

SHORT = 60
BEST = 5


def reviews_table(desk: Desk, reviews: Sequence[OwnReview], products: Mapping[str, str]) -> Table:
    """Reviews, each on a line."""
    table = _table("Reviews", "id", "state", "age", "product", "stars", "verified", "held for", "reports", "says")
    for one in reviews:
        held = ", ".join(one.held_for).lower()
        table.add_row(
            str(one.review_id),
            one.state.lower().replace("_", " "),
            _age(one.waits_since, desk.ctx.now),
            escape(products[one.subject]),
            _stars(one.stars),
            "yes" if one.verified else "no",
            held,
            str(one.reports or ""),
            _short(one.title or one.words),
        )
    return table


def comments_table(desk: Desk, comments: Sequence[OwnComment]) -> Table:
    """Comments, each on a line."""
    table = _table("Comments", "id", "state", "age", "by", "held for", "reports", "says")
    for one in comments:
        by = "a member" if one.partner_id is None else desk.partners[one.partner_id].name
        held = ", ".join(one.held_for).lower()
        age = _age(one.waits_since, desk.ctx.now)
        table.add_row(str(one.comment_id), one.state.lower(), age, by, held, str(one.reports or ""), _short(one.words))
    return table


def review_part(desk: Desk, review: OwnReview, products: Mapping[str, str]) -> Table:
    """One review, part by part."""
    table = _table(f"{_stars(review.stars)} {escape(products[review.subject])}", "", "")
    table.show_header = False
    table.add_row("state", f"{review.state.lower().replace('_', ' ')}, version {review.version}")
    table.add_row("shown", "no" if review.shown is None else f"version {review.shown}")
    table.add_row("judged by", _whose(desk, review.moderator_id))
    table.add_row("verified", "yes" if review.verified else "no")
    table.add_row("written", _instant(review.written_at))
    if review.waits_since:
        table.add_row("waits", _age(review.waits_since, desk.ctx.now))
    if review.held_for:
        table.add_row("held for", ", ".join(review.held_for).lower())
    if review.reason:
        table.add_row("why not", f"{review.reason.lower()} {escape(review.reason_words or '')}".strip())
    if review.objected_at:
        table.add_row("objected", _instant(review.objected_at))
    table.add_row("reports", str(review.reports))
    table.add_row("earns", review.earns.lower().replace("_", " "))
    return table


def versions_table(versions: Sequence[ReviewText]) -> Table:
    """All that was written."""
    table = _table("Written", "version", "when", "stars", "title", "words", "photos")
    for one in versions:
        words = (_instant(one.written_at), _stars(one.stars), escape(one.title or ""), escape(one.words or ""))
        table.add_row(str(one.version), *words, str(len(one.photos)))
    return table


def product_part(subject: Subject, sums: StarSums) -> Table:
    """How a product is judged."""
    table = _table(escape(subject.name), "", "")
    table.show_header = False
    average = sums.average
    table.add_row("average", "no reviews" if average is None else f"{sums.stars}/{sums.count} = {float(average):.2f}")
    for stars in range(BEST, 0, -1):
        table.add_row(_stars(stars), f"{sums.counts[stars - 1]:,}")
    table.add_row("bought it", f"{sums.verified:,} of {sums.count:,}")
    return table


def shown_table(reviews: Sequence[ShownReview]) -> Table:
    """The newest reviews, as everybody reads them."""
    table = _table("Newest", "since", "stars", "verified", "by", "says", "answers")
    for one in reviews:
        said = _short(one.title or one.words)
        by = escape(one.display_name or "a member")
        verified = "yes" if one.verified else "no"
        table.add_row(_instant(one.shown_at), _stars(one.stars), verified, by, said, str(len(one.comments) or ""))
    return table


def policies_table(desk: Desk, found: Sequence[ReviewPolicy]) -> Table:
    """How reviews are taken."""
    table = _table("Policies", "whose", "taken", "from buyers", "published", "judged by", "earns when", "actions by")
    for one in found:
        terms = one.terms
        table.add_row(
            _whose(desk, one.partner_id),
            "yes" if terms.open else "no",
            "alone" if terms.purchase_wanted else "and others",
            terms.publishes.lower().replace("_", " "),
            terms.moderator.lower(),
            terms.earns_at.lower(),
            "nobody" if _host(one) is None else _whose(desk, _host(one)),
        )
    return table


def refusals_table(desk: Desk, refused: Sequence[RefusedCount]) -> Table:
    """What was refused, for how many stars."""
    table = _table("Refused or taken down", "by", "stars", "why", "times")
    for one in refused:
        table.add_row(_whose(desk, one.moderator_id), _stars(one.stars), one.reason.lower(), f"{one.count:,}")
    return table


def plain(desk: Desk, review: OwnReview) -> dict[str, Any]:
    """A review for programs."""
    told = {name: _plain(value) for name, value in asdict(review).items() if name != "moderator_id"}
    return told | {"moderator": None if review.moderator_id is None else desk.partners[review.moderator_id].slug}


def plain_comment(comment: OwnComment) -> dict[str, Any]:
    """A comment for programs."""
    return {name: _plain(value) for name, value in asdict(comment).items()}


def plain_version(version: ReviewText) -> dict[str, Any]:
    """A version for programs."""
    names = ("version", "stars", "title", "words", "photos", "display_name", "language", "written_at")
    return {name: _plain(getattr(version, name)) for name in names}


def plain_product(subject: Subject, sums: StarSums, reviews: Sequence[ShownReview]) -> dict[str, Any]:
    """How a product is judged, for programs."""
    return {
        "product": subject.name,
        "gtin": subject.gtin,
        "stars": sums.stars,
        "count": sums.count,
        "counts": list(sums.counts),
        "verified": sums.verified,
        "reviews": [{name: _plain(value) for name, value in asdict(one).items()} for one in reviews],
    }


def plain_policy(desk: Desk, policy: ReviewPolicy) -> dict[str, Any]:
    """A policy for programs."""
    host = _host(policy)
    return {
        "partner": None if policy.partner_id is None else desk.partners[policy.partner_id].slug,
        "version": policy.version,
        "terms": policy.terms.to_json() | ({} if host is None else {"host": desk.partners[host].slug}),
        "set_at": policy.set_at.isoformat(),
    }


def plain_refused(desk: Desk, refused: RefusedCount) -> dict[str, Any]:
    """A count for programs."""
    by = None if refused.moderator_id is None else desk.partners[refused.moderator_id].slug
    return {"moderator": by, "stars": refused.stars, "reason": refused.reason, "count": refused.count}


def _host(policy: ReviewPolicy) -> UUID | None:
    return policy.partner_id or policy.terms.host


def _whose(desk: Desk, partner_id: UUID | None) -> str:
    return desk.coalition.name if partner_id is None else desk.partners[partner_id].name


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _stars(stars: int) -> str:
    return "★" * stars + "☆" * (BEST - stars)


def _short(words: str | None) -> str:
    plain = " ".join((words or "").split())
    return escape(plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…")


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    hours = int((now - since).total_seconds() // 3600)
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 -- two days


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in {"times", "reports", "version"} else "left")
    return table
