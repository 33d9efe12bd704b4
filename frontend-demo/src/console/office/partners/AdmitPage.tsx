/** Taking a firm in: who it is. What else it needs to start is listed on its own page afterwards. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { Notice } from "../../../shared/chrome";
import { Field } from "../../../shared/field";
import { LANGUAGES } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { may, useSession } from "../../../shared/session";
import { Admit, type Known } from "./documents";
import { freeHue } from "./hues";
import { firmAt } from "./places";

const ROLES = ["MANUFACTURER", "DISTRIBUTOR", "RETAILER", "SERVICE"] as const;
const COMPANY = ["company", "country", "registration", "taxNumber", "street", "building", "postCode", "town", "email"] as const;

/** `Café Zūle` becomes `cafe-zule`. */
const shortened = (name: string) =>
  name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);

export function AdmitPage({ known, onAdmitted }: { known: Known; onAdmitted: () => void }) {
  const { t } = useTranslation("office");
  const [, go] = useLocation();
  const session = useSession();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [hue, setHue] = useState(() => freeHue(known.partners.nodes.map((one) => one.hue)));
  const act = useAct(Admit, (data) => data.partnerAdmit.userErrors);
  if (!may(session, "partners:manage")) return <Notice heading={t("partners.notYours")} />;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => String(form.get(field) ?? "").trim();
    const said = Object.fromEntries(COMPANY.flatMap((field) => (text(field) ? [[field, text(field)]] : [])));
    const roles = ROLES.filter((role) => form.has(role));
    const firm = { slug: text("slug"), name: name.trim(), roles, hue, country: text("country").toUpperCase(), company: text("company"), language: text("language") };
    const done = await act.run(() => ({ input: { ...said, ...firm } }));
    if (!done?.partnerAdmit.partner) return;
    onAdmitted();
    go(firmAt(done.partnerAdmit.partner.slug));
  };
  return (
    <main className="office partners-firm">
      <header>
        <nav aria-label={t("partners.path")} className="path">
          <Link href="/partners">{t("partners.heading")}</Link>
        </nav>
        <h1>{t("partners.admit")}</h1>
        <p className="office-told">{t("admit.told")}</p>
      </header>
      <form className="office-form partners-admit" onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>{t("admit.firm")}</legend>
          <div className="office-two">
            <Field label={t("partners.name")} hint={t("admit.nameHint")}>
              <input value={name} onChange={(event) => setName(event.target.value)} required maxLength={120} />
            </Field>
            <Field label={t("admit.slug")} hint={t("admit.slugHint")}>
              <input name="slug" value={slug ?? shortened(name)} onChange={(event) => setSlug(event.target.value)} required maxLength={40} pattern="[a-z0-9](-?[a-z0-9])*" />
            </Field>
          </div>
        </fieldset>
        <fieldset>
          <legend>{t("partners.roles")}</legend>
          <div className="office-two">
            {ROLES.map((role) => (
              <label key={role} className="office-check">
                <input type="checkbox" name={role} />
                {t(`partners.role.${role}`)}
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>{t("admit.colour")}</legend>
          <Field label={t("admit.hue")} hint={t("admit.hueHint")}>
            <input type="range" min={0} max={359} value={hue} onChange={(event) => setHue(Number(event.target.value))} />
          </Field>
          <p className="partners-sample">
            <PartnerName partner={{ name: name || t("partners.name"), hue }} />
          </p>
        </fieldset>
        <CompanyFields />
        <Refusals of={act.refusals} />
        <p>
          <button type="submit" className="action" disabled={act.busy}>
            {t("partners.admit")}
          </button>
        </p>
      </form>
    </main>
  );
}

function CompanyFields() {
  const { t } = useTranslation("office");
  return (
    <fieldset>
      <legend>{t("company.heading")}</legend>
      <div className="office-two">
        {COMPANY.map((field) => (
          <Field key={field} label={t(field === "company" ? "company.name" : `company.${field}`)} hint={field === "country" ? t("company.countryHint") : undefined}>
            <input name={field} required={field === "company" || field === "country"} type={field === "email" ? "email" : "text"} maxLength={field === "country" ? 2 : 120} />
          </Field>
        ))}
        <Field label={t("company.language")} hint={t("company.languageHint")}>
          <select name="language" defaultValue="en">
            {Object.entries(LANGUAGES).map(([code, language]) => (
              <option key={code} value={code} lang={code}>
                {language}
              </option>
            ))}
          </select>
        </Field>
      </div>
    </fieldset>
  );
}
