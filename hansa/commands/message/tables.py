"""Mails and the programme's manner of writing, for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.table import Table

from domain.messages.models import MessageMail, MessagePolicy


def outbox_table(mails: Sequence[MessageMail]) -> Table:
    """Mails, each on a line."""
    table = Table(title="Mails", box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("mail", "to", "state", "due", "tries", "what went wrong"):
        table.add_column(column, justify="right" if column == "tries" else "left")
    for mail in mails:
        whom = f"member {mail.member_id}" if mail.member_id else f"person {mail.person_id}"
        digest = " (digest)" if mail.digest else ""
        due = _instant(mail.again_at if mail.again_at and mail.state == "WAITING" else mail.due_at)
        table.add_row(str(mail.mail_id), f"{whom}{digest}", mail.state, due, str(mail.attempts), mail.problem or "")
    return table


def policy_table(policy: MessagePolicy) -> Table:
    """How the programme writes to members."""
    table = Table(title="How members are written to", box=box.SIMPLE_HEAD, title_justify="left", show_header=False)
    most, days = policy.marketing_most, policy.marketing_days
    table.add_row("marketing", f"{most} messages at most within {days} days")
    table.add_row("before points end", ", ".join(f"{day} days" for day in policy.days_ahead) or "nothing is told")
    table.add_row("a day's mail goes", f"{policy.digest_at:%H:%M}")
    table.add_row("inboxes keep", f"{policy.kept_days} days")
    return table


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
