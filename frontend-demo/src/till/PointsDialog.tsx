/** Points that pay: they are set aside now, and spent when the sale is paid. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { Dialog } from "../shared/dialog";
import { greater, isZero, productDown } from "../shared/exact";
import { Field } from "../shared/field";
import { useFormats } from "../shared/formatting";
import { TillSetAside } from "./documents";
import { figuresOf } from "./sale";
import { useSale, useTill } from "./till";
import { useFocused } from "./useFocused";

const HOLD_MINUTES = 15;

export function PointsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { house, digits, outlet, up } = useTill();
  const { sale, step } = useSale();
  const field = useFocused<HTMLInputElement>();
  const [points, setPoints] = useState("");
  const act = useAct(TillSetAside, (data) => data.redemptionAuthorize.userErrors);
  const { currency, standardPrice } = house.coalition;
  const { due } = figuresOf(sale, digits);
  const whole = /^[1-9]\d{0,11}$/.test(points);
  const worth = whole ? productDown(points, standardPrice, digits) : "0";
  const tooMuch = whole && greater(worth, due);
  const available = sale.customer?.known?.walletShown?.available;
  const customer = sale.customer;
  const take = async (event: FormEvent) => {
    event.preventDefault();
    if (!customer) return;
    const done = await act.run((key) => ({
      input: {
        idempotencyKey: key,
        points,
        member: customer.ref,
        outletCode: outlet,
        channel: "STORE",
        reference: sale.receipt,
        holdMinutes: HOLD_MINUTES,
      },
    }));
    const redemption = done?.redemptionAuthorize.redemption;
    if (!redemption) return;
    step({ do: "aside", aside: { redemption: redemption.id, points, worth, reward: "", lines: [], held: true } });
    onClose();
  };
  return (
    <Dialog heading={t("points.take")} onClose={onClose}>
      <form className="till-form" onSubmit={(event) => void take(event)}>
        {!customer && <p className="till-why">{t("pay.whoMissing")}</p>}
        {!up && <p className="till-why">{t("down.needs")}</p>}
        <Refusals of={act.refusals} />
        <Field
          label={t("points.howMany")}
          hint={available ? t("points.available", { points: formats.points(available) }) : t("points.unknown")}
          wrong={tooMuch ? t("points.tooMany") : null}
        >
          <input ref={field} inputMode="numeric" autoComplete="off" value={points} onChange={(event) => setPoints(event.target.value.replace(/\D/g, ""))} />
        </Field>
        <p className="till-due">
          <span>{t("points.worth")}</span>
          <span className="figures">{formats.money({ amount: worth, currency })}</span>
        </p>
        <p className="field-hint">{t("points.hold", { count: HOLD_MINUTES })}</p>
        <button type="submit" className="action" disabled={!whole || tooMuch || isZero(worth) || !customer || !up || act.busy}>
          {t("points.setAside")}
        </button>
      </form>
    </Dialog>
  );
}
