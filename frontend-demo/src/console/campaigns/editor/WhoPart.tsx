/** For whom, where, and who pays. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { equal, sum } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { OutletsOf } from "../documents";
import { decimalOf, ofPercent, percentOf } from "../terms/ratio";
import { plain, tiersOf } from "./clauseOptions";
import { useEditing } from "./editing";
import { Chosen, type Option, Picker, Typed } from "./inputs";
import { RemoveRow } from "./PrizeInput";

export function WhomPart() {
  const { t } = useTranslation("campaigns");
  const { terms, put, choices } = useEditing();
  const segments: Option[] = choices.segments.nodes.map(({ id, name, size }) => ({
    value: id, label: size === null ? name : t("whom.segment", { name, count: size }),
  }));
  return (
    <div className="fields">
      <Picker label={t("whom.tiers")} at="tiers" values={terms.tiers} put={(tiers) => put({ tiers })} options={plain(tiersOf(choices))} free />
      <Picker label={t("whom.segments")} at="when.segments" values={terms.segments} put={(chosen) => put({ segments: chosen })} options={segments} />
      <Picker label={t("whom.notSegments")} at="when.notSegments" values={terms.notSegments} put={(notSegments) => put({ notSegments })} options={segments} />
      <Typed
        label={t("whom.control")}
        at="when.control"
        hint={t("whom.controlHint")}
        figure
        value={terms.control === "0" ? "" : (percentOf(terms.control) ?? terms.control)}
        put={(control) => put({ control: control === "" ? "0" : ofPercent(control) })}
      />
    </div>
  );
}

export function WherePart() {
  const { t } = useTranslation("campaigns");
  const { terms, put, choices } = useEditing();
  const sellers: Option[] = choices.partners.nodes
    .filter(({ id, roles }) => roles.includes("RETAILER") || terms.partners.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className="fields">
      <Picker label={t("where.partners")} at="partners" values={terms.partners} put={(partners) => put({ partners, outlets: [] })} options={sellers} />
      <OutletsInput />
      <Picker label={t("where.channels")} at="when.channels" free values={terms.channels} put={(channels) => put({ channels })} options={plain(["STORE", "WEB", "APP"])} />
    </div>
  );
}

/** Outlets of the first partner whose tills it is for; most campaigns name one partner alone. */
function OutletsInput() {
  const { t } = useTranslation("campaigns");
  const { terms, put } = useEditing();
  const [first] = terms.partners;
  const [{ data }] = useQuery({ query: OutletsOf, variables: { id: first ?? "" }, pause: !first });
  const outlets = data?.node && "outlets" in data.node ? data.node.outlets.nodes : [];
  const options = outlets.map(({ id, name, code }) => ({ value: id, label: `${name} (${code})` }));
  return (
    <Picker label={t("where.outlets")} at="outlets" hint={t("where.outletsHint")} values={terms.outlets} put={(chosen) => put({ outlets: chosen })} options={options} />
  );
}

export function PaysPart() {
  const { t } = useTranslation("campaigns");
  const { percent } = useFormats();
  const { terms, put, choices } = useEditing();
  const { sponsors } = terms;
  const change = (at: number, sponsor: Partial<(typeof sponsors)[number]>) => put({ sponsors: sponsors.map((one, place) => (place === at ? { ...one, ...sponsor } : one)) });
  const options = choices.partners.nodes.map(({ id, name }) => [id, name] as const);
  const next = options.find(([id]) => sponsors.every(({ partner }) => partner !== id));
  const shares = sponsors.map(({ share }) => decimalOf(share));
  const whole = shares.every((share) => share !== null) ? sum(shares) : null;
  return (
    <fieldset className="rows">
      <legend>{t("pays.legend")}</legend>
      {sponsors.map(({ partner, share }, at) => (
        <div key={at} className="row">
          <Chosen label={t("pays.partner")} at={`sponsors.${at}.partner`} value={partner} put={(one) => change(at, { partner: one })} options={options} />
          <Typed label={t("pays.share")} at={`sponsors.${at}.share`} figure value={percentOf(share) ?? share} put={(typed) => change(at, { share: ofPercent(typed) })} />
          {sponsors.length > 1 && <RemoveRow what={options.find(([id]) => id === partner)?.[1] ?? ""} remove={() => put({ sponsors: sponsors.filter((_, place) => place !== at) })} />}
        </div>
      ))}
      <p className={whole !== null && !equal(whole, "1") ? "field-wrong" : "field-hint"} role="status">
        {whole !== null && t(equal(whole, "1") ? "pays.whole" : "pays.notWhole", { share: percent(whole) })}
      </p>
      {next && (
        <button type="button" className="tool" onClick={() => put({ sponsors: [...sponsors, { partner: next[0], share: "0" }] })}>
          {t("pays.add")}
        </button>
      )}
    </fieldset>
  );
}
