/** Who buys: the member's balance where it may be seen, and what can be done with it. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../shared/formatting";
import type { Open } from "./Counter";
import { useSale, useTill } from "./till";

export function CustomerCard({ open }: { open: (what: Open) => void }) {
  const { t } = useTranslation("till");
  const { sale, step } = useSale();
  const { up } = useTill();
  const customer = sale.customer;
  if (!customer) {
    return (
      <div className="till-customer">
        <h3>{t("customer.none")}</h3>
        <p>{t("customer.scan")}</p>
        <button type="button" className="quiet-action" aria-keyshortcuts="F4" onClick={() => open("enrol")}>
          {t("customer.enrol")} <kbd>F4</kbd>
        </button>
      </div>
    );
  }
  return (
    <div className="till-customer">
      <div className="till-customer-head">
        <h3>{t("customer.card", { number: customer.label })}</h3>
        {sale.aside.length === 0 && (
          <button type="button" className="tool" onClick={() => step({ do: "customer", customer: null })}>
            {t("customer.forget")}
          </button>
        )}
      </div>
      <Balance open={open} />
      <div className="till-customer-acts">
        <button type="button" className="quiet-action" aria-keyshortcuts="F8" onClick={() => open("points")}>
          {t("points.take")} <kbd>F8</kbd>
        </button>
        <button type="button" className="quiet-action" onClick={() => open("rewards")}>
          {t("rewards.label")}
        </button>
        <button type="button" className="quiet-action" onClick={() => open("codes")}>
          {t("codes.label")}
        </button>
      </div>
      {!up && <p className="till-why">{t("down.needs")}</p>}
    </div>
  );
}

function Balance({ open }: { open: (what: Open) => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const known = useSale().sale.customer?.known;
  if (!known) return <p className="till-why">{t("customer.unasked")}</p>;
  const wallet = known.walletShown;
  if (!wallet) {
    return (
      <p className="till-why">
        {t("customer.private")}{" "}
        <button type="button" className="till-elsewhere" onClick={() => open("consents")}>
          {t("customer.allow")}
        </button>
      </p>
    );
  }
  const next = wallet.expiries[0];
  return (
    <>
      <p className="till-balance">
        <strong className="figures">{formats.points(wallet.available)}</strong>{" "}
        {t("customer.points", { count: Number(wallet.available) })}
      </p>
      <p className="till-chips">
        {wallet.pending !== "0" && <span>{t("customer.pending", { points: formats.points(wallet.pending) })}</span>}
        {wallet.debt !== "0" && <span>{t("customer.debt", { points: formats.points(wallet.debt) })}</span>}
        {next && <span>{t("customer.expire", { points: formats.points(next.points), day: formats.day(next.at) })}</span>}
      </p>
    </>
  );
}
