"""Who calls the doors that are no partner's business."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from partners.scopes import MEMBER_SCOPES, PARTNER_CEILING, Scope
from tests.isolation.doors import JOBS, NAMES
from tests.isolation.viewers import EVERYTHING
from tests.shape.tree import ROOT

IMPORT = re.compile(r"^(?:from|import) .*$", re.MULTILINE)


def words_of(path: Path) -> str:
    """All texts in a module's code: its SQL among them."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_no_partners_request_leads_to_what_is_for_jobs_and_the_service_desk() -> None:
    callers: dict[str, set[str]] = {}
    for floor in ("domain", "partners", "resolvers", "schema", "hansa"):
        for path in (ROOT / floor).rglob("*.py"):
            for name in re.findall(r"\b(\w+)\(", words_of(path)):
                if NAMES.get(name) == JOBS:
                    callers.setdefault(str(path.relative_to(ROOT)), set()).add(name)
    assert set(callers) == {
        *("domain/ledger/moving.py", "domain/ledger/sweeping.py", "domain/earning/making_up.py"),
        *("domain/referral/qualifying.py", "domain/referral/taking_back.py", "domain/vouchers/expiring.py"),
        "domain/trade_ins/consigning.py",
        *("domain/bonuses/drawing_up.py", "domain/bonuses/giving.py"),
        *("domain/reviews/rewarding.py", "domain/reviews/forgetting.py"),
        *("domain/trials/drawing.py", "domain/trials/moving_on.py"),
        *("domain/claims/paying.py", "domain/selling/certifying.py"),
        *("domain/codes/watching.py", "domain/service/registering.py"),
    }
    importing = {
        str(path.relative_to(ROOT))
        for floor in ("resolvers", "schema")
        for path in (ROOT / floor).rglob("*.py")
        if re.search(
            r"\b(moving|sweeping|making_up|qualifying|taking_back|expiring|drawing_up|giving)\b",
            "\n".join(IMPORT.findall(path.read_text(encoding="utf-8"))),
        )
    }
    assert importing <= {"resolvers/service.py"}, "behind service:write, which no partner and no client may hold"
    assert Scope.SERVICE_WRITE not in EVERYTHING | PARTNER_CEILING | MEMBER_SCOPES
