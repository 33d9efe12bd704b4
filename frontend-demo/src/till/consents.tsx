/** What a member may allow at a counter, in the very words that are kept with it. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Bone } from "../shared/chrome";
import type { ResultOf } from "../shared/graphql";
import { TillConsentTexts } from "./documents";
import { useTill } from "./till";

export type Purpose = ResultOf<typeof TillConsentTexts>["consentTexts"][number]["purpose"];

/** The others a member allows only itself, signed in. */
const AT_A_COUNTER = new Set<Purpose>(["BALANCE", "HISTORY", "OFFERS"]);

interface Props {
  chosen: ReadonlySet<Purpose>;
  choose: (chosen: ReadonlySet<Purpose>) => void;
}

export function ConsentChoice({ chosen, choose }: Props) {
  const { t, i18n } = useTranslation("till");
  const { house } = useTill();
  const [{ data }] = useQuery({ query: TillConsentTexts, variables: { partner: house.partner.id, language: i18n.language } });
  const texts = data?.consentTexts.filter(({ purpose }) => AT_A_COUNTER.has(purpose));
  const toggle = (purpose: Purpose) => {
    const after = new Set(chosen);
    if (!after.delete(purpose)) after.add(purpose);
    choose(after);
  };
  return (
    <fieldset className="till-consents">
      <legend>{t("consents.legend")}</legend>
      <p className="field-hint">{t("consents.hint")}</p>
      {texts
        ? texts.map(({ purpose, words }) => (
            <label key={purpose}>
              <input type="checkbox" checked={chosen.has(purpose)} onChange={() => toggle(purpose)} />
              <span>{words}</span>
            </label>
          ))
        : [1, 2, 3].map((line) => <Bone key={line} width="100%" height="2.75rem" />)}
    </fieldset>
  );
}
