"""Courses, their quizzes and certificates: whole for their owners, without the right options for members."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.selling import course_terms, models, quizzes
from domain.selling.course_terms import Course as DomainCourse
from domain.selling.course_terms import CourseState, Lesson, said_in
from domain.selling.courses import Taken
from partners.scopes import Scope
from resolvers import coalition, selling
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.course_terms import CourseLesson, CourseTermsInput, CourseTermsShown
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ)
WRITE = needs(Scope.CAMPAIGNS_WRITE)
PUBLISH = needs(Scope.CAMPAIGNS_PUBLISH)
MINE = needs(Scope.PROFILE_READ)
CHANGE_MINE = needs(Scope.PROFILE_WRITE)
Language = Annotated[
    str | None, strawberry.argument(description="Such as lv; English, or what there is, where we have none of it.")
]


@strawberry.type
class CourseTaken:
    """How a course went, in numbers."""

    members: int
    """Who have answered its quiz at least once."""
    attempts: int
    """How many attempts were answered."""
    passed: int
    """How many of them passed."""
    certificates: int
    """How many members hold a certificate that counts now."""


@strawberry.type
@shows(course_terms.Course)
class Course(Node):
    """A course of yours, in its newest version."""

    id: strawberry.ID = identified("course_id")
    version: int
    """Counts from one; what was live never changes."""
    state: CourseState
    """Where it stands."""
    terms: CourseTermsShown
    """What it teaches and asks."""
    live_from: datetime | None
    """Since when this version counts."""
    live_until: datetime | None
    """When it was paused, ended, or followed by the next version."""

    @strawberry.field
    @staticmethod
    async def taken(course: strawberry.Parent[DomainCourse], info: Info) -> CourseTaken:
        """How it went, all versions together."""
        found: Taken = await selling.taken(info.context, course)
        return CourseTaken(
            members=found.members, attempts=found.attempts, passed=found.passed, certificates=found.certificates
        )


findable(Course, selling.find_course, READ)


@strawberry.type
class MyCourse:
    """A course that you can take."""

    @strawberry.field
    @staticmethod
    def id(course: strawberry.Parent[DomainCourse], info: Info) -> strawberry.ID:
        """By which you name it."""
        return strawberry.ID(info.context.global_ids.encode("MyCourse", course.course_id))

    @strawberry.field
    @staticmethod
    def name(course: strawberry.Parent[DomainCourse]) -> str:
        """What it is called."""
        return course.terms.name

    @strawberry.field(graphql_type=list[CourseLesson])
    @staticmethod
    def lessons(course: strawberry.Parent[DomainCourse]) -> list[Lesson]:
        """What there is to learn."""
        return list(course.terms.lessons)

    @strawberry.field
    @staticmethod
    def questions(course: strawberry.Parent[DomainCourse]) -> int:
        """How many questions its quiz asks."""
        return course.terms.ask

    @strawberry.field
    @staticmethod
    def passing(course: strawberry.Parent[DomainCourse]) -> str:
        """The share of right answers that passes, such as 4/5."""
        return str(course.terms.passing)

    @strawberry.field
    @staticmethod
    def minutes(course: strawberry.Parent[DomainCourse]) -> int:
        """So long an attempt may take."""
        return course.terms.minutes

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def owner(course: strawberry.Parent[DomainCourse], info: Info) -> coalition_models.Partner:
        """Whose it is."""
        return await coalition.partner(info.context, course.partner_id)

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        """A member is shown courses without what answers them."""
        return isinstance(obj, DomainCourse)


@strawberry.type
@shows(models.CourseCertificate)
class MyCourseCertificate:
    """A course that you have passed."""

    number: str
    """What stands on it."""
    score: int
    """The right answers in whole percent, rounded down."""
    issued_at: datetime
    """When you passed."""
    valid_until: datetime | None
    """Until when it counts; null for good."""

    @strawberry.field
    @staticmethod
    async def course(certificate: strawberry.Parent[models.CourseCertificate], info: Info) -> str:
        """What the course is called."""
        return (await selling.course_of(info.context, certificate)).terms.name


@strawberry.type
@shows(quizzes.Asked)
class QuizQuestion:
    """A question as your attempt asks it; which options are right is told to nobody."""

    @strawberry.field
    @staticmethod
    def words(asked: strawberry.Parent[quizzes.Asked], language: Language = None) -> str:
        """What is asked."""
        return said_in(asked.question.words, language)

    @strawberry.field
    @staticmethod
    def several(asked: strawberry.Parent[quizzes.Asked]) -> bool:
        """Whether more than one option is right."""
        return asked.question.several

    @strawberry.field
    @staticmethod
    def options(asked: strawberry.Parent[quizzes.Asked], language: Language = None) -> list[str]:
        """The answers to choose from; you name them by their places, from 0."""
        return [said_in(one.words, language) for one in asked.options]


@strawberry.type
@shows(quizzes.Quiz)
class Quiz:
    """An attempt of yours at a quiz."""

    over_at: datetime
    """Until when it can be answered."""
    wrong: list[int] | None
    """The places of the questions answered wrong, from 0; null where that is not told."""
    certificate: MyCourseCertificate | None
    """What passing made."""

    @strawberry.field
    @staticmethod
    def id(quiz: strawberry.Parent[quizzes.Quiz], info: Info) -> strawberry.ID:
        """By which you answer it."""
        return strawberry.ID(info.context.global_ids.encode("Quiz", quiz.attempt.attempt_id))

    @strawberry.field
    @staticmethod
    def number(quiz: strawberry.Parent[quizzes.Quiz]) -> int:
        """Counts your attempts at the course from one."""
        return quiz.attempt.number

    @strawberry.field(graphql_type=list[QuizQuestion])
    @staticmethod
    def questions(quiz: strawberry.Parent[quizzes.Quiz]) -> list[quizzes.Asked]:
        """What is asked, in the order of the answers."""
        return quiz.asked

    @strawberry.field
    @staticmethod
    def passed(quiz: strawberry.Parent[quizzes.Quiz]) -> bool | None:
        """Whether you have passed; null until it is answered."""
        return quiz.attempt.passed

    @strawberry.field
    @staticmethod
    def correct(quiz: strawberry.Parent[quizzes.Quiz]) -> int | None:
        """How many questions were answered right; null until it is answered."""
        return quiz.attempt.correct


@strawberry.input
class CourseDrawUpInput:
    """A course to be written down."""

    terms: CourseTermsInput
    """What it shall teach and ask."""
    course: strawberry.ID | None = None
    """Its next version; a new course, if not said."""


@strawberry.input
class CourseInput:
    """A course that takes a step."""

    course: strawberry.ID
    """The course."""


@strawberry.input
class MyQuizStartInput:
    """A quiz to begin."""

    course: strawberry.ID
    """Of this course."""


@strawberry.input
class MyQuizAnswerInput:
    """Your answers, all at once."""

    quiz: strawberry.ID
    """To this attempt."""
    answers: list[list[int]]
    """For each question, in their order, the places of the options you choose, from 0."""


@strawberry.type
class CoursePayload:
    """What became of a step with a course."""

    course: Course | None = None
    """The course; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class QuizPayload:
    """What became of your attempt."""

    quiz: Quiz | None = None
    """The attempt; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The course's id.")]


@strawberry.type
class CourseQuery:
    """Courses."""

    @strawberry.field(graphql_type=Connection[Course], extensions=[READ, paged()])
    @staticmethod
    async def courses(info: Info, page: PageRequest) -> Page[DomainCourse]:
        """Your courses, newest first."""
        return await selling.course_page(info.context, page)

    @strawberry.field(graphql_type=Course | None, extensions=[READ, or_null])
    @staticmethod
    async def course(info: Info, id: Id) -> DomainCourse:
        """One of your courses; null when there is none with this id."""
        return await selling.find_course(info.context, info.context.global_ids.one("Course", id))

    @strawberry.field(graphql_type=list[MyCourse], extensions=[MINE])
    @staticmethod
    async def my_courses(info: Info) -> list[DomainCourse]:
        """What you can learn now, newest first."""
        return await selling.my_courses(info.context)

    @strawberry.field(graphql_type=list[MyCourseCertificate], extensions=[MINE])
    @staticmethod
    async def my_course_certificates(info: Info) -> list[models.CourseCertificate]:
        """What you have passed, newest first."""
        return await selling.my_certificates(info.context)


@strawberry.type
class CourseMutation:
    """Courses are written and taken."""

    @strawberry.mutation(graphql_type=CoursePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def course_draw_up(info: Info, input: CourseDrawUpInput) -> Any:
        """Write a course, or its next version, down; a draft that is there already is written anew."""
        named = None if input.course is None else _one(info, input.course)
        return _done(await selling.draw_up_course(info.context, input.terms.to_terms(), named))

    @strawberry.mutation(graphql_type=CoursePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def course_publish(info: Info, input: CourseInput) -> Any:
        """Let members take the draft; the version before ends."""
        return _done(await selling.publish_course(info.context, _one(info, input.course)))

    @strawberry.mutation(graphql_type=CoursePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def course_pause(info: Info, input: CourseInput) -> Any:
        """Let nobody start its quiz for now."""
        return _done(await selling.pause_course(info.context, _one(info, input.course)))

    @strawberry.mutation(graphql_type=CoursePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def course_resume(info: Info, input: CourseInput) -> Any:
        """Go on under the same terms, as the next version."""
        return _done(await selling.resume_course(info.context, _one(info, input.course)))

    @strawberry.mutation(graphql_type=CoursePayload, extensions=[PUBLISH, refusals])
    @staticmethod
    async def course_end(info: Info, input: CourseInput) -> Any:
        """Let nobody take it any more; certificates count as long as they are valid."""
        return _done(await selling.end_course(info.context, _one(info, input.course)))

    @strawberry.mutation(graphql_type=QuizPayload, extensions=[CHANGE_MINE, refusals])
    @staticmethod
    async def my_quiz_start(info: Info, input: MyQuizStartInput) -> Any:
        """Begin a quiz; one under way is told again. Each attempt asks other questions, in another order."""
        course = info.context.global_ids.one("MyCourse", input.course)
        return _quiz(await selling.start_quiz(info.context, course))

    @strawberry.mutation(graphql_type=QuizPayload, extensions=[CHANGE_MINE, refusals])
    @staticmethod
    async def my_quiz_answer(info: Info, input: MyQuizAnswerInput) -> Any:
        """Answer a quiz, once and all questions together; a pass makes your certificate."""
        attempt = info.context.global_ids.one("Quiz", input.quiz)
        return _quiz(await selling.answer_quiz(info.context, attempt, input.answers))


def _one(info: Info, text: str) -> Any:
    return info.context.global_ids.one("Course", text)


def _done(course: DomainCourse) -> CoursePayload:
    return CoursePayload(course=course)  # type: ignore[arg-type]


def _quiz(quiz: quizzes.Quiz) -> QuizPayload:
    return QuizPayload(quiz=quiz)  # type: ignore[arg-type]
