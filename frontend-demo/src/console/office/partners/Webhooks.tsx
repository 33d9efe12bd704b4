/** Where a partner hears what happened, and how that goes. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { useFormats } from "../../../shared/formatting";
import { WebhooksOf } from "./documents";

export function Webhooks() {
  const { t } = useTranslation("office");
  const { dateTime } = useFormats();
  const [{ data }] = useQuery({ query: WebhooksOf });
  if (!data) return null;
  return (
    <section aria-labelledby="webhooks">
      <h2 id="webhooks">{t("webhooks.heading")}</h2>
      {data.webhooks.length === 0 ? (
        <p className="office-told">{t("webhooks.none")}</p>
      ) : (
        <div className="office-table" tabIndex={0} role="group" aria-label={t("webhooks.heading")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("webhooks.name")}</th>
                <th scope="col">{t("webhooks.url")}</th>
                <th scope="col">{t("webhooks.hears")}</th>
                <th scope="col">{t("webhooks.state")}</th>
              </tr>
            </thead>
            <tbody>
              {data.webhooks.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  <td>{one.url}</td>
                  <td>{one.kinds === null ? t("webhooks.all") : t("webhooks.kinds", { count: one.kinds.length })}</td>
                  <td>
                    {t(`webhooks.states.${one.state}`)}
                    {one.failingSince && <p className="office-short">{t("webhooks.failing", { when: dateTime(one.failingSince) })}</p>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
