/** What came together for a charity, from everybody and from the member. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../shared/formatting";
import { Given } from "./documents";

export function Giving({ charity }: { charity: string }) {
  const { t } = useTranslation("rewards");
  const { money } = useFormats();
  const [{ data }] = useQuery({ query: Given, variables: { charity }, requestPolicy: "cache-and-network" });
  const all = data?.rewardGiving[0];
  const own = data?.myRewardGiving.find((one) => one.charity === charity);
  if (!data) return null;
  return (
    <section className="reward-part" aria-labelledby="giving">
      <h2 id="giving">{t("giving.heading", { charity })}</h2>
      {all ? (
        <dl className="reward-sums">
          <div>
            <dt>{t("giving.given")}</dt>
            <dd className="figures">{money(all.given)}</dd>
          </div>
          <div>
            <dt>{t("giving.matched")}</dt>
            <dd className="figures">{money(all.matched)}</dd>
          </div>
          {own && (
            <div>
              <dt>{t("giving.own")}</dt>
              <dd className="figures">{money(own.given)}</dd>
            </div>
          )}
        </dl>
      ) : (
        <p>{t("giving.none")}</p>
      )}
      {all?.members != null && <p className="reward-note">{t("giving.members", { count: all.members })}</p>}
    </section>
  );
}
