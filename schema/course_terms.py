"""What a course teaches and asks, as the contract takes and shows it to its owner."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from domain.selling import course_terms as domain_terms
from domain.selling.course_terms import CourseTerms, Lesson, Option, QuizQuestion, Telling, Words
from schema.shape import shows


@strawberry.type
class CourseWords:
    """The same, in one of its languages."""

    language: str
    """Such as lv."""
    text: str
    """The words."""


@strawberry.type
@shows(domain_terms.Lesson)
class CourseLesson:
    """Something to read or to watch."""

    link: str | None
    """Where it is, if it is elsewhere."""

    @strawberry.field
    @staticmethod
    def title(lesson: strawberry.Parent[Lesson]) -> list[CourseWords]:
        """What it is called."""
        return spoken(lesson.title)

    @strawberry.field
    @staticmethod
    def text(lesson: strawberry.Parent[Lesson]) -> list[CourseWords]:
        """What there is to read; empty where it is elsewhere."""
        return spoken(lesson.text or {})


@strawberry.type
@shows(domain_terms.Option)
class CourseOption:
    """One of the answers to choose from, as the owner of the course wrote it."""

    right: bool
    """Whether it is right."""

    @strawberry.field
    @staticmethod
    def words(option: strawberry.Parent[Option]) -> list[CourseWords]:
        """What it says."""
        return spoken(option.words)


@strawberry.type
@shows(domain_terms.QuizQuestion)
class CourseQuestion:
    """A question of the pool, as the owner of the course wrote it."""

    options: list[CourseOption]
    """The answers; a question is answered by all the right ones and no other."""

    @strawberry.field
    @staticmethod
    def words(question: strawberry.Parent[QuizQuestion]) -> list[CourseWords]:
        """What is asked."""
        return spoken(question.words)


@strawberry.type
@shows(domain_terms.CourseTerms)
class CourseTermsShown:
    """Everything about a course, for its owner; what passing brings, campaigns say."""

    name: str
    """What people call it."""
    lessons: list[CourseLesson]
    """What there is to learn."""
    questions: list[CourseQuestion]
    """The pool that each attempt draws from."""
    ask: int
    """So many questions are drawn."""
    attempts: int
    """So many attempts at a version; 0: any number."""
    wait_hours: int
    """So long after a failed attempt the next one may start."""
    minutes: int
    """So long an attempt may take."""
    valid_days: int
    """So long a certificate counts; 0: for good."""
    renew_days: int
    """So many days before a certificate ends it can be renewed."""
    tells: Telling
    """When a member is told which answers were wrong."""
    sellers: bool
    """Whether it is for sellers alone."""

    @strawberry.field
    @staticmethod
    def passing(terms: strawberry.Parent[CourseTerms]) -> str:
        """The share of right answers that passes, such as 4/5."""
        return str(terms.passing)


@strawberry.input
class CourseWordsInput:
    """The same, in one of its languages."""

    language: str
    """Such as lv."""
    text: str
    """At most 4000 characters."""


@strawberry.input
class CourseLessonInput:
    """Something to read or to watch: a text or a link."""

    title: list[CourseWordsInput]
    """What it is called."""
    text: list[CourseWordsInput] = strawberry.field(default_factory=list)
    """What there is to read."""
    link: str | None = None
    """Where it is, beginning with https://."""


@strawberry.input
class CourseOptionInput:
    """One of the answers to choose from."""

    words: list[CourseWordsInput]
    """What it says."""
    right: bool = False
    """Whether it is right; nobody but you reads it."""


@strawberry.input
class CourseQuestionInput:
    """A question of the pool."""

    words: list[CourseWordsInput]
    """What is asked."""
    options: list[CourseOptionInput]
    """Two to eight answers, some right and some wrong."""


@strawberry.input
class CourseTermsInput:
    """What a course shall teach and ask."""

    name: str
    """What people call it."""
    questions: list[CourseQuestionInput]
    """The pool that each attempt draws from: 1 to 200."""
    ask: int
    """So many questions are drawn."""
    lessons: list[CourseLessonInput] = strawberry.field(default_factory=list)
    """What there is to learn: at most 50."""
    passing: str = "4/5"
    """The share of right answers that passes, such as 4/5 or 0.8."""
    attempts: int = 0
    """So many attempts at a version; 0: any number."""
    wait_hours: int = 1
    """So long after a failed attempt the next one may start."""
    minutes: int = 60
    """So long an attempt may take."""
    valid_days: int = 0
    """So long a certificate counts; 0: for good."""
    renew_days: int = 30
    """So many days before a certificate ends it can be renewed."""
    tells: Telling = Telling.PASSED
    """When a member is told which answers were wrong."""
    sellers: bool = False
    """Whether it is for sellers alone."""

    def to_terms(self) -> CourseTerms:
        """As the domain takes it. Raises: InvalidCourse."""
        plain = ("ask", "passing", "attempts", "wait_hours", "minutes", "valid_days", "renew_days", "sellers")
        return CourseTerms.from_json(
            {
                "name": self.name,
                "lessons": [_lesson(one) for one in self.lessons],
                "questions": [_question(one) for one in self.questions],
                "tells": self.tells.value,
                **{name: getattr(self, name) for name in plain},
            }
        )


def spoken(words: Words) -> list[CourseWords]:
    """Words by their languages."""
    return [CourseWords(language=language, text=text) for language, text in sorted(words.items())]


def _said(words: Sequence[CourseWordsInput]) -> dict[str, str]:
    return {one.language: one.text for one in words}


def _lesson(lesson: CourseLessonInput) -> dict[str, object]:
    told: dict[str, object] = {"title": _said(lesson.title)}
    if lesson.text:
        told["text"] = _said(lesson.text)
    return told if lesson.link is None else told | {"link": lesson.link}


def _question(question: CourseQuestionInput) -> dict[str, object]:
    options = [{"words": _said(one.words), "right": one.right} for one in question.options]
    return {"words": _said(question.words), "options": options}
