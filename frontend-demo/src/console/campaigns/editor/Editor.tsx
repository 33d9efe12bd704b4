/** The editor itself: its parts to the left, the campaign in words and what can be done with it to the right. */

import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { useFormats } from "../../../shared/formatting";
import { Change, type ChoicesFound, Draft, type Stepped, type Whole } from "../documents";
import { useHouse, useSpeaker } from "../house";
import { Sentences } from "../Sentences";
import { type PartName, PARTS, told } from "../terms/sentences";
import { onPurchases, type Terms } from "../terms/terms";
import { conditionOf, inputOf } from "../terms/writing";
import { isFinished } from "./ConditionPart";
import { EditingContext, placed, placeOf } from "./editing";
import "./editor.css";
import { GoodsPart } from "./GoodsPart";
import { Typed } from "./inputs";
import { forget, type Kept, keep } from "./kept";
import { BesidePart, LifePart } from "./LifePart";
import { LimitsPart } from "./LimitsPart";
import { RulePart } from "./RulePart";
import { WhenPart } from "./WhenPart";
import { PaysPart, WherePart, WhomPart } from "./WhoPart";

interface Props {
  partner: string;
  campaign: Whole | null;
  choices: ChoicesFound;
  saved: Terms;
  kept: Kept | null;
  names: ReadonlyMap<string, string>;
}

const SHOWN: Record<PartName, ReactNode> = {
  what: <RulePart />,
  goods: <GoodsPart />,
  when: <WhenPart />,
  whom: <WhomPart />,
  where: <WherePart />,
  pays: <PaysPart />,
  limits: <LimitsPart />,
  life: <LifePart />,
  beside: <BesidePart />,
};
/** What most campaigns leave as it is stays folded until it is wanted. */
const FOLDED: ReadonlySet<PartName> = new Set(["goods", "whom", "limits", "life", "beside"]);
const PAUSE = 400;

export function Editor({ partner, campaign, choices, saved, kept, names }: Props) {
  const { t } = useTranslation("campaigns");
  const { coalition } = useHouse();
  const speaker = useSpeaker(names);
  const [, go] = useLocation();
  const [terms, setTerms] = useState(kept?.terms ?? saved);
  const [restored, setRestored] = useState(kept !== null);
  const draft = useAct(Draft, ({ done }: Stepped) => done.userErrors);
  const change = useAct(Change, ({ done }: Stepped) => done.userErrors);
  const act = campaign ? change : draft;
  const refusals = useMemo(() => placed(act.refusals), [act.refusals]);
  const dirty = terms !== saved;
  useKeeping(partner, campaign, terms, dirty);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refusals.length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [refusals]);
  const drop = () => {
    void forget(partner, campaign?.id ?? null);
    setTerms(saved);
    setRestored(false);
  };
  const save = async () => {
    const input = inputOf(terms);
    const done = campaign ? await change.run(() => ({ campaign: campaign.id, terms: input })) : await draft.run(() => ({ terms: input }));
    if (!done?.done.campaign) return;
    await forget(partner, campaign?.id ?? null);
    go(`/campaigns/${done.done.campaign.id}`, { replace: true });
  };
  const sentences = useMemo(() => told(terms, speaker), [terms, speaker]);
  const put = (some: Partial<Terms>) => setTerms((before) => ({ ...before, ...some }));
  const editing = { terms, put, refusals, choices, speaker, timeZone: coalition.timeZone };
  return (
    <EditingContext value={editing}>
      <main className="editor">
        <EditorHead campaign={campaign} restored={restored ? kept : null} drop={drop} />
        <form ref={form} className="editor-sheet" noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
          <div className="editor-parts">
            <Typed label={t("editor.name")} at="name" value={terms.name} put={(name) => put({ name })} />
            {PARTS.filter((part) => part !== "goods" || onPurchases(terms)).map((part) => (
              <EditorPart key={part} part={part} sentences={sentences[part].map(({ says }) => says)} open={!FOLDED.has(part) || isNamed(part, refusals.map(placeOf))} />
            ))}
          </div>
          <aside className="editor-side" aria-labelledby="words-label" tabIndex={0}>
            <h2 id="words-label">{t("editor.inWords")}</h2>
            <p className="editor-name">{terms.name || t("editor.nameless")}</p>
            <Sentences told={sentences} expression={conditionOf(terms)} />
            {!isFinished(terms.condition) && <p className="field-wrong">{t("condition.unfinished")}</p>}
            <Refusals of={refusals} />
            <div className="editor-save">
              <button type="submit" className="action" disabled={act.busy || !isFinished(terms.condition)}>
                {t(campaign && campaign.state !== "DRAFT" ? "editor.saveVersion" : "editor.save")}
              </button>
              <p className="quiet" role="status">{dirty ? t("editor.kept") : ""}</p>
            </div>
          </aside>
        </form>
      </main>
    </EditingContext>
  );
}

const PLACES: Partial<Record<PartName, readonly string[]>> = {
  goods: ["lines"],
  whom: ["tiers", "when.segments", "when.notSegments", "when.control"],
  limits: ["caps", "budget"],
  life: ["returnDays", "release", "expiry"],
  beside: ["stacking", "rounding", "priority"],
};

/** Whether something in a part was refused. */
const isNamed = (part: PartName, places: readonly string[]) =>
  (PLACES[part] ?? []).some((at) => places.some((place) => place === at || place.startsWith(`${at}.`)));

/** Keeps what is typed in this browser, and asks before the tab is closed on it. */
function useKeeping(partner: string, campaign: Whole | null, terms: Terms, dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const timer = setTimeout(() => void keep(partner, campaign?.id ?? null, { terms, at: new Date().toISOString(), fingerprint: campaign?.fingerprint ?? null }), PAUSE);
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("beforeunload", ask);
    };
  }, [partner, campaign, terms, dirty]);
}

function EditorHead({ campaign, restored, drop }: { campaign: Whole | null; restored: Kept | null; drop: () => void }) {
  const { t } = useTranslation("campaigns");
  const { dateTime } = useFormats();
  const moved = restored !== null && campaign !== null && restored.fingerprint !== campaign.fingerprint;
  return (
    <header className="campaign-head">
      <Link href={campaign ? `/campaigns/${campaign.id}` : "/campaigns"} className="campaign-back">
        {t(campaign ? "editor.back" : "missing.back")}
      </Link>
      <h1>{campaign ? t("editor.change", { name: campaign.name }) : t("editor.new")}</h1>
      {restored && (
        <p className="editor-restored" role="status">
          {t(moved ? "editor.restoredMoved" : "editor.restored", { at: dateTime(restored.at) })}{" "}
          <button type="button" className="tool" onClick={drop}>
            {t("editor.drop")}
          </button>
        </p>
      )}
    </header>
  );
}

function EditorPart({ part, sentences, open }: { part: PartName; sentences: readonly string[]; open: boolean }) {
  const { t } = useTranslation("campaigns");
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (open && details.current) details.current.open = true;
  }, [open]);
  return (
    <details ref={details} className="editor-part" open={open || undefined}>
      <summary>
        <h2>{t(`parts.${part}`)}</h2>
        <span className="editor-said">{sentences.join(" · ")}</span>
      </summary>
      <div className="editor-fields">{SHOWN[part]}</div>
    </details>
  );
}
