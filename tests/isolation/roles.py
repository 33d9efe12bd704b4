"""The matrix of roles and root fields as docs/roles.md shows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from schema.inside import core_of
from schema.permissions import Needs, rules_of
from schema.root import product
from tests.isolation.viewers import CLIENT, MEMBER, ON_BEHALF, OPERATOR, STRANGER, TILL

DONE, ANOTHERS, FORBIDDEN = "●", "○", " "


class Column(Enum):
    """A short head for each role."""

    PC = CLIENT
    TI = TILL
    ON = ON_BEHALF
    MK = "PARTNER_MARKETING"
    FI = "PARTNER_FINANCE"
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
    Column.ON: "a partner's client with all that a member can grant it, on that member's behalf",
    Column.CC: "the coalition's own client with all that one may hold",
    Column.ME: "a member, for what is theirs",
    Column.NO: "a request without a token",
}

HEAD = """# Roles and fields

Who may ask for which root field of the contract. Generated, and compared by a test that asks every field as every role:
write it anew with `HANSA_WRITE_DOCS=1 pytest tests/isolation/test_roles.py`.

● answered · ○ the scopes would do, but it is somebody else's business (`WRONG_AUDIENCE`): a partner's, a member's, or a
person's by name · empty: refused with `FORBIDDEN` and the scopes that would do, or with `UNAUTHENTICATED` where there
is no token. What is answered shows only what [access.md](access.md) lets the viewer see.
"""


def printed(matrix: Mapping[str, Mapping[str, str]]) -> str:
    """The document; `matrix` has a mark for each field and role."""
    legend = "\n".join(
        f"| {column.name} | {MEANING.get(column) or f'a person with the role `{column.value}`'} |" for column in Column
    )
    parts = [HEAD, f"| | who |\n|---|---|\n{legend}\n"]
    for root in ("Query", "Mutation", "Subscription"):
        rows = [_row(name, marks) for name, marks in sorted(matrix.items()) if name.startswith(f"{root}.")]
        heads = " | ".join(column.name for column in Column)
        parts.append(
            f"## {root}\n\n| field | needs | {heads} |\n|---|---|{':-:|' * len(Column)}\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(parts)


def _row(name: str, marks: Mapping[str, str]) -> str:
    cells = " | ".join(marks[column.value] for column in Column)
    return f"| `{name.partition('.')[2]}` | {_needs(name)} | {cells} |"


def _needs(name: str) -> str:
    rule = rules_of(core_of(product()))[name]
    if not isinstance(rule, Needs):
        return "nothing"
    return " or ".join(" with ".join(f"`{scope}`" for scope in every) for every in rule.listed)
