/** Questions to people: a new one, and those there are with where each stands. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { Empty, Failed } from "../../../shared/states";
import { usePages } from "../../../shared/usePages";
import { Section } from "../Section";
import { WaitingRows } from "../WaitingRows";
import { type Case, type CaseKind, Cases, OpenCase } from "./documents";

export function HelpPage() {
  const { t } = useTranslation("me");
  return (
    <Section title={t("help.title")} back={{ to: "/me", label: t("overview.heading") }} lead={t("help.lead")}>
      <Asking />
      <Asked />
    </Section>
  );
}

/** What somebody can ask without naming a product. */
const KINDS: readonly CaseKind[] = ["QUESTION", "HOTLINE", "COMPLAINT"];
const LONGEST = 8000;

function Asking() {
  const { t } = useTranslation("me");
  const [, go] = useLocation();
  const [kind, setKind] = useState<CaseKind>("QUESTION");
  const [words, setWords] = useState("");
  const { run, busy, refusals } = useAct(OpenCase, ({ myCaseOpen }) => myCaseOpen.userErrors);
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await run((idempotencyKey) => ({ input: { idempotencyKey, kind, words } }));
    const opened = answer?.myCaseOpen.case;
    if (opened) go(`/me/help/${encodeURIComponent(opened.id)}`);
  };
  return (
    <form className="me-form" onSubmit={(event) => void ask(event)}>
      <Field label={t("help.kind")}>
        <select value={kind} onChange={(event) => setKind(event.target.value as CaseKind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`help.kinds.${one}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("help.words")} hint={t("help.wordsHint")}>
        <textarea required rows={4} maxLength={LONGEST} value={words} onChange={(event) => setWords(event.target.value)} />
      </Field>
      <Refusals of={refusals} />
      <p className="me-save">
        <button type="submit" className="action" disabled={busy}>
          {t("help.send")}
        </button>
      </p>
    </form>
  );
}

function Asked() {
  const { t } = useTranslation(["me", "common"]);
  const { rows, state, whole, more } = usePages(Cases, (after) => ({ after }), ({ myCases }) => myCases, "cases", "network-only");
  return (
    <section aria-labelledby="cases-label">
      <h2 id="cases-label">{t("help.cases")}</h2>
      {rows.length === 0 && state === "failed" && <Failed again={more} />}
      {rows.length === 0 && state === "loading" && <WaitingRows rows={2} />}
      {rows.length === 0 && state === "ready" && <Empty heading={t("help.none")} />}
      <ul className="me-entries">
        {rows.map((one) => (
          <Row key={one.id} about={one} />
        ))}
      </ul>
      {rows.length > 0 && !whole && (
        <p className="me-after">
          <button type="button" className="quiet-action" onClick={more} disabled={state === "loading"}>
            {t("common:more")}
          </button>
        </p>
      )}
    </section>
  );
}

function Row({ about }: { about: Case }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const first = about.entries.find(({ words }) => words)?.words ?? t(`help.kinds.${about.kind}`);
  return (
    <li>
      <Link href={`/me/help/${encodeURIComponent(about.id)}`} className="me-entry">
        <span>
          <span className="me-entry-name me-cut">{first}</span>
          <span className="me-entry-about">
            {[t(`help.states.${about.state}`), day(about.changedAt)].join(" · ")}
          </span>
        </span>
        <svg className="me-onward" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M9.500 5.500L16 12l-6.500 6.500" />
        </svg>
      </Link>
    </li>
  );
}
