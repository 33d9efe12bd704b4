/** Payments and the bank: what waits for a person, payments of a cycle, statements, and what was paid too much. */

import { useTranslation } from "react-i18next";
import { Link, Redirect } from "wouter";

import { useSession } from "../../../shared/session";
import { CreditsPart } from "./CreditsPart";
import { PaymentsPart } from "./PaymentsPart";
import { StatementsPart } from "./StatementsPart";
import { WorklistPart } from "./WorklistPart";
import "./bank.css";

const PARTS = ["worklist", "payments", "statements", "credits"] as const;
type Part = (typeof PARTS)[number];
/** The operator's account is the coalition's alone. */
const PARTNERS: readonly Part[] = ["payments", "credits"];

interface Props {
  part: string | null;
  entry: string | null;
  onDone: () => void;
}

export function BankPage({ part, entry, onDone }: Props) {
  const { t } = useTranslation("work");
  const { audience } = useSession();
  const open = audience === "COALITION" ? PARTS : PARTNERS;
  const here = open.find((one) => one === part);
  if (!here) return <Redirect to={`/tasks/bank/${open[0]}`} replace />;
  return (
    <>
      <header className="work-head">
        <h1>{t("lists.bank")}</h1>
        <nav className="bank-parts" aria-label={t("lists.bank")}>
          {open.map((one) => (
            <Link key={one} href={`/tasks/bank/${one}`} aria-current={one === here ? "page" : undefined} className="chip">
              {t(`bank.parts.${one}`)}
            </Link>
          ))}
        </nav>
      </header>
      {here === "worklist" && <WorklistPart entry={entry} onDone={onDone} />}
      {here === "payments" && <PaymentsPart onDone={onDone} />}
      {here === "statements" && <StatementsPart onDone={onDone} />}
      {here === "credits" && <CreditsPart onDone={onDone} />}
    </>
  );
}
