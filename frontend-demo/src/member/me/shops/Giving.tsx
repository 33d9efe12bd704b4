/** Allowing a partner something: in the very words that are agreed to, with an end or without. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Bone } from "../../../shared/chrome";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { useHeld } from "../../walletContext";
import { Give, type Purpose, type Shop, Texts } from "./documents";
import { endOfDay } from "./ends";

interface Props {
  shop: Shop;
  purpose: Purpose;
  onDone: () => void;
  onClose: () => void;
}

export function Giving({ shop, purpose, onDone, onClose }: Props) {
  const { t, i18n } = useTranslation(["me", "common"]);
  const { dayKey } = useFormats();
  const { known } = useHeld();
  const [until, setUntil] = useState("");
  const [{ data, error }] = useQuery({
    query: Texts,
    variables: { partner: shop.partner.id, language: i18n.language },
    requestPolicy: "network-only",
  });
  const text = data?.consentTexts.find((one) => one.purpose === purpose);
  const { run, busy, refusals } = useAct(Give, ({ consentGive }) => consentGive.userErrors);
  const give = async () => {
    if (!text) return;
    const end = until ? { until: endOfDay(until, dayKey) } : {};
    const input = { partner: shop.partner.id, purposes: [purpose], textVersion: text.version, ...end };
    if (await run(() => ({ input }))) onDone();
  };
  return (
    <Dialog
      heading={t("shops.giving", { partner: shop.partner.name })}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="button" className="action" disabled={busy || !text} onClick={() => void give()}>
            {t("shops.agree")}
          </button>
        </>
      }
    >
      <div className="me-giving">
        {text && <p className="me-agreed">{text.words}</p>}
        {!text && !error && <Bone width="100%" height="4rem" />}
        {error && <p role="alert">{t("common:unreachable.text")}</p>}
        <Field label={t("shops.end")} hint={t("shops.endHint")}>
          <input type="date" min={dayKey(known.now)} value={until} onChange={(event) => setUntil(event.target.value)} />
        </Field>
        <p className="me-hint">{t("shops.anyTime")}</p>
        <Refusals of={refusals} />
      </div>
    </Dialog>
  );
}
