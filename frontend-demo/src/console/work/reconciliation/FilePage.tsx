/** What became of one file: how far it is, then both sides' sums and what they do not agree on. */

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useLocation } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { type FileFound, FileOf, WithdrawFile } from "./documents";
import "./reconciliation.css";

const LOOK_AGAIN = 1500;
const ENDED = new Set(["DONE", "REFUSED"]);

export function FilePage({ file }: { file: string }) {
  const { t } = useTranslation("work");
  const { day } = useFormats();
  const [{ data, error }, read] = useQuery({ query: FileOf, variables: { file }, requestPolicy: "cache-and-network" });
  const state = data?.reconciliationFile?.state;
  useEffect(() => {
    if (!state || ENDED.has(state)) return;
    const looking = setInterval(() => read({ requestPolicy: "network-only" }), LOOK_AGAIN);
    return () => clearInterval(looking);
  }, [state, read]);
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  const found = data.reconciliationFile;
  if (!found) return <p className="work-choose">{t("files.gone")}</p>;
  return (
    <article className="work-sheet plain" aria-labelledby="file">
      <Link href="/tasks/reconciliation/files" className="work-back always">
        {t("files.heading")}
      </Link>
      <header>
        <p className="work-quiet">
          {found.partner && <PartnerName partner={found.partner} />} {t("files.period", { from: day(found.startsAt), until: found.endsAt ? day(found.endsAt) : t("files.open") })}
        </p>
        <div className="work-head">
          <h1 id="file">
            {found.name} <span className="figures work-quiet">#{found.sequence}</span>
          </h1>
          <Withdraw file={found} />
        </div>
      </header>
      <Progress file={found} />
      {found.findings.map(({ code, message }) => (
        <p key={code} className="work-note">
          {message}
        </p>
      ))}
      {found.report && <Report file={found} report={found.report} />}
    </article>
  );
}

function Progress({ file }: { file: FileFound }) {
  const { t } = useTranslation("work");
  if (file.state === "DONE") return null;
  return (
    <div className="file-progress" role="status">
      <p>
        <strong>{t(`files.states.${file.state}`)}</strong> {file.refusalSays}
      </p>
      {file.state !== "REFUSED" && <progress max={100} value={file.percent} aria-label={t("files.progress")} />}
    </div>
  );
}

type Report = NonNullable<FileFound["report"]>;

function Report({ file, report }: { file: FileFound; report: Report }) {
  const { t } = useTranslation("work");
  const { points, decimal, money } = useFormats();
  const whole = report.outcomes.reduce((sofar, { rows }) => sofar + rows, 0);
  return (
    <>
      <table className="work-table file-sums">
        <caption>{t("files.sums")}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col" className="number">{t("sides.file")}</th>
            <th scope="col" className="number">{t("sides.ledger")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t("files.columns.rows")}</th>
            <td className="number figures">{points(BigInt(report.rows))}</td>
            <td className="number figures">{points(BigInt(report.postings))}</td>
          </tr>
          <tr>
            <th scope="row">{t("sides.points")}</th>
            <td className="number figures">{decimal(report.filePoints)}</td>
            <td className="number figures">{points(report.ledgerPoints)}</td>
          </tr>
          <tr>
            <th scope="row">{t("sides.amount")}</th>
            <td className="number figures">{money({ amount: report.fileAmount, currency: report.ledgerAmount.currency })}</td>
            <td className="number figures">{money(report.ledgerAmount)}</td>
          </tr>
        </tbody>
      </table>
      <table className="work-table file-outcomes">
        <caption>{t("files.outcomes")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("files.columns.outcome")}</th>
            <th scope="col" className="number">{t("files.columns.rows")}</th>
            <th scope="col" className="number">{t("sides.points")}</th>
            <th scope="col" className="number">{t("sides.amount")}</th>
          </tr>
        </thead>
        <tbody>
          {report.outcomes.map((one) => (
            <tr key={`${one.outcome}${one.reason}`}>
              <th scope="row">
                <span className="file-share" style={{ inlineSize: `${(100 * one.rows) / Math.max(1, whole)}%` }} aria-hidden="true" />
                {t(`outcomes.${one.outcome}`)}
                {one.reason && <span className="work-quiet"> {t(`reasons.${one.reason}`)}</span>}
              </th>
              <td className="number figures">{points(BigInt(one.rows))}</td>
              <td className="number figures">{points(one.points)}</td>
              <td className="number figures">{money(one.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="work-acts">
        <a className="quiet-action" href={`${file.uploadPath}.csv`} download>
          {t("files.csv")}
        </a>
        <Link className="action" href={`/tasks/reconciliation?q=file:${file.sequence}+state:all`}>
          {t("files.toExceptions")}
        </Link>
      </p>
    </>
  );
}

function Withdraw({ file }: { file: FileFound }) {
  const { t } = useTranslation("work");
  const session = useSession();
  const [, go] = useLocation();
  const act = useAct(WithdrawFile, (data) => data.done.userErrors);
  if (!may(session, "reconciliation:write") || file.state === "REFUSED") return null;
  return (
    <>
      <button
        type="button"
        className="quiet-action"
        title={t("files.withdrawHint")}
        disabled={act.busy}
        onClick={() => void act.run(() => ({ file: file.id })).then((done) => done && go("/tasks/reconciliation/files"))}
      >
        {t("files.withdraw")}
      </button>
      <Refusals of={act.refusals} />
    </>
  );
}
