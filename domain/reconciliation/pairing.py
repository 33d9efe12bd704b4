"""Which row belongs to which posting: by number, by outlet, time and figures, one to one or in groups.

Whatever could go with several goes with the nearest, and only where each is the nearest of the other.
"""

from __future__ import annotations

from uuid import UUID

from domain.reconciliation.mapping import FieldName, Grain, Strategy
from domain.reconciliation.runs import Run
from domain.reconciliation.words import Outcome

LEFT_RECORDS = "r.file_id = CAST(:file AS uuid) AND r.match IS NULL AND r.outcome IS NULL"
LEFT_POSTINGS = "p.file_id = CAST(:file AS uuid) AND p.match IS NULL AND p.outcome IS NULL"

# How much later than the ledger the file has it; of an hour that the clocks pass twice, the reading that fits better.
APART = """
CROSS JOIN LATERAL (SELECT CAST(CASE
    WHEN r.or_at IS NOT NULL AND abs(EXTRACT(EPOCH FROM r.or_at - p.occurred_at))
        < abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)) THEN EXTRACT(EPOCH FROM r.or_at - p.occurred_at)
    ELSE EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at) END AS bigint) AS seconds_off) d
"""
FITS = "abs(COALESCE(r.amount - p.amount, 0)) <= :amount AND abs(COALESCE(r.points - p.points, 0)) <= :points"
OUTLET_OF = "COALESCE({}.outlet_id, '00000000-0000-0000-0000-000000000000')"
"""An outlet that can be joined by; web shops, which have none, are alike in that."""
SAME_OUTLET = "(r.outlet_id IS NULL OR p.outlet_id IS NULL OR r.outlet_id = p.outlet_id)"

SETTLE = """
, posting AS (
    UPDATE partner_posting p SET match = pair.row, outcome = pair.outcome, reason = pair.reason
    FROM pair WHERE p.file_id = CAST(:file AS uuid) AND p.number = pair.number
), record AS (
    UPDATE partner_record r SET match = pair.row, seconds_off = pair.seconds_off, outcome = pair.outcome,
        reason = pair.reason
    FROM pair WHERE r.file_id = CAST(:file AS uuid) AND r.row = pair.row RETURNING 1
)
SELECT count(*) FROM record
"""

NEAREST = """
WITH candidate AS ({candidates}), ranked AS (
    SELECT c.*, row_number() OVER (PARTITION BY row ORDER BY misfit, abs(seconds_off), row, number) AS for_row,
        row_number() OVER (PARTITION BY number ORDER BY misfit, abs(seconds_off), row, number) AS for_number
    FROM candidate c
), pair AS MATERIALIZED (SELECT * FROM ranked WHERE for_row = 1 AND for_number = 1)
"""

# The same on both sides to the last digit: the first of some alike goes with the first, the second with the second.
ALIKE = """
WITH r AS (
    SELECT r.row, {keys}, row_number() OVER (PARTITION BY {keys} ORDER BY r.row) AS n
    FROM (SELECT x.row, x.match, x.outcome, x.file_id, x.kind, x.reference, x.outlet_id, {outlet} AS place, x.amount,
        x.points, x.occurred_at - make_interval(secs => {shift}) AS occurred_at FROM partner_record x) r
    WHERE {left_records} AND {only}
), p AS (
    SELECT p.number, {keys}, row_number() OVER (PARTITION BY {keys} ORDER BY p.number) AS n
    FROM (SELECT x.*, {outlet} AS place FROM partner_posting x) p WHERE {left_postings}
), pair AS MATERIALIZED (
    SELECT r.row, p.number, CAST({shift} AS bigint) AS seconds_off, 'MATCHED' AS outcome, CAST(NULL AS text) AS reason
    FROM r JOIN p USING ({keys}, n)
)
"""

