/** A purchase that a receipt led to: what it earned, under which campaigns, and who funded that. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { Notice } from "../../../shared/chrome";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Failed, WaitingSheet } from "../../../shared/states";
import { Fact } from "../liability/Cover";
import { PurchaseOf } from "./documents";

export function PurchasePage({ id }: { id: string }) {
  const { t } = useTranslation("office");
  const { points, dateTime } = useFormats();
  const [{ data, error }, again] = useQuery({ query: PurchaseOf, variables: { id } });
  if (error && !data) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <WaitingSheet />;
  if (!data.purchase) {
    return (
      <Notice heading={t("search.gone")}>
        <p>{t("search.goneText")}</p>
      </Notice>
    );
  }
  const { awards, idleLines, points: earned } = data.purchase;
  return (
    <main className="office">
      <header>
        <nav aria-label={t("partners.path")} className="path">
          <Link href="/search">{t("search.heading")}</Link>
        </nav>
        <h1>{t("search.kinds.PURCHASE")}</h1>
      </header>
      <dl className="office-facts">
        <Fact label={t("search.earned")} value={points(earned)} strong />
        <Fact label={t("search.idle")} value={String(idleLines)} />
      </dl>
      <section aria-labelledby="awards">
        <h2 id="awards">{t("search.awards")}</h2>
        {awards.length === 0 ? (
          <p className="office-told">{t("search.noAwards")}</p>
        ) : (
          <div className="office-table" tabIndex={0} role="group" aria-label={t("search.awards")}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("search.why")}</th>
                  <th scope="col">{t("liability.sponsor")}</th>
                  <th scope="col">{t("search.available")}</th>
                  <th scope="col" className="number">
                    {t("deferred.points")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {awards.map((award, at) => (
                  <tr key={at}>
                    <th scope="row">{award.reason}</th>
                    <td>
                      {award.fundedBy.map((share) => (
                        <p key={share.sponsor.slug}>
                          <PartnerName partner={share.sponsor} /> <span className="figures">{points(share.points)}</span>
                        </p>
                      ))}
                    </td>
                    <td>{dateTime(award.availableAt)}</td>
                    <td className="number figures">{points(award.points)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </main>
  );
}
