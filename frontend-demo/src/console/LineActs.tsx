/** What can be done with a line: prove it, dispute it, follow what became of a dispute. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";
import { Link } from "wouter";

import { download } from "../shared/download";
import { DisputeDialog } from "./DisputeDialog";
import { type Line, ProofOf, type Statement } from "./documents";

interface Props {
  line: Line;
  disputes: Statement["disputes"];
  mayDispute: boolean;
  onDone: () => void;
}

export function LineActs({ line, disputes, mayDispute, onDone }: Props) {
  const { t } = useTranslation("console");
  const [disputing, setDisputing] = useState(false);
  const own = disputes.filter((one) => one.line?.id === line.id);
  return (
    <div className="line-acts">
      <Proof line={line} />
      {mayDispute && (
        <button type="button" className="quiet-action" onClick={() => setDisputing(true)}>
          {t("dispute.act")}
        </button>
      )}
      {own.map((one) => (
        <Link key={one.id} href={`/tasks/disputes/${encodeURIComponent(one.id)}`}>
          {t("dispute.seen", { state: t(`dispute.states.${one.state}`) })}
        </Link>
      ))}
      {disputing && <DisputeDialog line={line} onClose={() => setDisputing(false)} onDone={onDone} />}
    </div>
  );
}

/** The proof of a line travels as a file: it is checked without this server. */
function Proof({ line }: { line: Line }) {
  const { t } = useTranslation("console");
  const client = useClient();
  const [state, setState] = useState<"idle" | "busy" | "none" | "failed">("idle");
  const fetchIt = async () => {
    setState("busy");
    const { data } = await client.query(ProofOf, { line: line.id }, { requestPolicy: "network-only" }).toPromise();
    if (data?.lineProof) download(`line-${line.number}-proof.json`, data.lineProof, "application/json");
    setState(!data ? "failed" : data.lineProof ? "idle" : "none");
  };
  return (
    <>
      <button type="button" className="quiet-action" disabled={state === "busy"} onClick={() => void fetchIt()}>
        {t("proof.act")}
      </button>
      {(state === "none" || state === "failed") && (
        <p role="status" className="drill-note">
          {t(`proof.${state}`)}
        </p>
      )}
    </>
  );
}
