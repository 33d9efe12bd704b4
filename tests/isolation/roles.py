"""The matrix of roles and root fields as docs/roles.md shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from schema.inside import core_of
from schema.permissions import Needs, Rule, rules_of
from schema.root import product
from tests.isolation.inner import HIDDEN, LACKING, SHOWN, WITHOUT_CONSENT, inner_fields
from tests.isolation.viewers import (
    CLIENT,
    GRANTED,
    MEMBER,
    ON_BEHALF,
    OPERATOR,
    STRANGER,
    SUSPENDED,
    TILL,
    WEBHOOK,
)

DONE, ANOTHERS, RESTING, FORBIDDEN = "●", "○", "s", " "


class Column(Enum):
    """A short head for each role."""

    PC = CLIENT
    TI = TILL
    WH = WEBHOOK
    SU = SUSPENDED
    ON = ON_BEHALF
    GB = "public client with balance:read"
    GC = "public client with codes:redeem"
    GH = "public client with history:read"
    GR = "public client with redemptions:write"
    MK = "PARTNER_MARKETING"
    FI = "PARTNER_FINANCE"
    PS = "PARTNER_SERVICE"
    CR = "PARTNER_CASHIER"
    PA = "PARTNER_ADMIN"
    CC = OPERATOR
    CA = "COALITION_ADMIN"
    PR = "COALITION_PREPARER"
    AP = "COALITION_APPROVER"
    AU = "COALITION_AUDITOR"
    RI = "COALITION_RISK"
    DP = "COALITION_PRIVACY"
    SD = "COALITION_SERVICE"
    ME = MEMBER
    NO = STRANGER


MEANING: Mapping[Column, str] = {
    Column.PC: "a partner's client with all that one may hold",
    Column.TI: "the same, bound to one outlet",
    Column.WH: "what the messages of such a client's webhook are rendered as",
    Column.SU: "such a client while its partner is suspended",
    Column.ON: "a partner's client with all that a member can grant it, on that member's behalf",
    **{
        column: f"a public client with a member's grant of `{GRANTED[column.value]}`"
        for column in Column
        if column.value in GRANTED
    },
    Column.CC: "the coalition's own client with all that one may hold",
    Column.ME: "a member, for what is theirs",
    Column.NO: "a request without a token",
}

HEAD = """# Roles and fields

Who may ask for which root field of the contract. Generated, and compared by a test that asks every field as every role:
write it anew with `HANSA_WRITE_DOCS=1 pytest tests/isolation/test_roles.py`.

● answered · ○ the scopes would do, but it is somebody else's business (`WRONG_AUDIENCE`): a partner's, a member's, or a
person's by name · s: refused while the partner is suspended (`PARTNER_NOT_ACTIVE`) · empty: refused with `FORBIDDEN`
and the scopes that would do, or with `UNAUTHENTICATED` where there is no token. What is answered shows only what
[access.md](access.md) lets the viewer see.
"""

INNER_HEAD = f"""## Below the root

Fields that have a rule of their own, or show what not everybody may see. Each is asked by itself, of the viewer's own
things; of other things it is not reached at all.

{SHOWN} shown · {HIDDEN} nothing to show to this viewer: null, or an empty list · {LACKING} refused with `FORBIDDEN` ·
{WITHOUT_CONSENT} refused with `CONSENT_MISSING` · empty: no way leads there for this viewer. With
*no consent*, the member has allowed the partner nothing.
"""


def printed(matrix: Mapping[str, Mapping[str, str]], inner: Mapping[str, Mapping[str, str]]) -> str:
    """The document; each matrix has a mark for each field and role, `inner` for those below the root."""
    legend = "\n".join(
        f"| {column.name} | {MEANING.get(column) or f'a person with the role `{column.value}`'} |" for column in Column
    )
    parts = [HEAD, f"| | who |\n|---|---|\n{legend}\n"]
    rules = rules_of(core_of(product()))
    for root in ("Query", "Mutation", "Subscription"):
        rows = [
            _row(name.partition(".")[2], rules[name], marks)
            for name, marks in sorted(matrix.items())
            if name.startswith(f"{root}.")
        ]
        parts.append(f"## {root}\n\n{_table(rows)}")
    below = {name: field.rule for name, field in inner_fields().items()}
    rows = [_row(name, below[name.partition(",")[0]], marks) for name, marks in sorted(inner.items())]
    return "\n".join([*parts, INNER_HEAD, _table(rows)])


def _table(rows: list[str]) -> str:
    heads = " | ".join(column.name for column in Column)
    return f"| field | needs | {heads} |\n|---|---|{':-:|' * len(Column)}\n" + "\n".join(rows) + "\n"


def _row(name: str, rule: Rule | None, marks: Mapping[str, str]) -> str:
    cells = " | ".join(marks[column.value] for column in Column)
    field, _, when = name.partition(",")
    return f"| `{field}`{f',{when}' if when else ''} | {_needs(rule)} | {cells} |"


def _needs(rule: Rule | None) -> str:
    if not isinstance(rule, Needs):
        return "nothing" if rule is not None else ""
    return " or ".join(" with ".join(f"`{scope}`" for scope in every) for every in rule.listed)
