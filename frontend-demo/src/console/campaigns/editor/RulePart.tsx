/** What a campaign gives: the kind of its rule, and its figures. */

import { useTranslation } from "react-i18next";

import { BASES, type BaseKind, NEW_RULE, onPurchases, type Rule, type RuleKind, type RuleOf } from "../terms/terms";
import { ofPercent, percentOf } from "../terms/ratio";
import { useEditing } from "./editing";
import { Chosen, Picker, Toggles, Typed } from "./inputs";
import { BandsInput, PrizeInput } from "./PrizeInput";
import { CardFields, MilestonesFields } from "./CountedFields";
import { plain } from "./clauseOptions";

const KINDS = Object.keys(NEW_RULE) as RuleKind[];
const FOR_ACTIONS: ReadonlySet<RuleKind> = new Set(["FLAT", "PER_FIELD", "GIFT", "CARD", "MILESTONES"]);

export function RulePart() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const open = KINDS.filter((kind) => (onPurchases(terms) ? kind !== "PER_FIELD" : FOR_ACTIONS.has(kind)) || kind === terms.rule.kind);
  return (
    <div className="fields">
      <Chosen
        label={t("rule.kind")}
        at="rule"
        value={terms.rule.kind}
        put={(kind) => put({ rule: NEW_RULE[kind] })}
        options={open.map((kind) => [kind, t(`kinds.${kind}`)] as const)}
      />
      <RuleFields rule={terms.rule} put={(rule) => put({ rule })} />
    </div>
  );
}

interface Props<K extends RuleKind> {
  rule: RuleOf<K>;
  put: (rule: Rule) => void;
}

function RuleFields({ rule, put }: { rule: Rule; put: (rule: Rule) => void }) {
  switch (rule.kind) {
    case "RATE_PER_UNIT":
      return <RateFields rule={rule} put={put} />;
    case "PER_ITEM":
      return <PointsField at="rule.perItem.points" rule={rule} put={put} />;
    case "FLAT":
      return (
        <>
          <PointsField at="rule.flat.points" rule={rule} put={put} />
          <Minimum at="rule.flat.minimum" rule={rule} put={put} />
        </>
      );
    case "BANDS":
      return <BandsInput at="rule.bands.bands" bands={rule.bands} put={(bands) => put({ ...rule, bands })} gives="points" />;
    case "PER_FIELD":
      return <ByField rule={rule} put={put} />;
    case "MULTIPLIER":
      return <MultiplierFields rule={rule} put={put} />;
    case "COUPON_REFUND":
      return <CapField at="rule.couponRefund.cap" label="capItem" rule={rule} put={put} />;
    case "CASHBACK":
      return <CashbackFields rule={rule} put={put} />;
    case "DISCOUNT":
      return <DiscountFields rule={rule} put={put} />;
    case "GIFT":
      return (
        <>
          <PrizeInput at="rule.gift.prize" prize={rule.prize} put={(prize) => put({ ...rule, prize })} />
          <Minimum at="rule.gift.minimum" rule={rule} put={put} />
        </>
      );
    case "CARD":
      return <CardFields rule={rule} put={put} />;
    case "MILESTONES":
      return <MilestonesFields rule={rule} put={put} />;
  }
}

type WithPoints = RuleOf<"RATE_PER_UNIT" | "PER_ITEM" | "FLAT">;

function PointsField({ at, rule, put }: { at: string; rule: WithPoints; put: (rule: Rule) => void }) {
  const { t } = useTranslation("campaigns");
  return <Typed label={t("rule.points")} at={at} figure value={rule.points} put={(points) => put({ ...rule, points })} />;
}

function Minimum({ at, rule, put }: { at: string; rule: RuleOf<"FLAT" | "GIFT" | "DISCOUNT">; put: (rule: Rule) => void }) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  return (
    <Typed
      label={t("rule.minimum", { currency: speaker.currency })}
      at={at}
      hint={t("rule.minimumHint")}
      figure
      value={rule.minimum}
      put={(minimum) => put({ ...rule, minimum })}
    />
  );
}

