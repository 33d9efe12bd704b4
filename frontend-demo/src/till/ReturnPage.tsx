/** Goods come back: the purchase by its receipt, what of it, and the points that go with it. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { Field } from "../shared/field";
import { useFormats } from "../shared/formatting";
import { faultSaid } from "../shared/refusals";
import { TillToReturn, type ToReturn } from "./documents";
import { ReturnLines } from "./ReturnLines";
import { useTill } from "./till";

export function ReturnPage() {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const client = useClient();
  const { up, fell } = useTill();
  const [receipt, setReceipt] = useState("");
  const [card, setCard] = useState("");
  const [found, setFound] = useState<ToReturn | null>(null);
  const [said, setSaid] = useState("");
  const find = async (event?: FormEvent) => {
    event?.preventDefault();
    const variables = { receiptNumber: receipt.trim(), ...(card.trim() && { member: { cardNumber: card.trim() } }) };
    const { data, error } = await client.query(TillToReturn, variables, { requestPolicy: "network-only" }).toPromise();
    if (error?.networkError) fell();
    setFound(data?.purchaseToReturn ?? null);
    setSaid(data?.purchaseToReturn ? "" : ((await faultSaid(error)) ?? t(data ? "return.unknown" : "down.needs")));
  };
  return (
    <main className="till-sheet">
      <h2>{t("rooms.return")}</h2>
      {!up && <p className="till-why">{t("down.needs")}</p>}
      <form className="till-find" onSubmit={(event) => void find(event)}>
        <Field label={t("return.receipt")}>
          <input autoFocus autoComplete="off" value={receipt} onChange={(event) => setReceipt(event.target.value)} />
        </Field>
        <Field label={t("return.card")} hint={t("return.cardHint")}>
          <input autoComplete="off" inputMode="numeric" value={card} onChange={(event) => setCard(event.target.value)} />
        </Field>
        <button type="submit" className="action" disabled={!receipt.trim() || !up}>
          {t("return.find")}
        </button>
      </form>
      <p className="till-said bad" role="status">
        {said}
      </p>
      {found && (
        <>
          <p className="till-why">
            {t("return.bought", {
              day: formats.dateTime(found.occurredAt),
              points: formats.points(found.purchase.points),
              count: Number(found.purchase.points),
            })}
          </p>
          <ReturnLines key={found.lines.map(({ left }) => left).join()} found={found} again={() => void find()} />
        </>
      )}
    </main>
  );
}
