/** What else must hold: sentences to fill in, and beside them the expression that tills read. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../../../shared/field";
import { everything, expressionOf, finished } from "../terms/clauses";
import { clausesOf } from "../terms/saying";
import { onPurchases } from "../terms/terms";
import { conditionOf } from "../terms/writing";
import { Expression } from "../Sentences";
import { useEditing, wrongAt } from "./editing";
import { GroupOf } from "./GroupOf";

const PLACE = "when.condition";

export function ConditionPart() {
  const { t } = useTranslation("campaigns");
  const { terms, put, refusals } = useEditing();
  const { condition } = terms;
  const wrong = wrongAt(refusals, PLACE);
  if (typeof condition === "string") return <Typed wrong={wrong} />;
  const expression = conditionOf(terms);
  return (
    <div className="condition">
      <p className="quiet">{t(onPurchases(terms) ? "condition.text" : "condition.textAction")}</p>
      <GroupOf group={condition} put={(group) => put({ condition: group })} outermost />
      {expression !== null && <Expression text={expression} />}
      {wrong && <p className="field-wrong">{wrong}</p>}
      <button type="button" className="tool" onClick={() => put({ condition: expression ?? "" })}>
        {t("condition.write")}
      </button>
    </div>
  );
}

/** Written by hand: it becomes sentences again where sentences can say it. */
function Typed({ wrong }: { wrong: string | null }) {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const text = terms.condition as string;
  const [asked, setAsked] = useState(false);
  const group = clausesOf(text);
  const tell = () => {
    setAsked(true);
    if (group) put({ condition: group });
  };
  return (
    <div className="condition">
      <Field label={t("condition.expression")} hint={t("condition.hint")} wrong={wrong ?? (asked && !group ? t("condition.unsayable") : null)}>
        <textarea
          className="expression-input"
          rows={4}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setAsked(false);
            put({ condition: event.target.value });
          }}
        />
      </Field>
      <div className="condition-tools">
        <button type="button" className="tool" onClick={tell}>
          {t("condition.tell")}
        </button>
        <button type="button" className="tool" onClick={() => put({ condition: everything })}>
          {t("condition.drop")}
        </button>
      </div>
    </div>
  );
}

/** Whether every sentence that was begun is finished. */
export const isFinished = (condition: Parameters<typeof expressionOf>[0] | string): boolean =>
  typeof condition === "string" || expressionOf(finished(condition)) === expressionOf(condition);
