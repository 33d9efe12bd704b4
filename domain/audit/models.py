"""Rows of the audit trail: who was given, changed or lost what, and by whom."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Document: Any = JSONB(none_as_null=True)


class ActorKind(StrEnum):
    """What did something that the trail tells."""

    PERSON = "PERSON"
    """One of the coalition's or a partner's people."""
    CLIENT = "CLIENT"
    """A program with credentials of its own."""
    MEMBER = "MEMBER"
    """A member; a partner is told of it by the partner's own id for the member."""
    COMMAND_LINE = "COMMAND_LINE"
    """Whoever runs the coalition's installation."""
    SERVER = "SERVER"
    """The server itself, as when it ends a grant whose code came twice."""


class SubjectKind(StrEnum):
    """What a line of the trail is about."""

    PERSON = "PERSON"
    """One of the coalition's or a partner's people."""
    CLIENT = "CLIENT"
    """A program with credentials of its own."""
    MEMBER = "MEMBER"
    """A member; a partner is told of it by the partner's own id for the member."""
    PARTNER = "PARTNER"
    """A partner as a whole."""
    GRANT = "GRANT"
    """What a member granted a client."""
    SIGNING_KEY = "SIGNING_KEY"
    """A key that signs access tokens; the facts name it."""
    WEBHOOK = "WEBHOOK"
    """Where events are sent."""
    CONTRACT = "CONTRACT"
    """One version of a partner's contract."""
    CYCLE = "CYCLE"
    """A cycle of settlement."""
    SETTINGS = "SETTINGS"
    """The programme's settings."""
    COMPANY = "COMPANY"
    """A legal entity that settles."""
    DECISION = "DECISION"
    """A decision about money; the facts say of what kind."""


class Action(StrEnum):
    """What was done."""

    PERSON_INVITED = "PERSON_INVITED"
    """Somebody was let in."""
    PERSON_INVITED_AGAIN = "PERSON_INVITED_AGAIN"
    """Somebody got a new link; what they signed in with before is gone."""
    ROLES_CHANGED = "ROLES_CHANGED"
    """Somebody got other roles."""
    PERSON_LET_GO = "PERSON_LET_GO"
    """Somebody is let in no more."""
    SIGN_IN_LINK_MADE = "SIGN_IN_LINK_MADE"
    """Whoever has the link can sign in as its subject, once."""
    CREDENTIAL_ADDED = "CREDENTIAL_ADDED"
    """A passkey, password or authenticator opens something from now on."""
    CREDENTIAL_REMOVED = "CREDENTIAL_REMOVED"
    """It opens nothing any more."""
    PASSKEY_SUSPECTED = "PASSKEY_SUSPECTED"
    """A passkey answered as a copy of it would."""
    CLIENT_CREATED = "CLIENT_CREATED"
    """A client was registered."""
    CLIENT_CHANGED = "CLIENT_CHANGED"
    """A client got other scopes, places to come back to, or another name."""
    CLIENT_ROTATED = "CLIENT_ROTATED"
    """A client got another credential."""
    CLIENT_REVOKED = "CLIENT_REVOKED"
    """A client was ended for good."""
    CEILING_SET = "CEILING_SET"
    """The most that a partner's clients may hold was set."""
    TEST_MEMBERS_MADE = "TEST_MEMBERS_MADE"
    """Members to try things out with were made, in a sandbox."""
    GRANT_GIVEN = "GRANT_GIVEN"
    """A member granted a partner's client something."""
    GRANT_REVOKED = "GRANT_REVOKED"
    """A grant ended before its time."""
    CONSENT_GIVEN = "CONSENT_GIVEN"
    """A member allowed a partner something."""
    CONSENT_REVOKED = "CONSENT_REVOKED"
    """A member took that back."""
    SIGNING_KEY_ROTATED = "SIGNING_KEY_ROTATED"
    """The next key signs access tokens."""
    WEBHOOK_CREATED = "WEBHOOK_CREATED"
    """Events are sent to another place."""
    WEBHOOK_CHANGED = "WEBHOOK_CHANGED"
    """A webhook sends something else, or elsewhere."""
    WEBHOOK_REMOVED = "WEBHOOK_REMOVED"
    """A webhook sends nothing any more."""
    CONTRACT_DRAWN_UP = "CONTRACT_DRAWN_UP"
    """The next version of a partner's contract was written."""
    CONTRACT_CHANGED = "CONTRACT_CHANGED"
    """A draft got other terms."""
    CONTRACT_SIGNED = "CONTRACT_SIGNED"
    """A contract came into force; it never changes from then on."""
    CONTRACT_WITHDRAWN = "CONTRACT_WITHDRAWN"
    """A draft was given up."""
    CYCLE_STEP_TAKEN = "CYCLE_STEP_TAKEN"
    """A cycle of settlement moved on or back, or a partner answered; the facts name the step."""
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    """The programme's settings were changed; the facts say from what to what."""
    PARTNER_CHANGED = "PARTNER_CHANGED"
    """A partner got another status or name."""
    COMPANY_CHANGED = "COMPANY_CHANGED"
    """A company's details were changed; the facts name which, never what they are."""
    DECISION_PREPARED = "DECISION_PREPARED"
    """Somebody proposed what moves money and waits for a second person."""
    DECISION_TAKEN = "DECISION_TAKEN"
    """What moves money was decided; the facts say what it was."""


class TrailLine(Row, table=True):
    """Somebody did something: appended by the database's own function, never changed."""

    __tablename__ = "trail_line"
    line_id: UUID = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    """Its place in the one chain of all lines; told to nobody, since it counts other people's lines too."""
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The partner whose affair it is, and who sees it; None: the coalition's alone."""
    actor: str
    actor_id: UUID | None = None
    actor_partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The partner that the actor acted as; None: the coalition, a member, or the server."""
    action: str
    subject: str
    subject_id: UUID | None = None
    facts: dict[str, Any] = Field(sa_type=Document)
    recorded_at: datetime = Field(sa_type=Instant)
    """The real time, whatever a sandbox's clock says."""
    hash: bytes = Field(sa_type=LargeBinary)
    """Over the hash of the line before and this line's canonical form."""

    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "partner_id", "number"),
        Index(None, "actor_id", "number"),
        Index(None, "subject_id", "number"),
        CheckConstraint(f"actor IN {tuple(kind.value for kind in ActorKind)}", name="actor"),
        CheckConstraint("(actor_id IS NULL) = (actor IN ('COMMAND_LINE', 'SERVER'))", name="actor_named"),
        CheckConstraint("actor_partner_id IS NULL OR actor_partner_id = partner_id", name="own_affairs"),
        CheckConstraint(f"subject IN {tuple(kind.value for kind in SubjectKind)}", name="subject"),
        CheckConstraint(f"action IN {tuple(action.value for action in Action)}", name="action"),
        CheckConstraint("jsonb_typeof(facts) = 'object'", name="facts"),
    )


class TrailHead(Row, table=True):
    """How far the one chain of lines has come: lines cut off at its end are missed here."""

    __tablename__ = "trail_head"
    form: str = Field(primary_key=True)
    """The canonical form of the chain."""
    number: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