BY_REFERENCE = """
SELECT r.row, p.number, d.seconds_off, {outcome} AS outcome, {reason} AS reason,
    abs(COALESCE(r.amount - p.amount, 0)) + abs(COALESCE(r.points - p.points, 0)) AS misfit
FROM partner_record r
JOIN partner_posting p ON p.file_id = r.file_id AND p.kind = r.kind AND p.reference = r.reference
{apart}
WHERE {left_records} AND {left_postings} AND abs(d.seconds_off) <= {reach} AND {fits}
"""

BY_TIME = """
SELECT r.row, p.number, d.seconds_off, {outcome} AS outcome, {reason} AS reason,
    abs(COALESCE(r.amount - p.amount, 0)) + abs(COALESCE(r.points - p.points, 0)) AS misfit
FROM (SELECT x.*, generate_series(bucket - 1, bucket + 1) AS near FROM partner_record x CROSS JOIN LATERAL
    (SELECT CAST(floor((EXTRACT(EPOCH FROM x.occurred_at) - {shift}) / {width}) AS bigint) AS bucket) b
    WHERE x.file_id = CAST(:file AS uuid) AND x.match IS NULL AND x.outcome IS NULL) r
JOIN (SELECT x.*, CAST(floor(EXTRACT(EPOCH FROM x.occurred_at) / {width}) AS bigint) AS bucket FROM partner_posting x
    WHERE x.file_id = CAST(:file AS uuid) AND x.match IS NULL AND x.outcome IS NULL) p
    ON p.kind = r.kind AND p.bucket = r.near {same}
{apart}
WHERE (r.reference IS NULL OR p.reference IS NULL) AND {outlet}
    AND abs(d.seconds_off - {shift}) <= {width} AND {fits}
"""


GROUPED = """
WITH r AS (
    SELECT min(x.row) AS row, x.kind, {key} AS key, x.outlet_id, sum(x.amount) AS amount, sum(x.points) AS points,
        count(*), min(x.occurred_at) AS occurred_at, array_agg(x.row) AS rows
    FROM partner_record x
    WHERE x.file_id = CAST(:file AS uuid) AND x.match IS NULL AND x.outcome IS NULL AND {key} IS NOT NULL
    GROUP BY x.kind, {key}, x.outlet_id
), p AS (
    SELECT x.kind, {key} AS key, x.outlet_id, sum(x.amount) AS amount, sum(x.points) AS points, count(*),
        min(x.occurred_at) AS occurred_at, array_agg(x.number) AS numbers
    FROM partner_posting x
    WHERE x.file_id = CAST(:file AS uuid) AND x.match IS NULL AND x.outcome IS NULL AND x.due AND {key} IS NOT NULL
    GROUP BY x.kind, {key}, x.outlet_id
), pair AS MATERIALIZED (
    SELECT r.row, r.rows, p.numbers, {outcome} AS outcome, {reason} AS reason
    FROM r JOIN p ON p.kind = r.kind AND p.key = r.key AND {same_outlet}
    WHERE {many} AND {fits} AND abs(EXTRACT(EPOCH FROM r.occurred_at - p.occurred_at)) <= {reach}
), posting AS (
    UPDATE partner_posting p SET match = pair.row, outcome = pair.outcome, reason = pair.reason
    FROM (SELECT row, outcome, reason, unnest(numbers) AS number FROM pair) pair
    WHERE p.file_id = CAST(:file AS uuid) AND p.number = pair.number
), record AS (
    UPDATE partner_record r SET match = pair.row, outcome = pair.outcome, reason = pair.reason
    FROM (SELECT row, outcome, reason, unnest(rows) AS one FROM pair) pair
    WHERE r.file_id = CAST(:file AS uuid) AND r.row = pair.one RETURNING 1
)
SELECT count(*) FROM record
"""

