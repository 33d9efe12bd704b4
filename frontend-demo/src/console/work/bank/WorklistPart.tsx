/** Entries that wait for a person, each beside the payments it may belong to. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useLocation } from "wouter";

import { useFormats } from "../../../shared/formatting";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { Beside, Facts, useHeading } from "../parts";
import { Candidates } from "./Candidates";
import { type Entry, type EntryDetail, EntryOf, Worklist } from "./documents";
import { Matches } from "./Matches";
import { PaymentFinder } from "./PaymentFinder";

interface Props {
  entry: string | null;
  onDone: () => void;
}

export function WorklistPart({ entry, onDone }: Props) {
  const { t } = useTranslation(["work", "common"]);
  const [round, setRound] = useState(0);
  const [, go] = useLocation();
  const pages = usePages(Worklist, (after) => ({ after }), (data) => data.bankWorklist, "worklist", "network-only");
  const done = () => {
    setRound((before) => before + 1);
    pages.again();
    onDone();
  };
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  const shown = entry ?? pages.rows[0]?.id ?? null;
  const list = (
    <>
      {pages.state === "loading" && pages.rows.length === 0 && <WaitingSheet lines={4} />}
      {pages.state === "ready" && pages.rows.length === 0 && (
        <Empty heading={t("bank.none")}>
          <p>{t("bank.noneText")}</p>
        </Empty>
      )}
      <ul className="approvals">
        {pages.rows.map((one) => (
          <EntryRow key={one.id} entry={one} chosen={one.id === shown} />
        ))}
      </ul>
      {!pages.whole && pages.rows.length > 0 && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
    </>
  );
  return (
    <Beside list={list} chosen={entry !== null}>
      {shown !== null && <Detail key={`${shown}${round}`} id={shown} named={entry !== null} onDone={done} onGone={() => go("/tasks/bank/worklist")} />}
    </Beside>
  );
}

function EntryRow({ entry, chosen }: { entry: Entry; chosen: boolean }) {
  const { t } = useTranslation("work");
  const { money, day } = useFormats();
  return (
    <li>
      <Link href={`/tasks/bank/worklist/${entry.id}`} className="approval" aria-current={chosen ? "true" : undefined}>
        <span className="approval-kind">{entry.partyName ?? t("bank.nameless")}</span>
        <span className="approval-amount figures">{money(signed(entry))}</span>
        <span className="approval-about">{t(`bank.outcomes.${entry.outcome}`)}</span>
        <span className="approval-when figures">{day(entry.bookedOn)}</span>
      </Link>
    </li>
  );
}

/** What leaves the account is negative. */
const signed = ({ amount, direction }: Entry) => (direction === "OUT" ? { ...amount, amount: `-${amount.amount}` } : amount);

function Detail({ id, named, onDone, onGone }: { id: string; named: boolean; onDone: () => void; onGone: () => void }) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: EntryOf, variables: { id }, requestPolicy: "cache-and-network" });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet lines={5} />;
  const entry = data.node?.__typename === "BankEntry" ? data.node : null;
  if (!entry) return <p className="work-choose">{t("bank.gone")}</p>;
  return (
    <article className="work-sheet" aria-labelledby="entry">
      <button type="button" className="work-back" onClick={onGone}>
        {t("bank.parts.worklist")}
      </button>
      <EntryHead entry={entry} named={named} />
      <Matches entry={entry} onDone={onDone} />
      {entry.outcome !== "MATCHED" && (
        <>
          <Candidates entry={entry} onDone={onDone} />
          <PaymentFinder entry={entry} onDone={onDone} />
        </>
      )}
    </article>
  );
}

function EntryHead({ entry, named }: { entry: EntryDetail; named: boolean }) {
  const { t } = useTranslation("work");
  const heading = useHeading(named);
  const { money, day } = useFormats();
  return (
    <>
      <header>
        <p className="work-quiet">{t(`bank.directions.${entry.direction}`)}</p>
        <h2 id="entry" ref={heading} tabIndex={-1} className="figures">
          {money(entry.amount)}
        </h2>
        {entry.takesBack && <p className="work-note">{t("bank.takesBack")}</p>}
        {entry.note && <p className="work-note">{entry.note}</p>}
      </header>
      <Facts
        of={[
          { name: t("bank.columns.booked"), value: day(entry.bookedOn), figure: true },
          { name: t("bank.columns.party"), value: entry.partyName ?? t("bank.nameless") },
          entry.partyIban !== null && { name: t("bank.columns.iban"), value: entry.partyIban, figure: true },
          (entry.creditorReference ?? entry.endToEndId) !== null && { name: t("bank.columns.reference"), value: entry.creditorReference ?? entry.endToEndId, figure: true },
          entry.remittanceText !== null && { name: t("bank.columns.text"), value: entry.remittanceText },
          entry.reason !== null && { name: t("bank.columns.reason"), value: entry.reason },
          { name: t("bank.columns.left"), value: money(entry.left), figure: true },
        ]}
      />
    </>
  );
}
