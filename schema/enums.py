"""Registers domain enums with the schema; annotate fields with the domain's own class, its docstrings describe it."""

from __future__ import annotations

import strawberry

from domain.activities import models as activity_models
from domain.activities import terms as activity_terms
from domain.activities.inviting import Answer as ActivityAnswer
from domain.analytics.results import Bucket
from domain.approvals.agreements import AgreementKind
from domain.approvals.waiting import ApprovalKind
from domain.audit.models import Action, ActorKind, SubjectKind
from domain.banking.deciding import CreditUse
from domain.banking.states import CreditState, Direction, Place
from domain.bonuses import figuring
from domain.bonuses import models as bonus_models
from domain.bonuses import terms as bonus_terms
from domain.business import models as business_models
from domain.claims.models import ClaimRefusal, ClaimState
from domain.claims.models import DecisionKind as ClaimDecisionKind
from domain.claims.terms import Claimants, ClaimProgrammeState, ProofKind
from domain.coalition.exit_words import ExitStep, Remainder, Residual, WindDownStep
from domain.coalition.models import (
    BankOutcome,
    Billing,
    DisputedLines,
    PartnerRole,
    PartnerStatus,
    ReturnPolicy,
    TaxRule,
)
from domain.codes.models import AlarmKind, BatchKind, BatchState
from domain.earning.action_types import FieldKind
from domain.earning.bounds import CapOf, CapPer, Pacing
from domain.earning.expiry import ExpiryKind
from domain.earning.periods import Period
from domain.earning.prizes import TokenKind
from domain.earning.rounding import Rounding
from domain.earning.rules import Counted, RuleKind
from domain.earning.stacking import Mode
from domain.earning.terms import CampaignState
from domain.earning.verdicts import Why
from domain.events.models import EventKind, ExitNews
from domain.invoicing.models import DocumentKind
from domain.ledger.allowance_models import AllowanceKind, ChangeReason, CutReason, StopReason, Unit
from domain.ledger.models import Account, EntryKind, TransferKind
from domain.liability.models import Basis, MovementKind, Standing
from domain.members.models import ConsentPurpose, ConsentWay, MemberKind
from domain.members.notices import NoticeKind
from domain.messages.topics import StaffTopic, Topic
from domain.reconciliation import mapping as partner_files
from domain.reconciliation import words as reconciliation
from domain.referral.models import ReferralState
from domain.referral.models import Refusal as ReferralRefusal
from domain.referral.terms import AfterReturn, ProgrammeState
from domain.rewards.automatic import WhyNone
from domain.rewards.queries import RedemptionState
from domain.rewards.reaching import Hindrance
from domain.rewards.redeemed_models import FulfilmentState
from domain.rewards.terms import Fulfilment, Pick, RewardKind, RewardState
from domain.segments.definitions import PartKind
from domain.selling.course_terms import CourseState, Telling
from domain.selling.models import EndedBy, SellerState
from domain.service.case_models import CaseAnswerer, CaseKind, CaseSide, CaseState, CaseStep, Coverage
from domain.service.hours import HolidayCalendar
from domain.service.information import SerialRule
from domain.service.models import RegistrationEnd
from domain.service.serials import Authenticity
from domain.settlement import approvals
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.answers import Answer
from domain.settlement.disputing.models import (
    DisputeOutcome,
    DisputeReason,
    DisputeState,
    DisputeStepKind,
    DisputeTreatment,
)
from domain.settlement.failure_models import Fate
from domain.settlement.lines import LineKind, Source
from domain.settlement.models import CycleState
from domain.settlement.parties import PartyRole
from domain.settlement.policy_models import Calendar, PaymentPlan
from domain.settlement.prepaid.models import PackState
from domain.surveys.questions import Measure, QuestionKind
from domain.surveys.reporting import By
from domain.surveys.terms import MomentKind, SurveyState
from domain.tiers import models as tier_models
from domain.tiers import terms as tier_terms
from domain.trade_ins import models as trade_in_models
from domain.trade_ins import terms as trade_in_terms
from domain.trade_ins.valuing import NotTaken
from domain.vouchers.models import VoucherSource, VoucherState
from domain.vouchers.taking import WhyNot
from domain.vouchers.terms import Codes, CouponState, Together
from domain.vouchers.terms import Pick as CouponPick
from partners.clients.models import ClientAuthMethod
from partners.scopes import PersonRole
from partners.viewer import Audience
from partners.webhooks.models import DeliveryState, WebhookState
from resolvers.finding import FoundKind