MATCHED = f"'{Outcome.MATCHED}'"
NOTHING = "CAST(NULL AS text)"
OR_DIFFERS = f"CASE WHEN {FITS} THEN '{{}}' ELSE '{Outcome.AMOUNT_DIFFERS}' END"
WHICH_LATE = "CASE WHEN p.earlier THEN 'RECORD_LATE' ELSE 'POSTING_LATE' END"
WHY = (
    "CASE WHEN (r.amount = -p.amount AND p.amount <> 0 AND COALESCE(r.points IN (p.points, -p.points), true))"
    " OR (r.points = -p.points AND p.points <> 0 AND COALESCE(r.amount IN (p.amount, -p.amount), true)) THEN 'SIGN'"
    " WHEN abs(COALESCE(r.amount - p.amount, 0)) > :amount THEN 'AMOUNT'"
    " WHEN abs(COALESCE(r.points - p.points, 0)) > :points THEN 'POINTS' ELSE 'OUTLET' END"
)


async def by_reference(run: Run) -> int:
    """Rows and postings with the same number and the same figures."""
    if not run.has(FieldName.REFERENCE) or run.mapping.grain is Grain.OUTLET_DAY:
        return 0
    alike = await _alike(run, ["reference"], only="r.reference IS NOT NULL")
    return alike + await _nearest(run, _reference(run, f"{FITS} AND {SAME_OUTLET} AND p.due"))


async def by_time(run: Run, *, shift: int = 0, outlet_id: UUID | None = None) -> int:
    """Rows without a number, by outlet, time and figures; `shift` seconds apart, where that is known of an outlet."""
    if run.mapping.grain is Grain.OUTLET_DAY:
        return 0
    only = "true" if outlet_id is None else "r.outlet_id = CAST(:outlet AS uuid)"
    by = ["place"] if run.has(FieldName.OUTLET) else []
    alike = await _alike(run, by, only=f"r.reference IS NULL AND {only}", shift=shift, outlet_id=outlet_id)
    fits = f"{FITS} AND p.due AND {only}"
    found = alike + await _nearest(run, _time(run, fits, shift=shift), outlet_id=outlet_id)
    if by and outlet_id is None:  # a row that does not say where, held against postings that do
        nowhere = _time(run, f"{fits} AND r.outlet_id IS NULL", shift=shift, anywhere=True)
        found += await _nearest(run, nowhere, outlet_id=outlet_id)
    return found


async def by_groups(run: Run) -> int:
    """One row for several postings, or several rows for one, where their sums agree."""
    if run.mapping.grain is Grain.OUTLET_DAY:
        return await _grouped(run, key=_day_of(run), many="true", fits="true")
    ways = {Strategy.ONE_TO_MANY: "r.count = 1 AND p.count > 1", Strategy.MANY_TO_ONE: "r.count > 1 AND p.count = 1"}
    found = 0
    for strategy, many in ways.items():
        if strategy in run.mapping.strategies and run.has(FieldName.REFERENCE):
            found += await _grouped(run, key="x.reference", many=many, fits=FITS)
    return found


async def by_differences(run: Run) -> int:
    """The same business with other figures, or at another outlet."""
    if run.mapping.grain is Grain.OUTLET_DAY:
        return 0
    either = OR_DIFFERS.format(Outcome.MATCHED)
    found = 0
    if run.has(FieldName.REFERENCE):
        found += await _nearest(
            run, _reference(run, f"(({FITS}) OR {SAME_OUTLET}) AND p.due", outcome=either, reason=WHY)
        )
    if run.has(FieldName.OUTLET):
        half = "(r.amount = p.amount OR r.points = p.points OR r.amount = -p.amount)"
        fits = f"{half} AND r.reference IS NULL AND p.due"
        found += await _nearest(run, _time(run, fits, equal=False, outcome=either, reason=WHY))
    return found


