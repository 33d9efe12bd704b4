/** What of the history is shown; the address says it, so that the way back leads to the same list. */

import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { Field } from "../../shared/field";
import type { Entry } from "../documents";

export interface Filter {
  partner: string | null;
  kind: string | null;
}

export const fits = (entry: Entry, { partner, kind }: Filter): boolean =>
  (partner === null || entry.partner?.slug === partner) && (kind === null || entry.kind === kind);

export function Filters({ entries, filter }: { entries: readonly Entry[]; filter: Filter }) {
  const { t } = useTranslation("member");
  const [, setSearch] = useSearchParams();
  const choose = (name: keyof Filter, value: string) =>
    setSearch(
      (search) => {
        if (value) search.set(name, value);
        else search.delete(name);
        return search;
      },
      { replace: true },
    );
  const partners = new Map(entries.flatMap(({ partner }) => (partner ? [[partner.slug, partner.name] as const] : [])));
  const kinds = new Map(entries.map(({ kind }) => [kind as string, t(`kinds.${kind}`)] as const));
  return (
    <div className="filters">
      <Field label={t("filters.partner")}>
        <Choice value={filter.partner} options={partners} choose={(value) => choose("partner", value)} />
      </Field>
      <Field label={t("filters.kind")}>
        <Choice value={filter.kind} options={kinds} choose={(value) => choose("kind", value)} />
      </Field>
    </div>
  );
}

interface ChoiceProps {
  value: string | null;
  options: ReadonlyMap<string, string>;
  choose: (value: string) => void;
  id?: string;
}

function Choice({ value, options, choose, id }: ChoiceProps) {
  const { t } = useTranslation("member");
  const sorted = [...options].sort(([, one], [, other]) => one.localeCompare(other));
  return (
    <select id={id} value={value ?? ""} onChange={(event) => choose(event.target.value)}>
      <option value="">{t("filters.all")}</option>
      {sorted.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