for kind in (
    Account,
    AllowanceKind,
    Audience,
    BankOutcome,
    Billing,
    CampaignState,
    ClientAuthMethod,
    ConsentPurpose,
    ConsentWay,
    CouponState,
    CreditState,
    CreditUse,
    CycleState,
    DisputedLines,
    DisputeOutcome,
    DisputeReason,
    DisputeState,
    DisputeStepKind,
    DisputeTreatment,
    DocumentKind,
    EntryKind,
    EventKind,
    ExitNews,
    ExitStep,
    ExpiryKind,
    FoundKind,
    LineKind,
    MemberKind,
    NoticeKind,
    PartnerRole,
    PartnerStatus,
    PartyRole,
    PersonRole,
    RedemptionState,
    Remainder,
    Residual,
    ReturnPolicy,
    RewardKind,
    RewardState,
    Rounding,
    RuleKind,
    TaxRule,
    TransferKind,
    VoucherSource,
    VoucherState,
    WebhookState,
    WindDownStep,
):
    strawberry.enum(kind)
strawberry.enum(Bucket, name="ResultBucket")
strawberry.enum(Fulfilment, name="RewardFulfilment")
strawberry.enum(FulfilmentState, name="RewardFulfilmentState")
strawberry.enum(Hindrance, name="RewardHindrance")
strawberry.enum(Pick, name="RewardPick")
strawberry.enum(CapOf)
strawberry.enum(CapPer)
strawberry.enum(Counted, name="CardCounted")
strawberry.enum(FieldKind, name="ActionFieldKind")
strawberry.enum(Mode, name="StackingMode")
strawberry.enum(Pacing, name="BudgetPacing")
strawberry.enum(Period)
strawberry.enum(TokenKind)
strawberry.enum(BatchKind, name="CodeBatchKind")
strawberry.enum(BatchState, name="CodeBatchState")
strawberry.enum(AlarmKind, name="CodeAlarmKind")
strawberry.enum(QuestionKind, name="SurveyQuestionKind")
strawberry.enum(Measure, name="SurveyMeasure")
strawberry.enum(MomentKind, name="SurveyMomentKind")
strawberry.enum(SurveyState)
strawberry.enum(By, name="SurveyReportBy")
strawberry.enum(ClaimDecisionKind, name="ClaimDecisionKind")
strawberry.enum(Claimants, name="ClaimClaimants")
strawberry.enum(ProofKind, name="ClaimProofKind")
strawberry.enum(Telling, name="CourseTelling")
strawberry.enum(EndedBy, name="SellerEndedBy")
for state in (ClaimProgrammeState, ClaimRefusal, ClaimState, CourseState, SellerState):
    strawberry.enum(state)
strawberry.enum(AfterReturn, name="ReferralAfterReturn")
strawberry.enum(ProgrammeState, name="ReferralProgrammeState")
strawberry.enum(ReferralRefusal, name="ReferralRefusal")
strawberry.enum(ReferralState)
strawberry.enum(Direction, name="MoneyDirection")
strawberry.enum(PartKind, name="SegmentPartKind")
strawberry.enum(Place, name="ReferencePlace")
strawberry.enum(Action, name="AuditAction")
strawberry.enum(ActorKind, name="AuditActor")
strawberry.enum(SubjectKind, name="AuditSubject")
strawberry.enum(DeliveryState, name="WebhookDeliveryState")
strawberry.enum(Source, name="LineSource")
strawberry.enum(Why, name="NoAwardReason")
strawberry.enum(ChangeReason, name="AllowanceChangeReason")
strawberry.enum(CutReason, name="AwardCutReason")
strawberry.enum(StaffTopic, name="PartnerMessageTopic")
strawberry.enum(Topic, name="MessageTopic")
strawberry.enum(Codes, name="CouponCodes")
strawberry.enum(CouponPick, name="CouponPick")
strawberry.enum(Together, name="CouponTogether")
strawberry.enum(WhyNot, name="VoucherHindrance")
strawberry.enum(WhyNone, name="CertificateHindrance")
strawberry.enum(tier_models.ProgrammeState, name="TierProgrammeState")
strawberry.enum(tier_models.Why, name="TierReason")
strawberry.enum(tier_terms.Measure, name="TierMeasure")
strawberry.enum(tier_terms.TierPeriod)
strawberry.enum(tier_terms.Kept, name="TierKept")
strawberry.enum(tier_terms.OnReturn, name="TierOnReturn")
strawberry.enum(ActivityAnswer, name="ActivityAnswer")
strawberry.enum(activity_models.CameBy, name="AttendanceWay")
strawberry.enum(activity_models.CostKind, name="ActivityCostKind")
strawberry.enum(activity_models.PlaceState, name="ActivityPlaceState")
strawberry.enum(activity_terms.ActivityKind)
strawberry.enum(activity_terms.ActivityState)
strawberry.enum(trade_in_models.Closed, name="ConsignmentEnd")
strawberry.enum(trade_in_models.CreditState, name="TradeInCreditState")
strawberry.enum(trade_in_models.ItemState, name="TradeInItemState")
strawberry.enum(trade_in_terms.Becomes, name="TradeInBecomes")
strawberry.enum(trade_in_terms.Form, name="TradeInForm")
strawberry.enum(trade_in_terms.SchemeState, name="TradeInSchemeState")
strawberry.enum(trade_in_terms.Unsold, name="ConsignmentUnsold")
strawberry.enum(NotTaken, name="TradeInHindrance")
for service_kind in (
    CaseAnswerer,
    CaseKind,
    CaseSide,
    CaseState,
    CaseStep,
    HolidayCalendar,
    RegistrationEnd,
    SerialRule,
):
    strawberry.enum(service_kind)