async def by_elsewhere(run: Run) -> int:
    """What is there in another period: late, on one side or the other."""
    late = f"'{Outcome.LATE}'"
    found = await _nearest(run, _time(run, f"{FITS} AND NOT p.due", outcome=late, reason=WHICH_LATE))
    if run.has(FieldName.REFERENCE):
        found += await _nearest(
            run, _reference(run, f"{FITS} AND {SAME_OUTLET} AND NOT p.due", outcome=late, reason=WHICH_LATE)
        )
        differs = OR_DIFFERS.format(Outcome.LATE)
        found += await _nearest(run, _reference(run, f"{SAME_OUTLET} AND NOT p.due", outcome=differs, reason=WHY))
    return found


async def _nearest(run: Run, candidates: str, *, outlet_id: UUID | None = None) -> int:
    """Join those of which each is the nearest of the other, again and again until there are no more."""
    statement = NEAREST.format(candidates=candidates) + SETTLE
    found = 0
    while joined := await run.count(statement, outlet=outlet_id):
        found += joined
    return found


async def _alike(run: Run, by: list[str], *, only: str, shift: int = 0, outlet_id: UUID | None = None) -> int:
    figures = [name for name in (FieldName.AMOUNT, FieldName.POINTS) if run.has(name)]
    keys = ", ".join(["kind", "occurred_at", *by, *(name.value for name in figures)])
    parts = {
        "left_records": LEFT_RECORDS,
        "left_postings": f"{LEFT_POSTINGS} AND p.due",
        "outlet": OUTLET_OF.format("x"),
    }
    return await run.count(ALIKE.format(keys=keys, only=only, shift=shift, **parts) + SETTLE, outlet=outlet_id)


async def _grouped(run: Run, *, key: str, many: str, fits: str) -> int:
    """Join groups of both sides that share a key."""
    agree = fits == FITS
    return await run.count(
        GROUPED.format(
            key=key,
            many=many,
            fits=fits,
            outcome=MATCHED if agree else OR_DIFFERS.format(Outcome.MATCHED),
            reason=NOTHING if agree else f"CASE WHEN NOT ({FITS}) THEN {WHY} END",
            same_outlet=SAME_OUTLET,
            reach=run.limits.reach,
        )
    )


def _reference(run: Run, fits: str, *, outcome: str = MATCHED, reason: str = NOTHING) -> str:
    parts = {"left_records": LEFT_RECORDS, "left_postings": LEFT_POSTINGS, "apart": APART}
    return BY_REFERENCE.format(reach=run.limits.reach, fits=fits, outcome=outcome, reason=reason, **parts)


def _time(
    run: Run,
    fits: str,
    *,
    shift: int = 0,
    equal: bool = True,
    anywhere: bool = False,
    outcome: str = MATCHED,
    reason: str = NOTHING,
) -> str:
    """Candidates by time; figures that must be equal are joined by, since pairs of all that is near are too many."""
    same = ("" if anywhere else same_outlet(run)) + (_same_sums(run) if equal else "")
    parts = {"apart": APART, "outlet": SAME_OUTLET, "same": same}
    width = max(run.limits.near, 1)
    return BY_TIME.format(shift=shift, width=width, fits=fits, outcome=outcome, reason=reason, **parts)


def _day_of(run: Run) -> str:
    """The day by the mapping's clock, whose zone was found to be one."""
    return f"to_char(x.occurred_at AT TIME ZONE '{run.mapping.time_zone}', 'YYYY-MM-DD')"


def same_outlet(run: Run) -> str:
    """Rows and postings of one outlet, in a form that can be joined by."""
    return f" AND {OUTLET_OF.format('p')} = {OUTLET_OF.format('r')}" if run.has(FieldName.OUTLET) else ""


def same_figures(run: Run) -> str:
    """The same outlet, and the same of all figures in which nothing is tolerated."""
    return same_outlet(run) + _same_sums(run)


def _same_sums(run: Run) -> str:
    strict = {FieldName.AMOUNT: run.limits.amount == 0, FieldName.POINTS: run.limits.points == 0}
    return "".join(
        f" AND COALESCE(p.{name}, 0) = COALESCE(r.{name}, 0)"
        for name, exact in strict.items()
        if exact and run.has(name)
    )
