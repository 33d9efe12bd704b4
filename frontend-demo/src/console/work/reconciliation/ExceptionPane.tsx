/** One exception: what the file says, what the ledger says, how they differ, and what can be done. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { because } from "./because";
import { type Detail, ExceptionOf, type Side } from "./documents";
import { type Command, possible } from "./keys";

interface Props {
  id: string;
  marked: number;
  onAct: (command: Command) => void;
  onBack: () => void;
}

export function ExceptionPane({ id, marked, onAct, onBack }: Props) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: ExceptionOf, variables: { id }, requestPolicy: "cache-and-network" });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={5} />;
  const one = data.node?.__typename === "ReconciliationException" ? data.node : null;
  if (!one) return <p className="work-choose">{t("approvals.gone")}</p>;
  return (
    <article className="work-sheet" aria-labelledby="exception">
      <button type="button" className="work-back" onClick={onBack}>
        {t("worklist.back")}
      </button>
      <header>
        <p className="work-quiet">
          {one.file.partner && <PartnerName partner={one.file.partner} />}{" "}
          {t("worklist.inFile", { file: one.file.name, sequence: one.file.sequence })}
          {one.row !== null && <> · {t("worklist.row", { row: one.row })}</>}
        </p>
        <h2 id="exception">{t(`outcomes.${one.outcome}`)}</h2>
        {one.reason && <p>{t(`reasons.${one.reason}`)}</p>}
      </header>
      <Sides one={one} />
      <p>
        <strong>{t(`suggestions.${one.suggestion}`)}</strong> <Because of={one} />
      </p>
      {one.resolution && <p className="work-strong">{t(one.state === "PROPOSED" ? "worklist.proposed" : "worklist.resolved", { resolution: t(`resolutions.${one.resolution}`) })}</p>}
      <Steps one={one} />
      <Acts one={one} marked={marked} onAct={onAct} />
    </article>
  );
}

function Because({ of }: { of: Detail }) {
  const { t } = useTranslation("work");
  const why = because(of);
  if (!why) return null;
  return "own" in why ? <span lang="en">{why.own}</span> : <>{t(`because.${why.words}`)}</>;
}

/** Both records line by line; the likely counterpart stands in for a side that has none, and is said to be a guess. */
function Sides({ one }: { one: Detail }) {
  const { t } = useTranslation("work");
  const { signedPoints, money, dateTime } = useFormats();
  const guessedFile = one.fileSays ? null : (one.suggested?.fileSays ?? null);
  const guessedLedger = one.ledgerSays ? null : (one.suggested?.ledgerSays ?? null);
  const file = one.fileSays ?? guessedFile;
  const ledger = one.ledgerSays ?? guessedLedger;
  const lines: [string, (side: Side) => string | null][] = [
    [t("sides.reference"), ({ reference }) => reference],
    [t("sides.kind"), ({ kind }) => kind && t(`kinds.${kind}`)],
    [t("sides.when"), ({ occurredAt }) => occurredAt && dateTime(occurredAt)],
    [t("sides.outlet"), ({ outlet }) => outlet],
    [t("sides.points"), ({ points }) => points && signedPoints(points)],
    [t("sides.amount"), ({ amount }) => amount && money(amount)],
  ];
  return (
    <table className="work-table sides">
      <caption className="unseen">{t("sides.caption")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{t(guessedFile ? "sides.fileGuess" : "sides.file")}</th>
          <th scope="col">{t(guessedLedger ? "sides.ledgerGuess" : "sides.ledger")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(([name, of], place) => {
          const [theirs, ours] = [file && of(file), ledger && of(ledger)];
          const differ = file && ledger && (theirs ?? "") !== (ours ?? "");
          return (
            <tr key={name} className={differ ? "differs" : undefined}>
              <th scope="row">
                {name}
                {differ && <span className="unseen"> {t("sides.differs")}</span>}
              </th>
              <Cell side={file} value={theirs} first={place === 0} span={lines.length} />
              <Cell side={ledger} value={ours} first={place === 0} span={lines.length} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A side that has nothing says so once. */
function Cell({ side, value, first, span }: { side: Side | null; value: string | null; first: boolean; span: number }) {
  const { t } = useTranslation("work");
  if (side) return <td className="figures">{value || "–"}</td>;
  return first ? (
    <td rowSpan={span} className="sides-nothing">
      {t("sides.nothing")}
    </td>
  ) : null;
}

function Steps({ one }: { one: Detail }) {
  const { t } = useTranslation("work");
  const { dateTime } = useFormats();
  if (one.steps.length === 0) return null;
  return (
    <ol className="work-steps">
      {one.steps.map((step, place) => (
        <li key={place}>
          <span>
            {wordFor(t, "exceptionSteps", step.what)} {step.byMe && <span className="work-quiet">{t("worklist.byYou")}</span>}
          </span>
          <time className="work-quiet" dateTime={step.takenAt}>
            {dateTime(step.takenAt)}
          </time>
          {step.note && <q>{step.note}</q>}
        </li>
      ))}
    </ol>
  );
}

const SHOWN: readonly Exclude<Command, "next" | "previous" | "mark" | "filter" | "help">[] = ["confirm", "resolve", "propose", "decline", "assign", "note"];
const LETTERS = { confirm: "C", resolve: "R", propose: "P", decline: "D", assign: "A", note: "N" } as const;

function Acts({ one, marked, onAct }: { one: Detail; marked: number; onAct: (command: Command) => void }) {
  const { t } = useTranslation("work");
  const { scopes } = useSession();
  const proposal = one.steps.findLast(({ what }) => what.endsWith("_PROPOSED"));
  const can = possible({ state: one.state, byMe: proposal?.byMe ?? false });
  if (!scopes.includes("reconciliation:write")) return null;
  return (
    <footer className="work-acts">
      {one.state === "PROPOSED" && proposal?.byMe && <p className="work-why">{t("approvals.byMe")}</p>}
      {SHOWN.filter((command) => can.has(command)).map((command, place) => (
        <button key={command} type="button" className={place === 0 ? "action" : "quiet-action"} onClick={() => onAct(command)}>
          {command === "assign" && marked > 1 ? t("worklist.assignMarked", { count: marked }) : command === "assign" && one.assigned ? t("worklist.acts.putDown") : t(`worklist.acts.${command}`)} <kbd>{LETTERS[command]}</kbd>
        </button>
      ))}
    </footer>
  );
}
