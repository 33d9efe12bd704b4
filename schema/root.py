"""The whole schema: roots put together from the nouns' modules, and its printed form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.case_events  # registers them
import schema.code_events  # registers them
import schema.enums  # registers them
import schema.tier_events  # registers it
import schema.voucher_events  # noqa: F401  # registers them
from resolvers.context import Info
from schema.actions import ActionMutation, ActionQuery
from schema.activities import ActivityQuery
from schema.activity_steps import ActivityMutation
from schema.agreements import AgreementQuery
from schema.allowances import AllowanceMutation, AllowanceQuery
from schema.approvals import ApprovalQuery
from schema.backtests import BacktestMutation, BacktestQuery
from schema.bank import BankMutation, BankQuery
from schema.bonus_steps import BonusMutation
from schema.bonuses import BonusQuery
from schema.business import BusinessMutation, BusinessQuery
from schema.campaign_results import CampaignResultQuery
from schema.campaign_rule_shapes import RULES
from schema.campaigns import CampaignMutation, CampaignQuery
from schema.cases import CaseMutation, CaseQuery
from schema.certificates import CertificateMutation, CertificateQuery
from schema.claim_steps import ClaimMutation
from schema.claims import ClaimQuery
from schema.clients import ClientMutation, ClientQuery
from schema.coalition import CoalitionMutation, CoalitionQuery
from schema.code_steps import CodeBatchMutation, CodeBatchQuery
from schema.codes import CodeMutation
from schema.companies import CompanyMutation, CompanyQuery
from schema.contracts import ContractMutation, ContractQuery
from schema.coupon_codes import CouponCodeMutation
from schema.coupons import CouponMutation, CouponQuery
from schema.courses import CourseMutation, CourseQuery
from schema.cycles import CycleMutation, CycleQuery
from schema.descriptions import describe
from schema.disputes import DisputeMutation, DisputeQuery
from schema.errors import GenericUserError, user_errors
from schema.events import TELLING, EventQuery, EventSubscription
from schema.exceptions import ExceptionMutation, ExceptionQuery
from schema.exits import ExitMutation, ExitQuery
from schema.finding import FindingQuery
from schema.inside import core_of
from schema.invoices import InvoiceQuery
from schema.liability import LiabilityQuery
from schema.links import LinkMutation, LinkQuery
from schema.members import MemberMutation, MemberQuery
from schema.messages import MessageMutation, MessageQuery, MessageSubscription
from schema.money_adjustments import MoneyAdjustmentMutation, MoneyAdjustmentQuery
from schema.my_businesses import MyBusinessMutation, MyBusinessQuery
from schema.nodes import NodeQuery
from schema.partners import PartnerMutation, PartnerQuery
from schema.payment_steps import PaymentMutation
from schema.payments import PaymentQuery
from schema.people import PersonMutation, PersonQuery
from schema.permissions import public, rules_of
from schema.product_information import ProductInformationMutation, ProductInformationQuery
from schema.products import ProductMutation, ProductQuery
from schema.profiles import ProfileMutation, ProfileQuery
from schema.purchases import PurchaseMutation, PurchaseQuery
from schema.reconciliation import ReconciliationMutation, ReconciliationQuery
from schema.redeeming import RedeemingMutation, RedeemingQuery
from schema.redemptions import RedemptionMutation, RedemptionQuery
from schema.referrals import ReferralMutation, ReferralQuery
from schema.refunds import RefundMutation, RefundQuery
from schema.registrations import RegistrationMutation, RegistrationQuery
from schema.reserve_account import ReserveAccountMutation
from schema.reserves import ReserveMutation, ReserveQuery
from schema.returns import ReturnMutation, ReturnQuery
from schema.review_moderation import ReviewModerationMutation, ReviewModerationQuery
from schema.reviews import ReviewMutation, ReviewQuery
from schema.reward_steps import RewardMutation
from schema.rewards import RewardQuery
from schema.sale_reports import SaleReportQuery
from schema.sandbox import SandboxMutation
from schema.scalars import SCALARS
from schema.segments import SegmentMutation, SegmentQuery
from schema.sellers import SellerMutation, SellerQuery
from schema.service import ServiceMutation
from schema.set_asides import SetAsideMutation
from schema.settlement_policy import SettlementPolicyMutation, SettlementPolicyQuery
from schema.sides import SidesQuery
from schema.statements import StatementQuery
from schema.surprises import SurpriseMutation
from schema.survey_answers import SurveyAnswerMutation, SurveyAnswerQuery
from schema.survey_reports import SurveyReportQuery
from schema.surveys import SurveyMutation, SurveyQuery
from schema.tiers import TierMutation, TierQuery
from schema.trade_in_schemes import TradeInSchemeMutation, TradeInSchemeQuery
from schema.trade_in_steps import TradeInMutation
from schema.trade_ins import TradeInQuery
from schema.trail import TrailQuery
from schema.trials import TrialMutation, TrialQuery
from schema.viewers import ViewerQuery
from schema.vouchers import VoucherMutation, VoucherQuery
from schema.wallets import WalletSubscription
from schema.webhooks import WebhookMutation, WebhookQuery
from schema.what_if import WhatIfQuery
from schema.wind_down import WindDownMutation, WindDownQuery


@strawberry.type
class ClockQuery:
    """The time."""

    @strawberry.field(extensions=[public])
    @staticmethod
    def server_time(info: Info) -> datetime:
        """What time it is for the coalition: a sandbox may have moved its clock."""
        return info.context.now


@strawberry.type
class Query(
    ClockQuery,
    ViewerQuery,
    NodeQuery,
    CoalitionQuery,
    PartnerQuery,
    CompanyQuery,
    ContractQuery,
    WhatIfQuery,
    ExitQuery,
    WindDownQuery,
    MemberQuery,
    LinkQuery,
    MessageQuery,
    ProfileQuery,
    ProductQuery,
    CampaignQuery,
    CampaignResultQuery,
    SegmentQuery,
    SurveyQuery,
    ClaimQuery,
    SellerQuery,
    SaleReportQuery,
    CourseQuery,
    SurveyAnswerQuery,
    SurveyReportQuery,
    BacktestQuery,
    PurchaseQuery,
    ReturnQuery,
    ActionQuery,
    RedemptionQuery,
    RedeemingQuery,
    ReferralQuery,
    ReviewQuery,
    ReviewModerationQuery,
    TrialQuery,
    BusinessQuery,
    MyBusinessQuery,
    BonusQuery,
    TradeInSchemeQuery,
    TradeInQuery,
    ActivityQuery,
    CodeBatchQuery,
    TierQuery,
    RewardQuery,
    CouponQuery,
    VoucherQuery,
    CertificateQuery,
    CycleQuery,
    FindingQuery,
    AllowanceQuery,
    RefundQuery,
    StatementQuery,
    InvoiceQuery,
    PaymentQuery,
    AgreementQuery,
    ApprovalQuery,
    BankQuery,
    SettlementPolicyQuery,
    MoneyAdjustmentQuery,
    DisputeQuery,
    ReconciliationQuery,
    ExceptionQuery,
    LiabilityQuery,
    ReserveQuery,
    EventQuery,
    ProductInformationQuery,
    RegistrationQuery,
    CaseQuery,
    SidesQuery,
    ClientQuery,
    PersonQuery,
    TrailQuery,
    WebhookQuery,
):
    """All that can be asked."""


@strawberry.type
class Mutation(
    CoalitionMutation,
    PartnerMutation,
    ContractMutation,
    CompanyMutation,
    ExitMutation,
    WindDownMutation,
    MemberMutation,
    LinkMutation,
    MessageMutation,
    ProfileMutation,
    ProductMutation,
    CampaignMutation,
    TierMutation,
    SegmentMutation,
    BacktestMutation,
    PurchaseMutation,
    ActionMutation,
    SurpriseMutation,
    SurveyMutation,
    ClaimMutation,
    SellerMutation,
    CourseMutation,
    SurveyAnswerMutation,
    ReturnMutation,
    RedemptionMutation,
    RedeemingMutation,
    ReferralMutation,
    ReviewMutation,
    ReviewModerationMutation,
    TrialMutation,
    BusinessMutation,
    MyBusinessMutation,
    BonusMutation,
    TradeInSchemeMutation,
    TradeInMutation,
    ActivityMutation,
    CodeMutation,
    CodeBatchMutation,
    RewardMutation,
    CouponMutation,
    CouponCodeMutation,
    VoucherMutation,
    CertificateMutation,
    CycleMutation,
    AllowanceMutation,
    RefundMutation,
    PaymentMutation,
    BankMutation,
    SettlementPolicyMutation,
    MoneyAdjustmentMutation,
    SetAsideMutation,
    DisputeMutation,
    ReconciliationMutation,
    ExceptionMutation,
    ReserveMutation,
    ReserveAccountMutation,
    ServiceMutation,
    ProductInformationMutation,
    RegistrationMutation,
    CaseMutation,
    ClientMutation,
    PersonMutation,
    SandboxMutation,
    WebhookMutation,
):
    """All that can be done."""


@strawberry.type
class Subscription(WalletSubscription, MessageSubscription, EventSubscription):
    """All that can be followed."""


def build(
    query: type, mutation: type | None = None, subscription: type | None = None, *, types: Iterable[type] = ()
) -> strawberry.Schema:
    """A schema under the rules of the house.

    Raises: MissingRuleError, when a root field does not say whom it is for.
    """
    schema = strawberry.Schema(
        query,
        mutation,
        subscription,
        types=[GenericUserError, *(kind for kind in user_errors() if kind is not GenericUserError), *types],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
    core = core_of(schema)
    rules_of(core)
    describe(core)
    return schema


@cache
def product() -> strawberry.Schema:
    """The schema of the product."""
    return build(Query, Mutation, Subscription, types=[*TELLING.values(), *RULES])


def printed() -> str:
    """The schema in SDL, as schema/schema.graphql has it."""
    return product().as_str() + "\n"
