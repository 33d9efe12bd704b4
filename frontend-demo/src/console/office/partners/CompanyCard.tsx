/** A company as statements and invoices name it, and the account it is paid on: a change of that needs two persons. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Bone } from "../../../shared/chrome";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { LANGUAGES, type Language } from "../../../shared/i18n";
import { may, useSession } from "../../../shared/session";
import { ChangeCompany, type Company, CompanyOf, DecideAccount, ProposeAccount } from "./documents";

/** An account's number as people read it: in groups of four. */
export const grouped = (iban: string): string => iban.replace(/(.{4})(?=.)/g, "$1 ");

const DETAILS = ["name", "country", "registration", "taxNumber", "street", "building", "postCode", "town", "email"] as const;

export function CompanyCard({ partner }: { partner: string | null }) {
  const { t } = useTranslation("office");
  const session = useSession();
  const [{ data }, read] = useQuery({ query: CompanyOf, variables: { partner } });
  const [doing, setDoing] = useState<"account" | "company" | null>(null);
  const again = () => {
    setDoing(null);
    read({ requestPolicy: "network-only" });
  };
  if (!data) {
    return (
      <div className="partners-company-waiting">
        <Bone width="100%" height="100%" />
      </div>
    );
  }
  const company = data.company;
  if (!company) return null;
  const manages = may(session, "partners:manage");
  const place = [`${company.street ?? ""} ${company.building ?? ""}`.trim(), `${company.postCode ?? ""} ${company.town ?? ""}`.trim(), company.country];
  return (
    <section aria-labelledby="company">
      <header className="office-head">
        <h2 id="company">{t("company.heading")}</h2>
        {manages && (
          <div className="office-tools">
            <button type="button" className="quiet-action" onClick={() => setDoing("company")}>
              {t("company.change")}
            </button>
            <button type="button" className="quiet-action" onClick={() => setDoing("account")}>
              {t("company.otherAccount")}
            </button>
          </div>
        )}
      </header>
      <dl className="partners-details">
        <Detail label={t("company.name")} value={company.name} />
        <Detail label={t("company.address")} value={place.filter(Boolean).join(", ")} />
        <Detail label={t("company.registration")} value={company.registration} />
        <Detail label={t("company.taxNumber")} value={company.taxNumber} />
        <Detail label={t("company.email")} value={company.email} />
        <Detail label={t("company.language")} value={LANGUAGES[company.language as Language] ?? company.language} />
        <Detail label={t("company.iban")} value={company.iban && grouped(company.iban)} />
        <Detail label={t("company.bic")} value={company.bic} />
      </dl>
      {company.waitingAccount && <WaitingAccount change={company.waitingAccount} again={again} />}
      {doing === "account" && <OtherAccount partner={partner} onClose={() => setDoing(null)} onDone={again} />}
      {doing === "company" && <Details partner={partner} company={company} onClose={() => setDoing(null)} onDone={again} />}
    </section>
  );
}

const Detail = ({ label, value }: { label: string; value: string | null }) =>
  value ? (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  ) : null;

/** What fraud goes for: the second person asks the company by another way before it says yes. */
function WaitingAccount({ change, again }: { change: NonNullable<Company["waitingAccount"]>; again: () => void }) {
  const { t } = useTranslation("office");
  const { dateTime } = useFormats();
  const session = useSession();
  const act = useAct(DecideAccount, (data) => data.accountDecide.userErrors);
  const decide = async (outcome: "CONFIRMED" | "REJECTED") => {
    if (await act.run(() => ({ input: { change: change.id, outcome } }))) again();
  };
  return (
    <div className="partners-waits">
      <p className="partners-waits-heading">{t("company.waits")}</p>
      <p className="figures">
        {grouped(change.iban)} {change.bic}
      </p>
      <p className="office-told">{t("company.waitsText", { when: dateTime(change.proposedAt) })}</p>
      {may(session, "partners:manage", "settlement:approve") && (
        <div className="office-tools">
          <button type="button" className="quiet-action" disabled={act.busy} onClick={() => void decide("REJECTED")}>
            {t("company.reject")}
          </button>
          <button type="button" className="quiet-action" disabled={act.busy} onClick={() => void decide("CONFIRMED")}>
            {t("company.confirm")}
          </button>
        </div>
      )}
      <Refusals of={act.refusals} />
    </div>
  );
}

interface FormProps {
  partner: string | null;
  onClose: () => void;
  onDone: () => void;
}

function OtherAccount({ partner, onClose, onDone }: FormProps) {
  const { t } = useTranslation("office");
  const act = useAct(ProposeAccount, (data) => data.accountPropose.userErrors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").replaceAll(" ", "").toUpperCase();
    if (await act.run(() => ({ input: { partner, iban: text("iban"), bic: text("bic") || null } }))) onDone();
  };
  return (
    <Dialog
      heading={t("company.otherAccount")}
      onClose={onClose}
      actions={
        <button type="submit" form="other-account" className="action" disabled={act.busy}>
          {t("company.propose")}
        </button>
      }
    >
      <form id="other-account" className="office-form" onSubmit={(event) => void submit(event)}>
        <p className="office-told">{t("company.proposeText")}</p>
        <Field label={t("company.iban")}>
          <input name="iban" required maxLength={42} autoComplete="off" />
        </Field>
        <Field label={t("company.bic")} hint={t("company.optional")}>
          <input name="bic" maxLength={11} autoComplete="off" />
        </Field>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}

function Details({ partner, company, onClose, onDone }: FormProps & { company: Company }) {
  const { t } = useTranslation(["office", "common"]);
  const act = useAct(ChangeCompany, (data) => data.companyChange.userErrors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const said = Object.fromEntries([...DETAILS, "language"].flatMap((name) => (text(name) ? [[name, text(name)]] : [])));
    if (await act.run(() => ({ input: { partner, ...said } }))) onDone();
  };
  return (
    <Dialog
      heading={t("company.change")}
      wide
      onClose={onClose}
      actions={
        <button type="submit" form="company-details" className="action" disabled={act.busy}>
          {t("common:save")}
        </button>
      }
    >
      <form id="company-details" className="office-form" onSubmit={(event) => void submit(event)}>
        <div className="office-two">
          {DETAILS.map((name) => (
            <Field key={name} label={t(`company.${name}`)}>
              <input name={name} defaultValue={company[name] ?? ""} type={name === "email" ? "email" : "text"} required={name === "name" || name === "country"} />
            </Field>
          ))}
          <Field label={t("company.language")} hint={t("company.languageHint")}>
            <select name="language" defaultValue={company.language}>
              {Object.entries(LANGUAGES).map(([code, name]) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}
