/** What is looked for among the rewards. */

import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../shared/field";
import { useFormats } from "../../shared/formatting";
import type { Reach } from "./documents";
import { ALL, bounds, type Filter, KINDS, searchOf } from "./searching";

interface Props {
  filter: Filter;
  reaches: readonly Reach[];
  onChange: (filter: Filter) => void;
  onClear: () => void;
}

export function Filters({ filter, reaches, onChange, onClear }: Props) {
  const { t } = useTranslation("rewards");
  const change = (changed: Partial<Filter>) => onChange({ ...filter, ...changed });
  const toggled = (show: "new" | "ending") => change({ show: filter.show === show ? null : show });
  const [open, setOpen] = useState([filter.kind, filter.partner, filter.points].some((chosen) => chosen !== null));
  const more = useId();
  return (
    <search className="rewards-filters" aria-label={t("filters.label")}>
      <div className="rewards-toggles">
        <Toggle on={filter.now} label={t("filters.now")} press={() => change({ now: !filter.now })} />
        <Toggle on={filter.show === "new"} label={t("filters.new")} press={() => toggled("new")} />
        <Toggle on={filter.show === "ending"} label={t("filters.ending")} press={() => toggled("ending")} />
      </div>
      <button type="button" className="rewards-more" aria-expanded={open} aria-controls={more} onClick={() => setOpen(!open)}>
        {t("filters.more")}
      </button>
      <div id={more} className={open ? "rewards-choices open" : "rewards-choices"}>
        <Choices filter={filter} reaches={reaches} change={change} />
      </div>
      {searchOf(filter).size > searchOf(ALL).size && (
        <button type="button" className="rewards-clear" onClick={onClear}>
          {t("filters.clear")}
        </button>
      )}
    </search>
  );
}

function Toggle({ on, label, press }: { on: boolean; label: string; press: () => void }) {
  return (
    <button type="button" className="rewards-toggle" aria-pressed={on} onClick={press}>
      {label}
    </button>
  );
}

interface ChoicesProps {
  filter: Filter;
  reaches: readonly Reach[];
  change: (changed: Partial<Filter>) => void;
}

/** Only what there is can be chosen, and what was chosen stays. */
function Choices({ filter, reaches, change }: ChoicesProps) {
  const { t } = useTranslation("rewards");
  const { points } = useFormats();
  const kinds = KINDS.filter((kind) => kind === filter.kind || reaches.some(({ reward }) => reward.kind === kind));
  const partners = new Map(reaches.flatMap(({ reward }) => reward.partners).map(({ slug, name }) => [slug, name]));
  if (filter.partner !== null && !partners.has(filter.partner)) partners.set(filter.partner, filter.partner);
  const most = [...new Set([...bounds(reaches), ...(filter.points === null ? [] : [filter.points])])];
  return (
    <>
      <Field label={t("filters.kind")}>
        <select value={filter.kind ?? ""} onChange={({ target }) => change({ kind: KINDS.find((kind) => kind === target.value) ?? null })}>
          <option value="">{t("filters.anyKind")}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t(`kinds.${kind}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("filters.partner")}>
        <select value={filter.partner ?? ""} onChange={({ target }) => change({ partner: target.value || null })}>
          <option value="">{t("filters.anyPartner")}</option>
          {[...partners].map(([slug, name]) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("filters.points")}>
        <select value={filter.points ?? ""} onChange={({ target }) => change({ points: target.value || null })}>
          <option value="">{t("filters.anyPoints")}</option>
          {most.map((bound) => (
            <option key={bound} value={bound}>
              {t("filters.upTo", { count: Number(bound), points: points(bound) })}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}
