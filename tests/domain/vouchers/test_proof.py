"""What somebody changes behind the books' back is found."""

from __future__ import annotations

import pytest

from domain.audit.findings import Wrong
from tests.domain.vouchers.builders import KEY, Counter

CHANGES = {
    "what it took off": "UPDATE voucher_use SET amount = amount + 1",
    "off which lines": "UPDATE voucher_use SET lines = '[]'",
    "whose coupon": "UPDATE voucher_use SET coupon_id = gen_random_uuid()",
    "a use that never was": "INSERT INTO voucher_use SELECT wallet_id, gen_random_uuid(), voucher_id, coupon_id,"
    " version, partner_id, currency, amount, lines, benefits, used_at FROM voucher_use",
    "a use that is gone": "DELETE FROM voucher_use",
    "an opened voucher": "UPDATE voucher SET state = 'OPEN', used = 0",
    "a voucher out of nothing": "UPDATE voucher SET entry_id = gen_random_uuid()",
    "another's code": "UPDATE voucher_code SET voucher_id = gen_random_uuid()",
    "who pays": "UPDATE benefit SET sponsor_id = redeemer_id",
    "a use taken back by nobody": "UPDATE voucher_use SET reversed_entry_id = gen_random_uuid()",
    "uses given away": "UPDATE allowance_draw SET points = points + 1, amount = amount + 1",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_each_change_of_a_used_voucher_is_found(counter: Counter, what: str) -> None:
    who = await counter.books.member()
    [voucher] = await counter.given(await counter.live(uses_in_all=10), who)
    await counter.use(counter.using(voucher.code(KEY)))
    await counter.books.prove()
    for table in ("voucher", "voucher_use", "voucher_code", "benefit", "allowance_draw"):
        await counter.books.owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
    await counter.books.owner.execute(CHANGES[what])
    found = {finding.wrong for finding in (await counter.books.audit()).findings}
    assert Wrong.VOUCHER_DIFFERS in found, found
