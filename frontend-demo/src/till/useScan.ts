/** Does what was scanned or typed: a card, an article, a voucher, a code out of a pack, a friend's link. */

import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { useFormats } from "../shared/formatting";
import { faultSaid, faultsOf, inWords } from "../shared/refusals";
import { type Article, TillEnterCode, TillVouchers } from "./documents";
import { scanned } from "./scanning";
import { useSale, useTill } from "./till";
import type { Catalogue } from "./useCatalogue";
import { useCustomer } from "./useCustomer";
import { asVoucher, voucherInput } from "./useVouchersAnew";

export interface Said {
  good: boolean;
  text: string;
}

interface Scanning {
  act: (text: string) => Promise<void>;
  add: (article: Article) => void;
  said: Said | null;
  busy: boolean;
}

export function useScan(catalogue: Catalogue, onReferral: (code: string) => void): Scanning {
  const { t } = useTranslation("till");
  const [said, setSaid] = useState<Said | null>(null);
  const { step } = useSale();
  const { up } = useTill();
  const customer = useCustomer();
  const voucher = useVoucherScan();
  const code = useCodeScan();
  const add = (article: Article) => {
    step({ do: "article", article: { sku: article.sku, name: article.name }, price: catalogue.priceOf(article.sku) });
    setSaid({ good: true, text: t("scan.added", { name: article.name }) });
  };
  const card = async (number: string): Promise<Said> => {
    const found = await customer.find({ cardNumber: number }, number);
    if (typeof found === "object") return { good: false, text: found.refused };
    return { good: found !== "unknown", text: t(`scan.card.${found}`) };
  };
  const goods = async (text: string, orCard: boolean): Promise<Said | null> => {
    const found = await catalogue.find(text);
    const exact = found.find(({ sku, gtin }) => sku.toLowerCase() === text.toLowerCase() || gtin === text);
    const chosen = exact ?? (found.length === 1 ? found[0] : undefined);
    if (chosen) {
      add(chosen);
      return null;
    }
    if (found.length > 1) return { good: false, text: t("scan.several") };
    return orCard ? card(text) : { good: false, text: t("scan.nothing", { text }) };
  };
  const done = async (text: string): Promise<Said | null> => {
    const what = scanned(text);
    switch (what.is) {
      case "card":
        return card(what.number);
      case "number":
        return goods(what.text, true);
      case "words":
        return what.text ? goods(what.text, false) : null;
      case "referral":
        onReferral(what.code);
        return null;
      case "voucher":
        return up ? voucher(what.code) : { good: false, text: t("down.needs") };
      case "code":
        return up ? code(what.code) : { good: false, text: t("down.needs") };
    }
  };
  const latest = useRef(done);
  latest.current = done;
  const waiting = useRef<Promise<void>>(Promise.resolve());
  const [pending, setPending] = useState(0);
  // A scanner is quicker than the line: what it sends is done in its order, each with the sale as it is by then.
  const act = (text: string) => {
    setPending((count) => count + 1);
    setSaid(null);
    waiting.current = waiting.current
      .then(() => latest.current(text))
      .then((outcome) => outcome && setSaid(outcome))
      .finally(() => setPending((count) => count - 1))
      .then(() => undefined);
    return waiting.current;
  };
  return { act, add, said, busy: pending > 0 };
}

/** A voucher that takes something off, or may, is put to the sale; it is used when the sale is paid. */
export function useVoucherScan(): (code: string) => Promise<Said> {
  const { t } = useTranslation("till");
  const client = useClient();
  const { sale, step } = useSale();
  const { digits, outlet, fell } = useTill();
  return async (code) => {
    if (sale.vouchers.some((one) => one.code === code)) return { good: false, text: t("voucher.twice") };
    const input = voucherInput(sale, digits, outlet, { code });
    const { data, error } = await client.query(TillVouchers, { input }, { requestPolicy: "network-only" }).toPromise();
    if (error?.networkError) fell();
    const found = data?.voucherCheck.vouchers.find((one) => one.code === code);
    if (!data || !found) return { good: false, text: (await faultSaid(error)) ?? t("down.needs") };
    const hindrance = found.whyNot;
    if (hindrance && hindrance !== "BASKET_TOO_SMALL" && hindrance !== "NO_SUCH_LINES") {
      return { good: false, text: t(`voucher.whyNot.${hindrance}`) };
    }
    step({ do: "vouchers", vouchers: data.voucherCheck.vouchers.map(asVoucher) });
    if (hindrance) return { good: false, text: t(`voucher.whyNot.${hindrance}`) };
    return { good: true, text: t("voucher.taken", { name: found.voucher?.name ?? code }) };
  };
}

/** A code out of a pack counts at once, for the member who is known at the till. */
export function useCodeScan(): (code: string) => Promise<Said> {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const client = useClient();
  const { sale } = useSale();
  const { outlet, fell } = useTill();
  return async (code) => {
    if (!sale.customer) return { good: false, text: t("code.whose") };
    const input = { code, member: sale.customer.ref, outletCode: outlet, channel: "STORE" };
    const { data, error } = await client.mutation(TillEnterCode, { input }).toPromise();
    if (error?.networkError) fell();
    const [refusal] = await inWords(data?.codeEnter.userErrors ?? faultsOf(error));
    const entry = data?.codeEnter.entry;
    if (!entry) return { good: false, text: refusal?.message ?? t("down.needs") };
    const given = { product: entry.product.name, points: formats.points(entry.points), count: Number(entry.points) };
    return { good: true, text: t("code.entered", given) };
  };
}
