/** Handing a file in: which file, of what period, how it is to be read with a look at its first rows, then its bytes. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { type Refusal, Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { pageTokenHeader, useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { Begin, HandingIn, SaveMapping } from "./documents";
import { contentOf, guessed, type Mapping, missing } from "./mapping";
import { MappingEditor } from "./MappingEditor";
import { useTimeZone } from "./useTimeZone";

const SAMPLE = 64 * 1024;
const NEW = "";

interface Props {
  onClose: () => void;
  onBegun: (file: string) => void;
}

export function HandIn({ onClose, onBegun }: Props) {
  const { t } = useTranslation("work");
  const session = useSession();
  const coalition = session.audience === "COALITION";
  const [partner, setPartner] = useState<string | null>(null);
  const [{ data, error }, read] = useQuery({ query: HandingIn, variables: { partner, coalition }, requestPolicy: "cache-and-network" });
  if (error && !data) return <Dialog heading={t("files.handIn")} onClose={onClose}><Failed again={() => read({ requestPolicy: "network-only" })} /></Dialog>;
  if (!data) return <Dialog heading={t("files.handIn")} onClose={onClose}><WaitingSheet lines={3} /></Dialog>;
  const last = data.reconciliationFiles.nodes[0];
  return (
    <Filling
      key={partner}
      partners={data.partners?.nodes ?? null}
      partner={partner}
      onPartner={setPartner}
      mappings={data.reconciliationMappings}
      cycles={data.cycles.nodes}
      next={last && (partner !== null || !coalition) ? last.sequence + (last.dryRun ? 0 : 1) : 1}
      onClose={onClose}
      onBegun={onBegun}
    />
  );
}

interface FillingProps extends Props {
  partners: readonly { id: string; name: string }[] | null;
  partner: string | null;
  onPartner: (partner: string | null) => void;
  mappings: readonly { id: string; name: string; version: number }[];
  cycles: readonly { id: string; name: string; state: string }[];
  next: number;
}

function Filling({ partners, partner, onPartner, mappings, cycles, next, onClose, onBegun }: FillingProps) {
  const { t } = useTranslation(["work", "common"]);
  const zone = useTimeZone();
  const [file, setFile] = useState<File | null>(null);
  const [sample, setSample] = useState("");
  const [chosen, setChosen] = useState(mappings[0]?.name ?? NEW);
  const [mapping, setMapping] = useState<Mapping | null>(null);
  const [name, setName] = useState(mappings.length === 0 ? "tills" : "");
  const [cycle, setCycle] = useState(cycles.find(({ state }) => state !== "OPEN")?.id ?? cycles[0]?.id ?? "");
  const [dryRun, setDryRun] = useState(false);
  const sending = useSending(onBegun);
  const take = async (taken: File | undefined) => {
    if (!taken) return;
    const text = await taken.slice(0, SAMPLE).text();
    setFile(taken);
    setSample(text);
    setMapping(guessed(text, zone));
  };
  const ready = file !== null && cycle !== "" && (partners === null || partner !== null) && (chosen !== NEW || (mapping !== null && missing(mapping).length === 0 && name.trim() !== ""));
  const send = () => {
    if (file) void sending.send({ file, mapping: chosen === NEW ? { name: name.trim(), content: mapping } : { name: chosen, content: null }, next, cycle, dryRun, partner });
  };
  return (
    <Dialog
      heading={t("files.handIn")}
      onClose={onClose}
      wide
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={!ready || sending.busy} onClick={send}>
            {sending.busy ? t("common:wait") : t(dryRun ? "files.try" : "files.handInNow")}
          </button>
        </>
      }
    >
      <div className="work-form hand-in">
        {partners && (
          <Field label={t("files.columns.partner")}>
            <select value={partner ?? ""} onChange={(event) => onPartner(event.target.value || null)}>
              <option value="">{t("files.choosePartner")}</option>
              {partners.map(({ id, name: called }) => (
                <option key={id} value={id}>{called}</option>
              ))}
            </select>
          </Field>
        )}
        <Field label={t("files.file")} hint={t("files.fileHint")}>
          <input type="file" accept=".csv,.txt,.jsonl,.ndjson,.json,.parquet" onChange={(event) => void take(event.target.files?.[0])} />
        </Field>
        <div className="work-columns">
          <Field label={t("files.cycle")}>
            <select value={cycle} onChange={(event) => setCycle(event.target.value)}>
              {cycles.map(({ id, name: called }) => (
                <option key={id} value={id}>{called}</option>
              ))}
            </select>
          </Field>
          <Field label={t("files.mapping")}>
            <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {mappings.map(({ id, name: called, version }) => (
                <option key={id} value={called}>{t("files.mappingVersion", { name: called, version })}</option>
              ))}
              <option value={NEW}>{t("files.newMapping")}</option>
            </select>
          </Field>
        </div>
        <label className="work-check">
          <input type="checkbox" checked={dryRun} onChange={(event) => setDryRun(event.target.checked)} />
          {t("files.dryRunText", { sequence: next })}
        </label>
        {chosen === NEW && mapping && (
          <>
            <MappingEditor mapping={mapping} sample={sample} onChange={setMapping} />
            <Field label={t("files.mappingName")}>
              <input value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
            </Field>
          </>
        )}
        <Refusals of={sending.refusals} />
      </div>
    </Dialog>
  );
}

interface Sent {
  file: File;
  mapping: { name: string; content: Mapping | null };
  next: number;
  cycle: string;
  dryRun: boolean;
  partner: string | null;
}

/** Keeps the mapping if it is new, announces the file, and puts its bytes. */
function useSending(onBegun: (file: string) => void) {
  const session = useSession();
  const save = useAct(SaveMapping, (data) => data.done.userErrors);
  const begin = useAct(Begin, (data) => data.done.userErrors);
  const [putting, setPutting] = useState(false);
  const [lost, setLost] = useState<readonly Refusal[]>([]);
  const send = async ({ file, mapping, next, cycle, dryRun, partner }: Sent) => {
    setLost([]);
    const { name, content } = mapping;
    if (content && !(await save.run(() => ({ name, content: contentOf(content), partner })))) return;
    const input = { mapping: name, name: file.name, sequence: next, cycle, dryRun, size: file.size, partner };
    const begun = (await begin.run(() => ({ input })))?.done.file;
    if (!begun) return;
    setPutting(true);
    const answer = await put(begun.uploadPath, file, pageTokenHeader(session));
    setPutting(false);
    if (answer === null) return onBegun(begun.id);
    setLost([answer]);
  };
  return { send, busy: save.busy || begin.busy || putting, refusals: [...save.refusals, ...begin.refusals, ...lost] };
}

/** Null when all of it is there. */
async function put(path: string, file: File, headers: Record<string, string>): Promise<Refusal | null> {
  const lost = { code: "UNREACHABLE", message: "" };
  try {
    const answer = await fetch(path, { method: "PUT", body: file, headers, credentials: "same-origin" });
    if (answer.ok) return null;
    const told = (await answer.json()) as { errors?: { message: string; extensions?: { code?: string } }[] };
    const [first] = told.errors ?? [];
    return first ? { code: first.extensions?.code ?? "FAULT", message: first.message } : lost;
  } catch {
    return lost;
  }
}
