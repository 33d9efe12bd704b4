/** Terms part by part; where a version was live before, what is new and what is gone is marked. */

import { useTranslation } from "react-i18next";

import { Why } from "../../parts";
import { compared, type Sentence, type Shown } from "./told";

export function TermsShown({ shown }: { shown: Shown }) {
  const { t } = useTranslation("work");
  return (
    <section aria-labelledby="agreement-terms" className="agreement-terms">
      <h3 id="agreement-terms">{t("agreements.terms")}</h3>
      {shown.own && <p className="work-strong">{shown.own}</p>}
      {shown.before && <p className="work-quiet">{t("agreements.follows")}</p>}
      <dl>
        {compared(shown.parts, shown.before).map(({ name, says }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {says.map(({ one, mark }) => (
                <Said key={mark + JSON.stringify(one)} one={one} mark={mark} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="work-quiet">
        {t("agreements.fingerprint")} <code>{shown.fingerprint.slice(0, 12)}</code>
      </p>
    </section>
  );
}

function Said({ one, mark }: { one: Sentence; mark: "came" | "went" | null }) {
  const { t } = useTranslation("work");
  const Mark = mark === "came" ? "ins" : mark === "went" ? "del" : "span";
  return (
    <div>
      <Mark>
        {mark && <span className="unseen">{t(`agreements.${mark}`)} </span>}
        {one.says}
      </Mark>
      {one.of.length > 0 && (
        <ul>
          {one.of.map((part) => (
            <li key={JSON.stringify(part)}>
              <Said one={part} mark={null} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What cannot be read, nobody agrees to. */
export function Unread() {
  const { t } = useTranslation("work");
  return <Why>{t("agreements.unread")}</Why>;
}