strawberry.enum(Coverage, name="WarrantyCoverage")
strawberry.enum(business_models.BusinessKind)
strawberry.enum(business_models.BusinessRole)
strawberry.enum(business_models.ServiceState, name="BusinessState")
strawberry.enum(business_models.UserState, name="BusinessUserState")
strawberry.enum(bonus_models.StatementState, name="BonusStatementState")
strawberry.enum(bonus_terms.Against, name="BonusGrowthAgainst")
strawberry.enum(bonus_terms.BonusPeriod)
strawberry.enum(bonus_terms.GrowthOf, name="BonusGrowthOf")
strawberry.enum(bonus_terms.Measure, name="BonusMeasure")
strawberry.enum(bonus_terms.SchemeState, name="BonusSchemeState")
strawberry.enum(bonus_terms.Slicing, name="BonusSlicing")
strawberry.enum(bonus_terms.Source, name="BonusSource")
strawberry.enum(figuring.PartKind, name="BonusPartKind")
strawberry.enum(Authenticity, name="SerialAuthenticity")
strawberry.enum(StopReason, name="IssuanceStopReason")
strawberry.enum(Unit, name="AllowanceUnit")
strawberry.enum(Basis, name="EstimateBasis")
strawberry.enum(MovementKind, name="ReserveMovementKind")
strawberry.enum(Standing, name="CoverStanding")
strawberry.enum(AdjustmentReason, name="MoneyAdjustmentReason")
strawberry.enum(Answer, name="StatementAnswer")
strawberry.enum(approvals.Standing, name="ApprovalStanding")
strawberry.enum(Calendar, name="CycleCalendar")
strawberry.enum(Fate, name="FailedPartnerFate")
strawberry.enum(PaymentPlan)
strawberry.enum(PackState, name="PrepaidPackState")
strawberry.enum(partner_files.FieldName, name="ReconciliationField")
strawberry.enum(partner_files.Grain, name="ReconciliationGrain")
strawberry.enum(partner_files.Place, name="ReconciliationTotalPlace")
strawberry.enum(partner_files.Signs, name="ReconciliationSigns")
strawberry.enum(partner_files.Strategy, name="ReconciliationStrategy")
strawberry.enum(partner_files.Total, name="ReconciliationTotal")
strawberry.enum(reconciliation.ExceptionState, name="ReconciliationExceptionState")
strawberry.enum(reconciliation.FileFormat, name="ReconciliationFileFormat")
strawberry.enum(reconciliation.FileState, name="ReconciliationFileState")
strawberry.enum(AgreementKind)
strawberry.enum(ApprovalKind)
strawberry.enum(reconciliation.Outcome, name="ReconciliationOutcome")
strawberry.enum(reconciliation.Phase, name="ReconciliationPhase")
strawberry.enum(reconciliation.Reason, name="ReconciliationReason")
strawberry.enum(reconciliation.RecordKind, name="ReconciliationKind")
strawberry.enum(reconciliation.Resolution, name="ReconciliationResolution")
strawberry.enum(reconciliation.Severity, name="ReconciliationSeverity")
strawberry.enum(reconciliation.Suggestion, name="ReconciliationSuggestion")
