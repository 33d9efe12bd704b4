/** What can be done with a whole statement: agree with it, take it along as files, see its documents. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { Dialog } from "../shared/dialog";
import { downloadFile } from "../shared/download";
import { useFormats } from "../shared/formatting";
import { pageTokenHeader, useSession } from "../shared/session";
import { AcceptStatement, type Cycle, type Statement } from "./documents";

const FILES = ["pdf", "csv", "parquet", "transfersCsv", "transfersParquet", "journalCsv", "journalParquet"] as const;

interface Props {
  statement: Statement;
  cycle: Cycle;
  mayAccept: boolean;
  onDone: () => void;
}

export function StatementActs({ statement, cycle, mayAccept, onDone }: Props) {
  const { t } = useTranslation("console");
  const { money } = useFormats();
  const [accepting, setAccepting] = useState(false);
  const { files, invoices } = statement;
  return (
    <div className="statement-acts">
      {mayAccept && (
        <button type="button" className="action" onClick={() => setAccepting(true)}>
          {t("accept.act")}
        </button>
      )}
      {files && (
        <details className="files">
          <summary className="quiet-action">{t("files.heading")}</summary>
          <ul>
            {FILES.map((form) => (
              <li key={form}>
                <FileLink address={files[form]} label={t(`files.${form}`)} name={`${cycle.name}-${form}`} />
              </li>
            ))}
            {invoices.map((one) => (
              <li key={one.id}>
                <FileLink address={one.pdf} name={one.number} label={`${t(`documents.${one.kind}`)} ${one.number}, ${money(one.gross)}`} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {accepting && <AcceptDialog statement={statement} cycle={cycle} onClose={() => setAccepting(false)} onDone={onDone} />}
    </div>
  );
}

/** Files are fetched with the session and the page's token; a plain link could not send it. */
function FileLink({ address, name, label }: { address: string; name: string; label: string }) {
  const { t } = useTranslation("console");
  const session = useSession();
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const { pathname } = new URL(address, window.location.href);
  const take = () => {
    setState("busy");
    downloadFile(pathname, name + pathname.slice(pathname.lastIndexOf(".")), pageTokenHeader(session)).then(
      () => setState("idle"),
      () => setState("failed"),
    );
  };
  return (
    <button type="button" className="file" disabled={state === "busy"} onClick={take}>
      {label}
      {state === "failed" && <span role="alert"> {t("files.failed")}</span>}
    </button>
  );
}

interface AcceptProps {
  statement: Statement;
  cycle: Cycle;
  onClose: () => void;
  onDone: () => void;
}

function AcceptDialog({ statement, cycle, onClose, onDone }: AcceptProps) {
  const { t } = useTranslation(["console", "common"]);
  const { money } = useFormats();
  const act = useAct(AcceptStatement, (data) => data.statementAccept.userErrors);
  const accept = async () => {
    if (await act.run(() => ({ cycle: cycle.id }))) {
      onDone();
      onClose();
    }
  };
  return (
    <Dialog
      heading={t("console:accept.heading", { cycle: cycle.name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={act.busy} onClick={() => void accept()}>
            {t(act.busy ? "common:wait" : "console:accept.act")}
          </button>
        </>
      }
    >
      <p>{t("console:accept.told", { cycle: cycle.name, amount: money(statement.closing) })}</p>
      <Refusals of={act.refusals} />
    </Dialog>
  );
}
