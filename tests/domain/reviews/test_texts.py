"""What members write is held to what can be shown, and looked through for what makes it wait."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reviews.errors import InvalidReview, InvalidReviewPolicy
from domain.reviews.policies import ReviewPolicyTerms
from domain.reviews.texts import Opinion, fingerprint_of, signals_in


@pytest.mark.parametrize(
    ("words", "signals"),
    [
        ("Fresh and cold, 4.50 for 2 litres; best before 2027-01-15, or 15.01.2027.", ()),
        ("I bought 12 of them in 2026, and 1,000,000 more would do.", ()),
        ("See https://example.org", ("LINK",)),
        ("See MILK.LV for more", ("LINK",)),
        ("Write to ada@example.org", ("CONTACT",)),
        ("Write to ada (at) example . org", ("CONTACT",)),
        ("Ring +371 2000-0000 or (020) 7946 0000", ("CONTACT",)),
        ("Ring 20000000, see www.example.org", ("LINK", "CONTACT")),
    ],
)
def test_links_and_contacts_are_seen(words: str, signals: tuple[str, ...]) -> None:
    assert signals_in(words) == signals


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("stars", {"stars": 0}),
        ("stars", {"stars": 6}),
        ("title", {"title": " "}),
        ("title", {"title": "two\nlines"}),
        ("title", {"title": "x" * 121}),
        ("words", {"words": "x" * 5_001}),
        ("words", {"words": "a\x00b"}),
        ("display_name", {"display_name": "\u202eevil"}),
        ("photos", {"photos": ("https://example.org/a.jpg",) * 7}),
        ("photos", {"photos": ("http://example.org/a.jpg",)}),
        ("photos", {"photos": ("https://ada:secret@example.org/a.jpg",)}),
        ("photos", {"photos": ("javascript:alert(1)",)}),
        ("photos", {"photos": ('https://example.org/"onerror=',)}),
        ("photos", {"photos": ("https://[::1",)}),
        ("language", {"language": "l"}),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(part: str, said: dict[str, Any]) -> None:
    with pytest.raises(InvalidReview) as refused:
        Opinion(**{"stars": 5, **said})
    assert refused.value.part == part


@given(words=st.text(max_size=300))
def test_looking_through_words_never_fails_and_ignores_letter_case(words: str) -> None:
    signals_in(words)
    assert fingerprint_of(words) == fingerprint_of(f"  {words} !?") == fingerprint_of(words.casefold())


@given(
    terms=st.builds(
        ReviewPolicyTerms,
        open=st.booleans(),
        purchase_wanted=st.booleans(),
        tells_stars=st.booleans(),
        most_a_day=st.integers(1, 1_000),
    )
)
def test_terms_are_read_back_as_they_were_written(terms: ReviewPolicyTerms) -> None:
    assert ReviewPolicyTerms.from_json(terms.to_json()) == terms


@pytest.mark.parametrize("stored", [{"most_a_day": 0}, {"open": "yes"}, {"unknown": 1}, [], {"earns_at": "LATER"}])
def test_terms_that_are_malformed_are_refused(stored: Any) -> None:
    with pytest.raises(InvalidReviewPolicy):
        ReviewPolicyTerms.from_json(stored)
