/** The worklist of reconciliation, to be worked off by the keyboard: rows at the left, both sides' records beside. */

import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";

import { Empty, Failed } from "../../../shared/states";
import { keysWork } from "../../Shortcuts";
import { Beside } from "../parts";
import { Acting, type Doing } from "./Acting";
import { ExceptionPane } from "./ExceptionPane";
import { ExceptionRows } from "./ExceptionRows";
import { FilterLine } from "./FilterLine";
import { Help } from "./Help";
import { type Command, commandOf } from "./keys";
import { parse } from "./filter";
import { useExceptions } from "./useExceptions";
import "./reconciliation.css";

export function WorklistPage({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("work");
  const [search, setSearch] = useSearchParams();
  const text = search.get("q") ?? "";
  const filter = useMemo(() => parse(text), [text]);
  const list = useExceptions(filter);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [doing, setDoing] = useState<Doing | null>(null);
  const [round, setRound] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const at = usePlace(list.rows, search.get("at"));
  const chosen = list.rows[at] ?? null;
  const goTo = (place: number, open = search.has("at")) => {
    const row = list.rows[Math.max(0, Math.min(list.rows.length - 1, place))];
    if (row && (open || place !== at)) setSearch((before) => with_(before, "at", row.id), { replace: true });
  };
  const done = () => {
    setDoing(null);
    setMarked(new Set());
    list.readAgain();
    setRound((before) => before + 1);
    onDone();
  };
  const obey = (command: Command) => {
    if (command === "next") return goTo(at + 1, true);
    if (command === "previous") return goTo(at - 1, true);
    if (command === "filter") return input.current?.focus();
    if (command === "mark") return chosen && setMarked((before) => toggled(before, chosen.id));
    if (command === "help") return setDoing({ command, of: [] });
    const of = command === "assign" && marked.size > 0 ? list.rows.filter(({ id }) => marked.has(id)) : chosen ? [chosen] : [];
    if (of.length > 0) setDoing({ command, of });
  };
  useKeys(obey);
  const rows = (
    <>
      <FilterLine ref={input} text={text} unknown={filter.unknown} onText={(q) => setSearch((before) => with_(without(before, "at"), "q", q), { replace: true })} />
      {list.state === "failed" && <Failed again={list.more} />}
      {list.state === "ready" && list.rows.length === 0 && !list.looking ? (
        <Empty heading={t(text ? "worklist.noneFit" : "worklist.none")}>
          <p>{t(text ? "worklist.noneFitText" : "worklist.noneText")}</p>
        </Empty>
      ) : (
        <ExceptionRows list={list} at={at} marked={marked} onAt={(place) => goTo(place, true)} onMark={(id) => setMarked((before) => toggled(before, id))} onKey={obey} />
      )}
    </>
  );
  const heading = (
    <header className="work-head">
      <h1>{t("lists.reconciliation")}</h1>
      <Link href="/tasks/reconciliation/files">{t("files.heading")}</Link>
    </header>
  );
  return (
    <Beside heading={heading} list={rows} chosen={search.has("at")}>
      {chosen && <ExceptionPane key={`${chosen.id}${round}`} id={chosen.id} marked={marked.size} onAct={obey} onBack={() => setSearch((before) => without(before, "at"))} />}
      {doing && (doing.command === "help" ? <Help onClose={() => setDoing(null)} /> : <Acting doing={doing} onClose={() => setDoing(null)} onDone={done} />)}
    </Beside>
  );
}

/** Where the row stands; where it stood, once it has left the list. */
function usePlace(rows: readonly { id: string }[], id: string | null): number {
  const last = useRef(0);
  const found = rows.findIndex((row) => row.id === id);
  const place = found >= 0 ? found : id === null ? 0 : Math.max(0, Math.min(last.current, rows.length - 1));
  useEffect(() => {
    if (rows.length > 0) last.current = place;
  }, [rows, place]);
  return place;
}

/** The page's keys, wherever the focus is, unless single keys are switched off; they come before the console's own. */
function useKeys(obey: (command: Command) => void) {
  const latest = useRef(obey);
  useEffect(() => {
    latest.current = obey;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = keysWork() ? commandOf(event) : null;
      if (!command) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current(command);
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, []);
}

function with_(before: URLSearchParams, name: string, value: string): URLSearchParams {
  const after = without(before, name);
  if (value) after.set(name, value);
  return after;
}

function without(before: URLSearchParams, name: string): URLSearchParams {
  const after = new URLSearchParams(before);
  after.delete(name);
  return after;
}

function toggled(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}
