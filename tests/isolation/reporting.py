"""Each shop hands in a file of its own, full of its own words, of which something is not as the ledger has it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from domain.ids import PartnerId, PersonId
from domain.reconciliation import files, keeping, worklist
from domain.reconciliation.files import BeginFile
from domain.reconciliation.mapping import FieldName, Mapping, Tolerances
from domain.reconciliation.models import ReconciliationException
from domain.reconciliation.words import Outcome, RecordKind
from domain.storage import Sight
from resolvers.context import Context
from resolvers.reconciling import process
from tests.builders.graphql import KEYS
from tests.isolation.shop import Shop, acting

MAPPING = Mapping(
    columns={
        FieldName.REFERENCE: "receipt",
        FieldName.OCCURRED_AT: "at",
        FieldName.POINTS: "points",
        FieldName.AMOUNT: "amount",
    },
    kind=RecordKind.PURCHASE,
    tolerances=Tolerances(seconds=60),
)


async def report(shop: Shop, *, now: datetime) -> None:
    """A file with a sale that the ledger does not have; somebody notes something about it."""
    rows = ["receipt,at,points,amount"]
    rows += [f"{shop.secret(word)},{now:%Y-%m-%dT%H:%M:%SZ},7,{shop.price / 100:.2f}" for word in ("Receipt1", "Lost")]
    command = BeginFile(
        partner_id=PartnerId(shop.partner_id),
        mapping=shop.secret("Tills"),
        name=shop.secret("File"),
        sequence=1,
        starts_at=now - timedelta(days=60),
        ends_at=now,
    )
    by = PersonId(shop.made["person"])
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        kept = await keeping.save(session, command.partner_id, command.mapping, MAPPING, by=by, now=now)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        file = await files.submit(session, command, "\n".join(rows).encode(), most=10**6, by=by, now=now)
    async with Context.for_coalition(shop.database, now, keys=KEYS) as ctx:
        await process(ctx, file)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        lost = select(ReconciliationException).where(
            ReconciliationException.file_id == file.file_id,
            ReconciliationException.outcome == Outcome.MISSING_IN_LEDGER,
        )
        found = (await session.scalars(lost)).first()
        assert found is not None
        await worklist.note(session, found.exception_id, shop.secret("Noted"), by=by, now=now)
    shop.made |= {"mapping": kept.mapping_id, "file": file.file_id, "exception": found.exception_id}
