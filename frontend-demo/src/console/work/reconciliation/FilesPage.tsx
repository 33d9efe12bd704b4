/** The files that were handed in, and handing another in. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { type FileRow, Files } from "./documents";
import { HandIn } from "./HandIn";
import "./reconciliation.css";

export function FilesPage() {
  const { t } = useTranslation(["work", "common"]);
  const session = useSession();
  const [, go] = useLocation();
  const [handing, setHanding] = useState(false);
  const pages = usePages(Files, (after) => ({ partner: null, after }), (data) => data.reconciliationFiles, "files", "network-only");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  return (
    <>
      <header className="work-head">
        <h1>{t("files.heading")}</h1>
        <Link href="/tasks/reconciliation">{t("files.toWorklist")}</Link>
        {may(session, "reconciliation:write") && (
          <button type="button" className="action" onClick={() => setHanding(true)}>
            {t("files.handIn")}
          </button>
        )}
      </header>
      {pages.state === "loading" && pages.rows.length === 0 && <WaitingSheet />}
      {pages.state === "ready" && pages.rows.length === 0 && (
        <Empty heading={t("files.none")}>
          <p>{t("files.noneText")}</p>
        </Empty>
      )}
      {pages.rows.length > 0 && <FileTable rows={pages.rows} />}
      {!pages.whole && pages.rows.length > 0 && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
      {handing && <HandIn onClose={() => setHanding(false)} onBegun={(file) => go(`/tasks/reconciliation/files/${file}`)} />}
    </>
  );
}

function FileTable({ rows }: { rows: readonly FileRow[] }) {
  const { t } = useTranslation("work");
  const { day } = useFormats();
  return (
    <div className="work-scroll" tabIndex={0} role="group" aria-label={t("files.heading")}>
      <table className="work-table">
        <caption className="unseen">{t("files.heading")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("files.columns.file")}</th>
            <th scope="col">{t("files.columns.partner")}</th>
            <th scope="col">{t("files.columns.begun")}</th>
            <th scope="col">{t("files.columns.state")}</th>
            <th scope="col" className="number">{t("files.columns.rows")}</th>
            <th scope="col" className="number">{t("files.columns.matched")}</th>
            <th scope="col" className="number">{t("files.columns.exceptions")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((file) => (
            <Line key={file.id} file={file} day={day(file.begunAt)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ file, day }: { file: FileRow; day: string }) {
  const { t } = useTranslation("work");
  const { points } = useFormats();
  const matched = file.report?.outcomes.filter(({ outcome }) => outcome === "MATCHED").reduce((sofar, { rows }) => sofar + rows, 0);
  const rest = file.report?.outcomes.filter(({ outcome }) => outcome !== "MATCHED").reduce((sofar, { rows }) => sofar + rows, 0);
  const figure = (count: number | undefined) => (count === undefined ? "" : points(BigInt(count)));
  return (
    <tr>
      <th scope="row">
        <Link href={`/tasks/reconciliation/files/${file.id}`}>
          {file.name} <span className="figures work-quiet">#{file.sequence}</span>
        </Link>
        {file.dryRun && <span className="work-tag">{t("files.dryRun")}</span>}
      </th>
      <td>{file.partner && <PartnerName partner={file.partner} />}</td>
      <td className="figures">{day}</td>
      <td>{t(`files.states.${file.state}`)}</td>
      <td className="number figures">{figure(file.report?.rows)}</td>
      <td className="number figures">{figure(matched)}</td>
      <td className="number figures">{figure(rest)}</td>
    </tr>
  );
}
