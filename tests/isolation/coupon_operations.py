"""An example for each root field about coupons and vouchers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.isolation.names import Names

Build = Callable[[Names, Names, str], dict[str, Any]]

_BASKET: list[dict[str, Any]] = [{"sku": "apple", "amount": "3.00"}]


def _terms(whose: Names, key: str, **more: Any) -> dict[str, Any]:
    return {"name": f"Coupon {key}", "takes": {"amount": "1.00"}, "partners": [whose.partner], "days": 30} | more


def _step(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"coupon": theirs.coupon}}


def _draft(_mine: Names, theirs: Names, _key: str) -> dict[str, Any]:
    return {"input": {"coupon": theirs.coupon_draft}}


COUPONS: Mapping[str, Mapping[str, Build]] = {
    "Query.partnerCoupons": {"": lambda *_: {"first": 20, "states": ["DRAFT", "LIVE"]}},
    "Query.coupon": {
        "": lambda _mine, theirs, _key: {"id": theirs.coupon},
        "a draft": lambda _mine, theirs, _key: {"id": theirs.coupon_draft},
    },
    "Query.voucherCheck": {
        "": lambda _mine, theirs, _key: {"input": {"codes": [theirs.voucher_code], "lines": _BASKET}},
        "by id": lambda _mine, theirs, _key: {"input": {"vouchers": [theirs.voucher]}},
        "a member's": lambda _mine, theirs, _key: {"input": {"member": {"id": theirs.member}}},
    },
    "Query.voucherUseMade": {"": lambda _mine, theirs, _key: {"id": theirs.voucher_use}},
    "Query.myCertificates": {"": lambda *_: {}},
    "Mutation.myCertificateChoose": {
        "": lambda _mine, theirs, _key: {"input": {"reward": theirs.reward, "save": True}}
    },
    "Query.myVouchers": {"": lambda *_: {"first": 20}, "all": lambda *_: {"first": 20, "onlyOpen": False}},
    "Mutation.couponDraft": {"": lambda mine, _theirs, key: {"input": {"terms": _terms(mine, key)}}},
    "Mutation.couponChange": {
        "": lambda mine, theirs, key: {"input": {"coupon": theirs.coupon_draft, "terms": _terms(mine, key)}}
    },
    "Mutation.couponAgree": {
        "": lambda _mine, theirs, _key: {"input": {"coupon": theirs.coupon_draft, "fingerprint": "00"}}
    },
    "Mutation.couponCodesImport": {
        "": lambda _mine, theirs, key: {"input": {"coupon": theirs.coupon_pool, "codes": [f"{key}ABCD"[:30]]}}
    },
    "Mutation.couponCodesMake": {"": lambda _mine, theirs, _key: {"input": {"coupon": theirs.coupon_pool, "count": 2}}},
    "Mutation.couponGive": {
        "": lambda mine, theirs, key: {
            "input": {"idempotencyKey": f"{key}-give", "coupon": theirs.coupon, "member": {"id": mine.member}}
        },
        "another's member": lambda mine, theirs, key: {
            "input": {"idempotencyKey": f"{key}-gave", "coupon": mine.coupon, "member": {"id": theirs.member}}
        },
    },
    "Mutation.voucherUse": {
        "": lambda _mine, theirs, key: {
            "input": {"idempotencyKey": f"{key}-use1", "codes": [theirs.voucher_code], "lines": _BASKET}
        },
        "by id": lambda _mine, theirs, key: {
            "input": {"idempotencyKey": f"{key}-use2", "vouchers": [theirs.voucher], "lines": _BASKET}
        },
    },
    "Mutation.voucherReverse": {
        "": lambda _mine, theirs, key: {"input": {"idempotencyKey": f"{key}-undo", "use": theirs.voucher_use}}
    },
    "Mutation.couponPublish": {"": _draft},
    "Mutation.couponPause": {"": _step},
    "Mutation.couponResume": {"": _step},
    "Mutation.couponEnd": {"": _step},
}