interface CapProps {
  at: string;
  label: "capItem" | "capPurchase";
  rule: RuleOf<"COUPON_REFUND" | "CASHBACK" | "DISCOUNT">;
  put: (rule: Rule) => void;
}

function CapField({ at, label, rule, put }: CapProps) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  return (
    <Typed label={t(`rule.${label}`, { currency: speaker.currency })} at={at} figure value={rule.cap} put={(cap) => put({ ...rule, cap })} />
  );
}

function RateFields({ rule, put }: Props<"RATE_PER_UNIT">) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  return (
    <>
      <Typed label={t("rule.rate", { currency: speaker.currency })} at="rule.ratePerUnit.points" figure value={rule.points} put={(points) => put({ ...rule, points })} />
      <Picker
        label={t("rule.tenders")}
        at="rule.ratePerUnit.tenders"
        hint={t("rule.tendersHint")}
        free
        values={rule.tenders}
        put={(tenders) => put({ ...rule, tenders })}
        options={plain(["CARD", "CASH"])}
      />
    </>
  );
}

function ByField({ rule, put }: Props<"PER_FIELD">) {
  const { t } = useTranslation("campaigns");
  const { choices, terms } = useEditing();
  const fields = choices.actionTypes.filter(({ name }) => terms.triggers.includes(name)).flatMap((type) => type.fields.filter(({ kind }) => kind === "WHOLE"));
  const names = [...new Set(["", rule.field, ...fields.map(({ name }) => name)])];
  return (
    <>
      <Chosen label={t("rule.field")} at="rule.field" value={rule.field} put={(field) => put({ ...rule, field })} options={names.map((name) => [name, name || "…"] as const)} />
      <Typed label={t("rule.points")} at="rule.perField.points" figure value={rule.points} put={(points) => put({ ...rule, points })} />
      <Typed label={t("rule.per")} at="rule.perField.per" figure value={rule.per} put={(per) => put({ ...rule, per })} />
      <Typed label={t("rule.least")} at="rule.perField.least" figure value={rule.least} put={(least) => put({ ...rule, least })} />
      <Typed label={t("rule.most")} at="rule.perField.most" figure value={rule.most} put={(most) => put({ ...rule, most })} />
    </>
  );
}

function MultiplierFields({ rule, put }: Props<"MULTIPLIER">) {
  const { t } = useTranslation("campaigns");
  return (
    <>
      <Typed label={t("rule.factor")} at="rule.multiplier.factor" figure value={rule.factor} put={(factor) => put({ ...rule, factor })} />
      <Toggles<BaseKind> label={t("rule.base")} values={rule.base} put={(base) => put({ ...rule, base })} options={BASES.map((kind) => [kind, t(`kinds.${kind}`)] as const)} />
    </>
  );
}

function CashbackFields({ rule, put }: Props<"CASHBACK">) {
  const { t } = useTranslation("campaigns");
  return (
    <>
      <Typed label={t("rule.share")} at="rule.cashback.share" figure value={percentOf(rule.share) ?? rule.share} put={(share) => put({ ...rule, share: ofPercent(share) })} />
      <CapField at="rule.cashback.cap" label="capPurchase" rule={rule} put={put} />
    </>
  );
}

const BY = ["share", "off", "price"] as const;

function DiscountFields({ rule, put }: Props<"DISCOUNT">) {
  const { t } = useTranslation("campaigns");
  const { speaker } = useEditing();
  const share = rule.by === "share";
  return (
    <>
      <Chosen label={t("rule.by")} at="rule.discount" value={rule.by} put={(by) => put({ ...rule, by, value: "" })} options={BY.map((by) => [by, t(`rule.bys.${by}`)] as const)} />
      <Typed
        label={t(`rule.values.${rule.by}`, { currency: speaker.currency })}
        at={`rule.discount.${rule.by}`}
        figure
        value={share ? (percentOf(rule.value) ?? rule.value) : rule.value}
        put={(value) => put({ ...rule, value: share ? ofPercent(value) : value })}
      />
      <Minimum at="rule.discount.minimum" rule={rule} put={put} />
      <CapField at="rule.discount.cap" label="capPurchase" rule={rule} put={put} />
    </>
  );
}
