"""The operations of the client, each once."""

from __future__ import annotations

from gql import gql

_ERRORS = """
fragment Errors on UserError {
  code message path
  ... on InsufficientPoints { available required }
}
"""

_AWARD = """
fragment Earned on Award { campaign points reason lines availableAt expiresAt }
"""

_RECORDED = (
    _ERRORS
    + _AWARD
    + """
fragment Recorded on PurchasePayload {
  purchase { id points idleLines awards { ...Earned } tokens { campaign kind name expiresAt } }
  available pending replayed userErrors { ...Errors }
}
"""
)

_REDEEMED = (
    _ERRORS
    + """
fragment Redeemed on RedemptionPayload {
  redemption { id state points spent }
  available replayed userErrors { ...Errors }
}
"""
)

ENROL = gql(
    "mutation Enrol($input: MemberEnrolInput!)"
    " { memberEnrol(input: $input)"
    " { member { id kind } referral { counts message } replayed userErrors { ...Errors } } }" + _ERRORS
)
CONSENT = gql(
    "mutation Consent($input: MemberConsentInput!)"
    " { memberConsent(input: $input) { member { id kind } userErrors { ...Errors } } }" + _ERRORS
)
MEMBER = gql("query Member($ref: MemberRefInput!) { member(ref: $ref) { id kind } }")
WALLET = gql("query Wallet($ref: MemberRefInput!) { member(ref: $ref) { wallet { available pending held debt } } }")
PREVIEW = gql(
    "query Preview($basket: PurchasePreviewInput!)"
    " { purchasePreview(basket: $basket) { points awards { ...Earned } missed { reason }"
    " offers { line amount { amount } reason } tokens { reason } turns { reason } progress { reason } } }" + _AWARD
)
PURCHASE = gql(
    "mutation Purchase($input: PurchaseRecordInput!) { purchaseRecord(input: $input) { ...Recorded } }" + _RECORDED
)
PURCHASES = gql(
    "mutation Purchases($input: PurchasesRecordInput!)"
    " { purchasesRecord(input: $input) { results { ...Recorded } userErrors { ...Errors } } }" + _RECORDED
)
ACTION = gql(
    "mutation Action($input: ActionRecordInput!)"
    " { actionRecord(input: $input)"
    " { action { id points awards { ...Earned } tokens { campaign kind name expiresAt } missed { reason } }"
    " available pending replayed userErrors { ...Errors } } }" + _ERRORS + _AWARD
)
RETURN = gql(
    "mutation Return($input: PurchaseReturnInput!)"
    " { purchaseReturn(input: $input)"
    " { purchaseReturn { points } available debt replayed userErrors { ...Errors } } }" + _ERRORS
)
REDEEM = gql(
    "mutation Redeem($input: RedemptionMakeInput!) { redemptionMake(input: $input) { ...Redeemed } }" + _REDEEMED
)
AUTHORIZE = gql(
    "mutation Authorize($input: RedemptionAuthorizeInput!)"
    " { redemptionAuthorize(input: $input) { ...Redeemed } }" + _REDEEMED
)
CAPTURE = gql(
    "mutation Capture($input: RedemptionCaptureInput!) { redemptionCapture(input: $input) { ...Redeemed } }" + _REDEEMED
)
VOID = gql("mutation Void($input: RedemptionVoidInput!) { redemptionVoid(input: $input) { ...Redeemed } }" + _REDEEMED)
REVERSE = gql(
    "mutation Reverse($input: RedemptionReverseInput!) { redemptionReverse(input: $input) { ...Redeemed } }" + _REDEEMED
)
QUOTE_REWARD = gql(
    "query QuoteReward($input: RewardQuoteInput!) { rewardQuote(input: $input)"
    " { quote { affordable limitLeft money { amount } off { amount } lines { number amount { amount } }"
    " quote { points } } userErrors { ...Errors } } }" + _ERRORS
)
REDEEM_REWARD = gql(
    "mutation RedeemReward($input: RewardRedeemInput!) { rewardRedeem(input: $input) { ...Redeemed redemption"
    " { reward { pieces state money { amount } off { amount } lines { number amount { amount } } } } } }" + _REDEEMED
)
CHECK_CODE = gql(
    "mutation CheckCode($input: CodeInput!) { codeCheck(input: $input) { code { product { name sku } units enteredAt"
    " survey { survey } } userErrors { ...Errors } } }" + _ERRORS
)
ENTER_CODE = gql(
    "mutation EnterCode($input: CodeEnterInput!) { codeEnter(input: $input) { entry { product { name sku } units"
    " points given } replayed userErrors { ...Errors } } }" + _ERRORS
)
CHECK_VOUCHERS = gql(
    "query CheckVouchers($input: VoucherCheckInput!) { voucherCheck(input: $input)"
    " { vouchers { code voucher { id name } money { amount } lines { number money { amount } }"
    " whyNot missing { amount } } } }"
)
_USED = (
    " { use { id reversedAt money { amount } uses { lines { number money { amount } } } } replayed"
    " userErrors { ...Errors } } }" + _ERRORS
)
USE_VOUCHERS = gql("mutation UseVouchers($input: VoucherUseInput!) { voucherUse(input: $input)" + _USED)
REVERSE_VOUCHERS = gql("mutation ReverseVouchers($input: VoucherReverseInput!) { voucherReverse(input: $input)" + _USED)
