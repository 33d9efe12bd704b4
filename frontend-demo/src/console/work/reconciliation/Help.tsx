/** The keys of the worklist, and the words of its filter. */

import { useTranslation } from "react-i18next";

import { Dialog } from "../../../shared/dialog";

const KEYS = ["J", "K", "X", "A", "N", "R", "P", "C", "D", "/", "?"] as const;
const NAMES = { J: "next", K: "previous", X: "mark", A: "assign", N: "note", R: "resolve", P: "propose", C: "confirm", D: "decline", "/": "filter", "?": "help" } as const;
const EXAMPLES = ["kind:missing", "partner:olla", "state:all", "severity:error", "is:mine", "file:12", "> 100"] as const;

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("work");
  return (
    <Dialog heading={t("help.heading")} onClose={onClose} wide>
      <div className="help">
        <section>
          <h3>{t("help.keys")}</h3>
          <dl>
            {KEYS.map((key) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(`worklist.acts.${NAMES[key]}`)}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>{t("help.filter")}</h3>
          <dl>
            {EXAMPLES.map((example, place) => (
              <div key={example}>
                <dt>
                  <code>{example}</code>
                </dt>
                <dd>{t(`help.examples.${place as 0}`)}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
