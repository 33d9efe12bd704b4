/** What is to be agreed to, by its kind. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { Failed, WaitingSheet } from "../../../shared/states";
import { type Fact, Facts } from "../parts";
import { ContractSubject } from "./ContractSubject";
import { CycleSubject } from "./CycleSubject";
import { AccountAsked, type Approval, type Kind, type Subject, SubjectAsked } from "./documents";
import { PaymentsSubject } from "./PaymentsSubject";

const FOUND_BY_ID: ReadonlySet<Kind> = new Set<Kind>(["ADJUSTMENT", "WRITE_OFF", "PREPAID_PACK", "BANK_ENTRY"]);

export function SubjectOf({ one, currency }: { one: Approval; currency: string }) {
  switch (one.kind) {
    case "CYCLE":
      return <CycleSubject cycle={one.subject} />;
    case "CONTRACT":
      return <ContractSubject contract={one.subject} currency={currency} />;
    case "PAYMENTS":
      return <PaymentsSubject cycle={one.subject} />;
    case "ACCOUNT":
      return <AccountSubject one={one} />;
    default:
      return FOUND_BY_ID.has(one.kind) ? <FoundSubject one={one} /> : <Noted one={one} />;
  }
}

/** What was asked for in words, where there is nothing else to see. */
function Noted({ one }: { one: Approval }) {
  const { t } = useTranslation("work");
  if (!one.note) return null;
  const word = one.kind === "CREDIT" ? wordFor(t, "bank.uses", one.note) : one.kind === "REMAINDER" ? wordFor(t, "approvals.remainders", one.note) : one.note;
  return <Facts of={[{ name: t("approvals.note"), value: word }]} />;
}

function AccountSubject({ one }: { one: Approval }) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: AccountAsked, variables: { partner: one.partner?.id ?? null } });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={2} />;
  const company = data.company;
  return (
    <>
      <p>{t("approvals.account.check", { company: company?.name ?? "" })}</p>
      <div className="approval-pair">
        <Account heading={t("approvals.before")} iban={company?.iban ?? null} bic={company?.bic ?? null} />
        <Account heading={t("approvals.after")} iban={company?.waitingAccount?.iban ?? one.note} bic={company?.waitingAccount?.bic ?? null} changed />
      </div>
    </>
  );
}

function Account({ heading, iban, bic, changed = false }: { heading: string; iban: string | null; bic: string | null; changed?: boolean }) {
  const { t } = useTranslation("work");
  return (
    <section className={changed ? "approval-side changed" : "approval-side"}>
      <h3>{heading}</h3>
      <p className="figures">{iban ? grouped(iban) : t("approvals.account.none")}</p>
      {bic && <p className="figures work-quiet">{bic}</p>}
    </section>
  );
}

/** An IBAN in groups of four, as banks print it. */
const grouped = (iban: string) => iban.replace(/(.{4})(?=.)/g, "$1 ");

function FoundSubject({ one }: { one: Approval }) {
  const [{ data, error }, read] = useQuery({ query: SubjectAsked, variables: { subject: one.subject } });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={3} />;
  return (
    <>
      {data.node && <Found node={data.node} />}
      <Noted one={one} />
    </>
  );
}

function Found({ node }: { node: Subject }) {
  const { t } = useTranslation(["work", "console"]);
  const { money, points, day } = useFormats();
  const who = (partner: { name: string; hue: number } | null) => (partner ? <PartnerName partner={partner} /> : t("console:roles.OPERATOR"));
  switch (node.__typename) {
    case "MoneyAdjustment":
      return (
        <Facts
          of={[
            { name: t("approvals.pays"), value: node.debtor ? who(node.debtor) : t(`console:roles.${node.debtorRole}`) },
            { name: t("approvals.receives"), value: node.creditor ? who(node.creditor) : t(`console:roles.${node.creditorRole}`) },
            { name: t("approvals.reason"), value: t(`approvals.adjustments.${node.reason}`) },
          ]}
        />
      );
    case "SettlementPayment":
      return (
        <Facts
          of={[
            { name: t("approvals.pays"), value: who(node.payer) },
            { name: t("approvals.receives"), value: who(node.payee) },
            { name: t("bank.columns.reference"), value: node.reference, figure: true },
            { name: t("bank.columns.due"), value: day(node.dueOn), figure: true },
            { name: t("bank.columns.amount"), value: money(node.total), figure: true },
            { name: t("bank.columns.paid"), value: money(node.paid), figure: true },
            { name: t("bank.columns.open"), value: money(node.open), figure: true },
          ]}
        />
      );
    case "PrepaidPack":
      return (
        <Facts
          of={[
            { name: t("approvals.pack.order"), value: node.number, figure: true },
            { name: t("approvals.pack.points"), value: points(node.points), figure: true },
            { name: t("bank.columns.amount"), value: money({ amount: node.gross, currency: node.currency }), figure: true },
            { name: t("bank.columns.reference"), value: node.packReference, figure: true },
          ]}
        />
      );
    case "BankEntry":
      return <Facts of={entryFacts(node)} />;
    default:
      return null;
  }

  function entryFacts(entry: Extract<Subject, { __typename: "BankEntry" }>): Fact[] {
    return [
      { name: t("bank.columns.booked"), value: day(entry.bookedOn), figure: true },
      { name: t("bank.columns.party"), value: entry.partyName ?? "" },
      { name: t("bank.columns.text"), value: entry.remittanceText ?? "" },
      { name: t("bank.columns.amount"), value: money(entry.booked), figure: true },
      ...entry.matches
        .filter((match) => match.state === "PROPOSED")
        .map((match, place) => ({
          name: t("approvals.matched", { count: place + 1 }),
          value: (
            <>
              {who(match.payment.payer ?? match.payment.payee)} {match.payment.reference} · {money(match.payment.open)}
            </>
          ),
          figure: true,
        })),
    ];
  }
}
