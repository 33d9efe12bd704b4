/** What a contract says, term by term, in words and figures; beside another version where two are compared. */

import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { Formats } from "../../../shared/formats";
import { useFormats } from "../../../shared/formatting";
import type { Contract } from "./documents";
import { DAYS, GROUPS, groups, isChoice, LISTS, POINTS, SHARES, type Term, YES } from "./terms";

const PRICE_DIGITS = 4;

/** A term's value as people read it. */
export function saidOf(contract: Contract, term: Term, currency: string, t: TFunction<"office">, formats: Formats): string {
  const value = contract[term];
  if (term === "bands") {
    return contract.bands.length === 0
      ? t("terms.noBands")
      : contract.bands.map((band) => t("terms.band", { points: formats.points(band.points), price: formats.decimal(band.price, PRICE_DIGITS) })).join("; ");
  }
  if (LISTS.has(term)) return (value as readonly string[]).join(", ") || t(term === "territories" ? "terms.everywhere" : "terms.none");
  if (value === null) return t("terms.noLimit");
  if (isChoice(term)) return t(`terms.choices.${term}.${value as never}` as "terms.choices.taxRule.EXEMPT");
  if (YES.has(term)) return t(value ? "terms.yes" : "terms.no");
  if (DAYS.has(term)) return t("terms.days", { count: Number(value) });
  if (SHARES.has(term)) return formats.percent(String(value));
  if (POINTS.has(term)) return formats.points(String(value));
  const digits = term === "price" || term === "priceRedeem" || term === "feePerPoint" ? PRICE_DIGITS : 2;
  return `${formats.decimal(String(value), digits)} ${currency}`;
}

/** Terms that say something about this contract: of packs only where it is paid in packs. */
const speaks = (contract: Contract, term: Term) =>
  contract.billing === "PREPAID" || !(["packPoints", "packAlert", "packLimit"] as readonly Term[]).includes(term);

interface Props {
  contract: Contract;
  against: Contract | null;
  /** The terms in which the two differ. */
  differ: ReadonlySet<string>;
  currency: string;
}

export function TermsTable({ contract, against, differ, currency }: Props) {
  const { t } = useTranslation("office");
  const formats = useFormats();
  const said = (one: Contract, term: Term) => saidOf(one, term, currency, t, formats);
  return (
    <div className="office-table partners-terms" tabIndex={0} role="group" aria-label={t("contracts.terms")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("contracts.term")}</th>
            {against && <th scope="col">{t("contracts.version", { version: against.version })}</th>}
            <th scope="col">{t("contracts.version", { version: contract.version })}</th>
          </tr>
        </thead>
        {groups.map((group) => {
          const terms = (GROUPS[group] as readonly Term[]).filter((term) => speaks(contract, term) || (against && speaks(against, term)));
          return (
            <tbody key={group}>
              <tr className="partners-terms-group">
                <th scope="rowgroup" colSpan={against ? 3 : 2}>
                  {t(`terms.groups.${group}`)}
                </th>
              </tr>
              {terms.map((term) => (
                <tr key={term} className={differ.has(term) ? "chosen" : undefined}>
                  <th scope="row">{t(`terms.names.${term}`)}</th>
                  {against && <td>{said(against, term)}</td>}
                  <td>
                    {differ.has(term) ? <strong>{said(contract, term)}</strong> : said(contract, term)}
                    {differ.has(term) && <span className="unseen"> {t("contracts.differs")}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}

export const KNOWN_TERMS: ReadonlySet<string> = new Set(Object.values(GROUPS).flat());
