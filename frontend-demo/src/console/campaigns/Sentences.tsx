/** A campaign in sentences, part by part; held against another version, what came and what went is marked. */

import { useTranslation } from "react-i18next";

import type { ToldPart } from "./terms/clauseWords";
import { PARTS, type Told } from "./terms/sentences";

interface Props {
  told: Told;
  /** An earlier version's sentences. */
  before?: Told | undefined;
  /** The condition as tills read it. */
  expression?: string | null;
}

export function Sentences({ told, before, expression }: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <dl className="sentences">
      {PARTS.filter((part) => told[part].length > 0 || (before?.[part].length ?? 0) > 0).map((part) => (
        <div key={part} className="sentences-part">
          <dt>{t(`parts.${part}`)}</dt>
          <dd>
            {told[part].map((one) => (
              <Said key={one.says + JSON.stringify(one.of)} one={one} mark={before && !has(before[part], one) ? "came" : null} />
            ))}
            {before?.[part].filter((one) => !has(told[part], one)).map((one) => <Said key={`-${one.says}`} one={one} mark="went" />)}
            {part === "when" && expression && <Expression text={expression} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Expression({ text }: { text: string }) {
  const { t } = useTranslation("campaigns");
  return (
    <p className="expression">
      <span className="expression-label">{t("condition.asExpression")}</span>
      <code>{text}</code>
    </p>
  );
}

const has = (told: readonly ToldPart[], one: ToldPart) => told.some((other) => JSON.stringify(other) === JSON.stringify(one));

function Said({ one, mark }: { one: ToldPart; mark: "came" | "went" | null }) {
  const { t } = useTranslation("campaigns");
  const Mark = mark === "came" ? "ins" : mark === "went" ? "del" : "span";
  return (
    <div className="sentences-said">
      <Mark>
        {mark && <span className="unseen">{t(`versions.${mark}`)} </span>}
        {one.says}
      </Mark>
      {one.of.length > 0 && (
        <ul>
          {one.of.map((part) => (
            <li key={part.says + JSON.stringify(part.of)}>
              <Said one={part} mark={null} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
