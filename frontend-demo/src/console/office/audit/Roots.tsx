/** The cycles with the roots they were sealed with: what every proof has to lead to. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../../shared/formatting";
import { Empty, WaitingSheet } from "../../../shared/states";
import { usePages } from "../../usePages";
import { Sealed } from "./documents";

export function Roots() {
  const { t } = useTranslation(["office", "common"]);
  const { day } = useFormats();
  const pages = usePages(
    Sealed,
    (after) => ({ after }),
    (data) => data.cycles,
    "sealed",
  );
  const sealed = pages.rows.filter((one) => one.digest !== null);
  if (pages.state === "loading" && pages.rows.length === 0) return <WaitingSheet />;
  if (sealed.length === 0) {
    return (
      <Empty heading={t("roots.none")}>
        <p>{t("roots.noneText")}</p>
      </Empty>
    );
  }
  return (
    <section aria-labelledby="roots">
      <h2 id="roots">{t("roots.heading")}</h2>
      <p className="office-told">{t("roots.told")}</p>
      <ul className="audit-roots">
        {sealed.map((cycle) => (
          <li key={cycle.id}>
            <h3>
              {cycle.name}
              {cycle.cutOffAt && <span className="office-told"> · {t("roots.cutOff", { day: day(cycle.cutOffAt) })}</span>}
            </h3>
            <dl className="partners-details">
              <Root label={t("roots.digest")} value={cycle.digest} />
              <Root label={t("roots.entries")} value={cycle.merkleRoot} />
              <Root label={t("roots.movements")} value={cycle.movementsRoot} />
            </dl>
          </li>
        ))}
      </ul>
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
    </section>
  );
}

const Root = ({ label, value }: { label: string; value: string | null }) =>
  value ? (
    <div>
      <dt>{label}</dt>
      <dd>
        <code>{value}</code>
      </dd>
    </div>
  ) : null;
