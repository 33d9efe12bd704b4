"""What is said to people at a till or in an app, in their language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import strawberry

from domain.earning.wording import wording_in
from domain.languages import OTHERWISE, Wording

Language = Annotated[
    str, strawberry.argument(description="Such as lv or bg-BG; what we have no words in is said in English.")
]


@strawberry.type
class Spoken:
    """Something that is said in words beside its figures."""

    words: strawberry.Private[Callable[[Wording], str]]

    @strawberry.field
    def reason(self, language: Language = OTHERWISE) -> str:
        """The same in words that can be read out."""
        return self.words(wording_in(language))
