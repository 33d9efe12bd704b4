/** Sentences of which all, any or none must hold; a group may hold groups. */

import { useTranslation } from "react-i18next";

import type { Clause, Group, Part } from "../terms/clauses";
import { onPurchases } from "../terms/terms";
import { ClauseOf } from "./ClauseOf";
import { ACTION_TEMPLATES, newClause, PURCHASE_TEMPLATES, TEMPLATES } from "./newClauses";
import { useEditing } from "./editing";
import { type Place, placesOf, type Template } from "../terms/clauseWords";
import { isGroup } from "../terms/clauses";

const HOWS = ["all", "any", "none"] as const;

interface Props {
  group: Group;
  put: (group: Group) => void;
  remove?: () => void;
  outermost?: boolean;
}

export function GroupOf({ group, put, remove, outermost = false }: Props) {
  const { t } = useTranslation("campaigns");
  const change = (at: number, part: Part) => put({ ...group, of: group.of.map((one, place) => (place === at ? part : one)) });
  const drop = (at: number) => put({ ...group, of: group.of.filter((_, place) => place !== at) });
  const add = (part: Part) => put({ ...group, of: [...group.of, part] });
  return (
    <fieldset className={outermost ? "group outermost" : "group"}>
      <legend>
        {(group.of.length > 1 || !outermost) && (
          <select
            className="input"
            aria-label={t("condition.how")}
            value={group.how}
            onChange={(event) => put({ ...group, how: event.target.value as Group["how"] })}
          >
            {HOWS.map((how) => (
              <option key={how} value={how}>
                {t(`groups.${how}`)}
              </option>
            ))}
          </select>
        )}
        {remove && (
          <button type="button" className="tool" onClick={remove}>
            {t("condition.removeGroup")}
          </button>
        )}
      </legend>
      <ul className="group-parts">
        {group.of.map((part, at) => (
          <li key={at}>
            {isGroup(part) ? (
              <GroupOf group={part} put={(one) => change(at, one)} remove={() => drop(at)} />
            ) : (
              <ClauseOf clause={part} put={(one) => change(at, one)} remove={() => drop(at)} />
            )}
          </li>
        ))}
      </ul>
      <div className="group-tools">
        <AddClause add={add} />
        <button type="button" className="tool" onClick={() => add({ kind: "group", how: group.how === "any" ? "all" : "any", of: [] })}>
          {t("condition.addGroup")}
        </button>
      </div>
    </fieldset>
  );
}

/** The sentences there are, to choose one of; their places stand open. */
function AddClause({ add }: { add: (clause: Clause) => void }) {
  const { t } = useTranslation("campaigns");
  const { terms, speaker } = useEditing();
  const shown = onPurchases(terms) ? PURCHASE_TEMPLATES : ACTION_TEMPLATES;
  return (
    <select className="input" aria-label={t("condition.add")} value="" onChange={(event) => event.target.value && add(newClause(event.target.value as Template))}>
      <option value="">{t("condition.add")}</option>
      {TEMPLATES.map(([about, templates]) => {
        const open = templates.filter((template) => shown.has(template));
        return open.length === 0 ? null : (
          <optgroup key={about} label={t(`condition.about.${about}`)}>
            {open.map((template) => (
              <option key={template} value={template}>
                {t(`clauses.${template}`, opened(template, speaker))}
              </option>
            ))}
          </optgroup>
        );
      })}
    </select>
  );
}

/** A sentence's places before anything stands in them. */
function opened(template: Template, speaker: Parameters<typeof placesOf>[1]): Record<Place, string> {
  const { field, how } = placesOf(newClause(template), speaker);
  return { how: how ?? "…", amount: "…", number: "…", field: field ?? "…", values: "…", from: "…", until: "…" };
}
