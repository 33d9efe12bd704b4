/** The basket: each line with its quantity and price to be typed over, and what is taken off. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { isZero, negated } from "../shared/exact";
import { useFormats } from "../shared/formatting";
import { Empty } from "../shared/states";
import { amountOf, isPrice, isQuantity, type Line, typed } from "./basket";
import { useSale, useTill } from "./till";
import type { Catalogue } from "./useCatalogue";
import { useGiveUp } from "./useGiveUp";

interface Props {
  catalogue: Catalogue;
  field: RefObject<HTMLInputElement | null>;
}

export function BasketTable({ catalogue, field }: Props) {
  const { t } = useTranslation("till");
  const { sale } = useSale();
  if (sale.lines.length === 0) {
    return (
      <div className="till-basket">
        <Empty heading={t("basket.empty")}>
          <p>{t("basket.begin")}</p>
        </Empty>
        <TakenOff />
      </div>
    );
  }
  return (
    <div className="till-basket">
      <table>
        <caption className="unseen">{t("basket.label")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("basket.article")}</th>
            <th scope="col">{t("basket.quantity")}</th>
            <th scope="col">{t("basket.price")}</th>
            <th scope="col">{t("basket.amount")}</th>
            <th scope="col">
              <span className="unseen">{t("basket.drop")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sale.lines.map((line) => (
            <BasketLine key={line.number} line={line} catalogue={catalogue} field={field} />
          ))}
        </tbody>
      </table>
      <TakenOff />
    </div>
  );
}

function BasketLine({ line, catalogue, field }: Props & { line: Line }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { step } = useSale();
  const { house, digits } = useTill();
  const price = useRef<HTMLInputElement>(null);
  // An article that was never sold here asks for its price first.
  useEffect(() => {
    if (line.price === "" && !field.current?.value) price.current?.focus();
  }, []);
  const priced = (text: string) => {
    step({ do: "line", number: line.number, change: { price: text } });
    if (isPrice(text)) catalogue.priced(line.sku, text);
  };
  const back = () => field.current?.focus();
  const amount = formats.money({ amount: amountOf(line, digits), currency: house.coalition.currency });
  return (
    <tr>
      <th scope="row">
        {line.name}
        {line.sku !== line.name && <span className="till-sku">{line.sku}</span>}
      </th>
      <td>
        <Figure
          label={t("basket.quantityOf", { name: line.name })}
          value={line.quantity}
          good={isQuantity}
          change={(quantity) => step({ do: "line", number: line.number, change: { quantity } })}
          done={back}
        />
      </td>
      <td>
        <Figure label={t("basket.priceOf", { name: line.name })} value={line.price} good={isPrice} change={priced} done={back} input={price} />
      </td>
      <td className="figures">{amount}</td>
      <td>
        <button
          type="button"
          className="tool"
          aria-label={t("basket.dropOf", { name: line.name })}
          onClick={() => {
            step({ do: "drop", number: line.number });
            back();
          }}
        >
          <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </td>
    </tr>
  );
}

interface FigureProps {
  label: string;
  value: string;
  good: (text: string) => boolean;
  change: (text: string) => void;
  done: () => void;
  input?: RefObject<HTMLInputElement | null>;
}

/** A figure as it is typed; what is no figure yet is kept here and goes nowhere. */
function Figure({ label, value, good, change, done, input }: FigureProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText((before) => (typed(before) === value ? before : value)), [value]);
  const wrong = !good(typed(text));
  return (
    <input
      ref={input}
      className="input till-figure"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={(wrong && text !== "") || undefined}
      autoComplete="off"
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => {
        setText(event.target.value);
        if (good(typed(event.target.value))) change(typed(event.target.value));
      }}
      onBlur={() => wrong && value !== "" && setText(value)}
      onKeyDown={(event) => event.key === "Enter" && !wrong && done()}
    />
  );
}

/** Vouchers and points of this sale, each of which can be given back until it is paid. */
function TakenOff() {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const { sale, step } = useSale();
  const { house } = useTill();
  const giveUp = useGiveUp();
  const money = (amount: string) => formats.money({ amount: negated(amount), currency: house.coalition.currency });
  if (sale.vouchers.length === 0 && sale.aside.length === 0) return null;
  return (
    <ul className="till-off">
      {sale.vouchers.map((voucher) => (
        <li key={voucher.code ?? voucher.id}>
          <span>{voucher.name}</span>
          <span className="figures">{isZero(voucher.off) ? t("voucher.nothing") : money(voucher.off)}</span>
          <button
            type="button"
            className="tool"
            onClick={() => step({ do: "vouchers", vouchers: sale.vouchers.filter((one) => one !== voucher) })}
          >
            {t("basket.without")}
          </button>
        </li>
      ))}
      {sale.aside.map((aside) => (
        <li key={aside.redemption}>
          <span>
            {aside.reward || t("points.aside")}
            <span className="till-sku">{t("points.count", { count: Number(aside.points), points: formats.points(aside.points) })}</span>
          </span>
          <span className="figures">{isZero(aside.worth) ? "" : money(aside.worth)}</span>
          {aside.held && (
            <button type="button" className="tool" disabled={giveUp.busy} onClick={() => void giveUp.back(aside)}>
              {t("basket.without")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
