/** A basket: what was bought, and what each campaign gave for which of its lines, and why. */

import { useTranslation } from "react-i18next";

import { Dot } from "../shared/partner";
import { useFormats } from "../shared/formatting";
import type { Basket } from "./documents";

interface Props {
  basket: Basket;
  /** The campaign whose points were moved, to be found among those that gave any. */
  campaign: string | null;
  version: number | null;
}

export function BasketPart({ basket, campaign, version }: Props) {
  const { t } = useTranslation("console");
  const { dateTime, money, decimal } = useFormats();
  const moved = basket.awards.find((award) => award.campaign === campaign && award.campaignVersion === version);
  return (
    <section className="basket" aria-labelledby="basket-label">
      <h3 id="basket-label">{t("basket.heading")}</h3>
      <p className="basket-where">
        {[basket.outlet?.name ?? basket.partner?.name, dateTime(basket.occurredAt)].filter(Boolean).join(", ")}
        {basket.receiptNumber && ` · ${t("basket.receipt", { number: basket.receiptNumber })}`}
        {basket.returns > 0 && ` · ${t("basket.returns", { count: basket.returns })}`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("basket.article")}</th>
            <th scope="col" className="number">
              {t("basket.quantity")}
            </th>
            <th scope="col" className="number">
              {t("basket.amount")}
            </th>
          </tr>
        </thead>
        <tbody>
          {basket.items.map((item) => (
            <tr key={item.number} className={moved?.lines.includes(item.number) ? "earned" : undefined}>
              <th scope="row">
                <span className="basket-number figures">{item.number}</span> {item.name ?? item.sku}
              </th>
              <td className="number figures">{decimal(item.quantity)}</td>
              <td className="number figures">{decimal(item.amount.amount, 2)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t("basket.total")}
            </th>
            <td className="number figures">{money(basket.total)}</td>
          </tr>
        </tfoot>
      </table>
      <Awards basket={basket} moved={moved} />
    </section>
  );
}

function Awards({ basket, moved }: { basket: Basket; moved: Basket["awards"][number] | undefined }) {
  const { t } = useTranslation("console");
  const { points } = useFormats();
  if (basket.awards.length === 0) return null;
  return (
    <>
      <h3>{t("basket.earned")}</h3>
      <ul className="basket-awards">
        {basket.awards.map((award) => (
          <li key={award.campaign} className={award === moved ? "moved" : undefined}>
            <span className="basket-points figures">{points(award.points)}</span>
            <span>
              {award.reason}
              <span className="basket-funders">
                {award.fundedBy.map((share) => (
                  <span key={share.sponsor.slug}>
                    <Dot partner={share.sponsor} /> {share.sponsor.name} <span className="figures">{points(share.points)}</span>
                  </span>
                ))}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
