/** Drawing a version up, or changing a draft: it begins with what the newest version says. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";

import { type Refusal, Refusals, useAct } from "../../../shared/acts";
import { Notice } from "../../../shared/chrome";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { WaitingSheet } from "../../../shared/states";
import { startOf } from "../instants";
import { ChangeDraft, type Contract, ContractsOf, DrawUp, type Firm, type Known } from "./documents";
import { contractAt, firmAt, OF_CONTRACTS } from "./places";
import { CHOICES, DAYS, GROUPS, type Group, groups, isChoice, LISTS, readBands, SHARES, type Term, termsOf, written, YES } from "./terms";

export function ContractForm({ firm, known }: { firm: Firm; known: Known }) {
  const { t } = useTranslation("office");
  const session = useSession();
  const [search] = useSearchParams();
  const [{ data }] = useQuery({ query: ContractsOf, variables: { partner: firm.id }, context: OF_CONTRACTS });
  if (!may(session, "partners:manage")) return <Notice heading={t("partners.notYours")} />;
  if (!data) return <WaitingSheet />;
  const versions = data.node && "contracts" in data.node ? data.node.contracts : [];
  const changing = versions.find((one) => String(one.version) === search.get("change") && !one.signedAt) ?? null;
  return <Form firm={firm} known={known} changing={changing} like={changing ?? versions.find((one) => !one.withdrawnAt) ?? null} />;
}

interface FormProps {
  firm: Firm;
  known: Known;
  changing: Contract | null;
  like: Contract | null;
}

function Form({ firm, known, changing, like }: FormProps) {
  const { t } = useTranslation("office");
  const { dayKey } = useFormats();
  const [, go] = useLocation();
  const [wrongBands, setWrongBands] = useState(false);
  const draw = useAct(DrawUp, (data) => data.contractDrawUp.userErrors);
  const change = useAct(ChangeDraft, (data) => data.contractChange.userErrors);
  const refusals = [...draw.refusals, ...change.refusals];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const bands = readBands(String(form.get("bands") ?? ""));
    setWrongBands(bands === null);
    if (!bands) return;
    const terms = termsOf(form, startOf(String(form.get("validFrom")), known.coalition.timeZone), bands);
    const done = changing
      ? (await change.run(() => ({ input: { contract: changing.id, ...terms } })))?.contractChange.contract
      : (await draw.run(() => ({ input: { partner: firm.id, ...terms } })))?.contractDrawUp.contract;
    if (done) go(contractAt(firm.slug, done.version, like ? `&against=${like.version}` : ""));
  };
  return (
    <form className="office-form partners-contract" onSubmit={(event) => void submit(event)}>
      <div>
        <h2>{t(changing ? "contracts.changing" : "contracts.drawUp", { version: changing?.version })}</h2>
        <p className="office-told">{t("contracts.drawUpText")}</p>
      </div>
      <Field label={t("contracts.validFrom")} hint={t("contracts.validFromHint", { timeZone: known.coalition.timeZone })}>
        <input name="validFrom" type="date" required defaultValue={dayKey(changing?.validFrom ?? known.serverTime)} />
      </Field>
      {groups.map((group) => (
        <TermsOf key={group} group={group} like={like} currency={known.coalition.currency} refusals={refusals} wrongBands={wrongBands} />
      ))}
      <Refusals of={refusals} />
      <p className="office-tools">
        <Link href={firmAt(firm.slug, "contracts")} className="quiet-action office-link">
          {t("contracts.leave")}
        </Link>
        <button type="submit" className="action" disabled={draw.busy || change.busy}>
          {t(changing ? "contracts.keep" : "contracts.drawUp")}
        </button>
      </p>
    </form>
  );
}

interface TermsProps {
  group: Group;
  like: Contract | null;
  currency: string;
  refusals: readonly Refusal[];
  wrongBands: boolean;
}

function TermsOf({ group, like, currency, refusals, wrongBands }: TermsProps) {
  const { t } = useTranslation("office");
  const wrong = (term: Term) => {
    if (term === "bands" && wrongBands) return t("terms.wrongBands");
    return refusals.find(({ path }) => path?.at(-1) === term)?.message;
  };
  const terms: readonly Term[] = GROUPS[group];
  return (
    <fieldset>
      <legend>{t(`terms.groups.${group}`)}</legend>
      <div className="office-two">
        {terms.map((term) =>
          YES.has(term) ? (
            <label key={term} className="office-check">
              <input type="checkbox" name={term} defaultChecked={like ? Boolean(like[term]) : term !== "packLimit"} />
              {t(`terms.names.${term}`)}
            </label>
          ) : (
            <Field key={term} label={t(`terms.names.${term}`)} hint={hintOf(term, currency, t)} wrong={wrong(term)}>
              {inputOf(term, like, t)}
            </Field>
          ),
        )}
      </div>
    </fieldset>
  );
}

type Say = ReturnType<typeof useTranslation<"office">>["t"];

function hintOf(term: Term, currency: string, t: Say): string | undefined {
  if (term === "bands") return t("terms.bandsHint");
  if (LISTS.has(term)) return t(term === "territories" ? "terms.territoriesHint" : "terms.listHint");
  if (SHARES.has(term)) return t("terms.shareHint");
  if (DAYS.has(term)) return t("terms.daysHint");
  if (term === "packPoints" || term === "packAlert") return t("terms.packsHint");
  if (term === "creditLimit") return t("terms.creditHint", { currency });
  return isChoice(term) ? undefined : currency;
}

const STARTS: Partial<Record<Term, string>> = { shareAtIssuance: "1", valueDays: "14", returnDays: "0", disputeDays: "14", noticeDays: "90", tailDays: "180" };

function inputOf(term: Term, like: Contract | null, t: Say) {
  const value = like ? like[term] : (STARTS[term] ?? "");
  if (term === "bands") return <textarea name="bands" rows={3} defaultValue={like ? written(like.bands) : ""} />;
  if (isChoice(term)) {
    return (
      <select name={term} defaultValue={like ? like[term] : term === "returnPolicy" ? "DEBT" : CHOICES[term][0]}>
        {CHOICES[term].map((choice) => (
          <option key={choice} value={choice}>
            {t(`terms.choices.${term}.${choice}` as "terms.choices.taxRule.EXEMPT")}
          </option>
        ))}
      </select>
    );
  }
  if (LISTS.has(term)) return <input name={term} defaultValue={like ? (value as readonly string[]).join(", ") : ""} />;
  return <input name={term} inputMode="decimal" pattern="[0-9]*([.,][0-9]{1,6})?" defaultValue={value === null ? "" : String(value)} />;
}
