/** The lines of a purchase that may come back, and what a return took back. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { greater, isZero, portion, sum } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import { PartnerName } from "../shared/partner";
import { isQuantity, typed } from "./basket";
import { type Returned, type ToReturn, TillReturn } from "./documents";
import { useTill } from "./till";

interface Props {
  found: ToReturn;
  again: () => void;
}

interface Done {
  returned: Returned;
  refund: string;
}

export function ReturnLines({ found, again }: Props) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house, digits, up } = useTill();
  const [back, setBack] = useState<Record<number, string>>({});
  const [done, setDone] = useState<Done | null>(null);
  const act = useAct(TillReturn, (data) => data.purchaseReturn.userErrors);
  const chosen = found.lines.flatMap((line) => {
    const quantity = typed(back[line.number] ?? "");
    return isQuantity(quantity) && !greater(quantity, line.left) ? [{ ...line, back: quantity }] : [];
  });
  const wrong = Object.values(back).filter((text) => text.trim()).length !== chosen.length;
  const refund = sum(["0", ...chosen.map((line) => portion(line.amount.amount, line.back, line.quantity, digits))]);
  const money = (amount: string) => formats.money({ amount, currency: house.coalition.currency });
  const take = async () => {
    const lines = chosen.map((line) => ({ number: line.number, quantity: line.back }));
    const answer = await act.run((key) => ({
      input: { idempotencyKey: key, purchase: found.purchase.id, lines, channel: "STORE" },
    }));
    const returned = answer?.purchaseReturn.purchaseReturn;
    if (returned) setDone({ returned, refund });
  };
  if (done) return <TakenBack done={done} again={again} />;
  return (
    <>
      <table className="till-return">
        <thead>
          <tr>
            <th scope="col">{t("basket.article")}</th>
            <th scope="col">{t("return.left")}</th>
            <th scope="col">{t("basket.amount")}</th>
            <th scope="col">{t("return.back")}</th>
          </tr>
        </thead>
        <tbody>
          {found.lines.map((line) => (
            <tr key={line.number}>
              <th scope="row">{line.name ?? line.sku}</th>
              <td className="figures">{formats.decimal(line.left)}</td>
              <td className="figures">{formats.money(line.amount)}</td>
              <td>
                <span className="till-return-back">
                  <input
                    className="input till-figure"
                    inputMode="decimal"
                    autoComplete="off"
                    disabled={isZero(line.left)}
                    aria-label={t("return.backOf", { name: line.name ?? line.sku })}
                    value={back[line.number] ?? ""}
                    onChange={(event) => setBack({ ...back, [line.number]: event.target.value })}
                  />
                  <button
                    type="button"
                    className="tool"
                    disabled={isZero(line.left)}
                    aria-label={t("return.allOf", { name: line.name ?? line.sku })}
                    onClick={() => setBack({ ...back, [line.number]: line.left })}
                  >
                    {t("return.all")}
                  </button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Refusals of={act.refusals} />
      <div className="till-pay">
        <p className="till-due">
          <span>{t("return.refund")}</span>
          <span className="figures">{money(refund)}</span>
        </p>
        {wrong && <p className="till-why">{t("return.tooMuch")}</p>}
        <button type="button" className="action" disabled={chosen.length === 0 || wrong || act.busy || !up} onClick={() => void take()}>
          {t("return.take")}
        </button>
      </div>
    </>
  );
}

function TakenBack({ done: { returned, refund }, again }: { done: Done; again: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house } = useTill();
  return (
    <div className="till-paper" role="status">
      <h3>{t("return.done", { refund: formats.money({ amount: refund, currency: house.coalition.currency }) })}</h3>
      <p>{returned.points === "0" ? t("return.nothing") : t("return.taken", { count: Number(returned.points), points: formats.points(returned.points) })}</p>
      <ul className="till-off">
        {returned.taken.map(({ points, owed, sponsor }) => (
          <li key={`${sponsor.slug}-${owed}`}>
            <PartnerName partner={sponsor} />
            <span className="figures">{formats.points(points)}</span>
            {owed && <span className="till-why">{t("return.owed")}</span>}
          </li>
        ))}
      </ul>
      {returned.vouchersCancelled > 0 && <p>{t("return.vouchers", { count: returned.vouchersCancelled })}</p>}
      <button type="button" className="quiet-action" onClick={again} autoFocus>
        {t("return.more")}
      </button>
    </div>
  );
}
