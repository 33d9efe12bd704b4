/** The bank's statements: opening balance and entries make the closing balance; another is taken in by its file. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { equal, sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import type { ResultOf } from "../../../shared/graphql";
import { may, useSession } from "../../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { base64Of } from "../disputes/files";
import { type BankStatement, ImportFile, Statements } from "./statementDocuments";

export function StatementsPart({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  const pages = usePages(Statements, (after) => ({ after }), (data) => data.bankStatements, "statements", "network-only");
  const done = () => {
    pages.again();
    onDone();
  };
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  return (
    <>
      <Importing onDone={done} />
      {pages.state === "loading" && pages.rows.length === 0 && <WaitingSheet lines={4} />}
      {pages.state === "ready" && pages.rows.length === 0 && (
        <Empty heading={t("bank.noStatements")}>
          <p>{t("bank.noStatementsText")}</p>
        </Empty>
      )}
      <ul className="bank-statements">
        {pages.rows.map((one) => (
          <li key={`${one.iban}${one.name}${one.page}`}>
            <OneStatement of={one} />
          </li>
        ))}
      </ul>
      {!pages.whole && pages.rows.length > 0 && (
        <button type="button" className="quiet-action" onClick={pages.more}>
          {t("common:more")}
        </button>
      )}
    </>
  );
}

type Imported = NonNullable<ResultOf<typeof ImportFile>["done"]["imported"]>;

function Importing({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  const session = useSession();
  const act = useAct(ImportFile, (data) => data.done.userErrors);
  const [imported, setImported] = useState<Imported | null>(null);
  if (!may(session, "settlement:prepare")) return null;
  const take = async (file: File | undefined) => {
    if (!file) return;
    const content = await base64Of(file);
    const found = (await act.run(() => ({ content })))?.done.imported ?? null;
    setImported(found);
    if (found) onDone();
  };
  return (
    <section className="importing">
      <label className="importing-file">
        <span>{act.busy ? t("common:wait") : t("bank.import")}</span>
        <input type="file" accept=".xml,application/xml,text/xml" disabled={act.busy} onChange={(event) => void take(event.target.files?.[0])} />
      </label>
      <p className="field-hint">{t("bank.importHint")}</p>
      <div role="status">{imported && <Came of={imported} />}</div>
      <Refusals of={act.refusals} />
    </section>
  );
}

function Came({ of }: { of: Imported }) {
  const { t } = useTranslation("work");
  const missing = of.gaps.flatMap((gap) => gap.missing);
  if (of.known) return <p className="work-note">{t("bank.known")}</p>;
  return (
    <p className="work-note">
      {t("bank.came", { count: of.statements.length, matched: of.matched, waiting: of.ambiguous + of.unmatched, own: of.outOfBand })}{" "}
      {of.accepted + of.rejected > 0 && t("bank.report", { accepted: of.accepted, rejected: of.rejected })}{" "}
      {missing.length > 0 && <strong>{t("bank.gaps", { names: missing.join(", ") })}</strong>}
    </p>
  );
}

function OneStatement({ of }: { of: BankStatement }) {
  const { t } = useTranslation("work");
  const { money, day } = useFormats();
  const entries = of.entries.nodes.map((entry) => (entry.direction === "OUT" ? `-${entry.amount.amount}` : entry.amount.amount));
  const whole = !of.entries.pageInfo.hasNextPage;
  const ties = whole && equal(sum([of.opening.amount, ...entries]), of.closing.amount);
  return (
    <details className="bank-statement">
      <summary>
        <span>
          <strong>{of.name}</strong> <span className="work-quiet figures">{day(of.closedOn)}</span>
        </span>
        <span className="figures">{money(of.closing)}</span>
      </summary>
      <div className="work-scroll" tabIndex={0} role="group" aria-label={of.name}>
        <table className="work-table">
          <caption className="unseen">{of.name}</caption>
          <thead>
            <tr>
              <th scope="col">{t("bank.columns.booked")}</th>
              <th scope="col">{t("bank.columns.party")}</th>
              <th scope="col">{t("bank.columns.text")}</th>
              <th scope="col">{t("disputes.columns.state")}</th>
              <th scope="col" className="number">{t("bank.columns.amount")}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row" colSpan={4}>{t("bank.opening")}</th>
              <td className="number figures">{money(of.opening)}</td>
            </tr>
            {of.entries.nodes.map((entry, place) => (
              <tr key={entry.id}>
                <td className="figures">{day(entry.bookedOn)}</td>
                <td>{entry.partyName ?? t("bank.nameless")}</td>
                <td>{entry.remittanceText ?? entry.creditorReference ?? entry.endToEndId}</td>
                <td>{t(`bank.outcomes.${entry.outcome}`)}</td>
                <td className="number figures">{money({ ...entry.amount, amount: entries[place] ?? entry.amount.amount })}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={4}>
                {t("bank.closing")} {ties && <span className="work-quiet">{t("bank.statementTies")}</span>}
              </th>
              <td className="number figures">{money(of.closing)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </details>
  );
}
