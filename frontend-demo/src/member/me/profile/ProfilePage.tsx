/** What one has told of oneself, to be read and changed. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { LANGUAGES } from "../../../shared/i18n";
import { Answered } from "../Answered";
import { ChangeProfile, MyProfile, type Profile } from "../documents";
import { Section } from "../Section";

export function ProfilePage() {
  const { t } = useTranslation("me");
  const question = useQuery({ query: MyProfile });
  return (
    <Section title={t("profile.title")} back={{ to: "/me", label: t("overview.heading") }} lead={t("profile.lead")}>
      <Answered question={question}>{({ myProfile }) => <Form profile={myProfile} />}</Answered>
    </Section>
  );
}

function Form({ profile }: { profile: Profile }) {
  const { t } = useTranslation(["me", "common"]);
  const [told, setTold] = useState(() => toldIn(profile));
  const [done, setDone] = useState(false);
  const { run, busy, refusals } = useAct(ChangeProfile, ({ myProfileChange }) => myProfileChange.userErrors);
  const tell = (more: Partial<typeof told>) => {
    setDone(false);
    setTold({ ...told, ...more });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const input = { name: told.name.trim() || null, bornOn: told.bornOn || null, ...(told.language && { language: told.language }) };
    if (await run(() => ({ input }))) setDone(true);
  };
  const wrong = (field: string) => refusals.find(({ path }) => path?.at(-1) === field)?.message;
  return (
    <form className="me-form" onSubmit={(event) => void save(event)}>
      <Field label={t("profile.name")} wrong={wrong("name")}>
        <input autoComplete="name" maxLength={200} value={told.name} onChange={(event) => tell({ name: event.target.value })} />
      </Field>
      <Field label={t("profile.bornOn")} hint={t("profile.bornOnHint")} wrong={wrong("bornOn")}>
        <input
          type="date"
          autoComplete="bday"
          min="1900-01-01"
          value={told.bornOn}
          onChange={(event) => tell({ bornOn: event.target.value })}
        />
      </Field>
      <Field label={t("profile.language")} hint={t("profile.languageHint")}>
        <select value={told.language} onChange={(event) => tell({ language: event.target.value })}>
          {!Object.hasOwn(LANGUAGES, told.language) && <option value={told.language}>{told.language || "–"}</option>}
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Contacts profile={profile} />
      <Refusals of={refusals.filter(({ path }) => !path || !["name", "bornOn"].includes(path.at(-1) ?? ""))} />
      <p className="me-save">
        <button type="submit" className="action" disabled={busy}>
          {t("common:save")}
        </button>
        <span role="status">{done && t("saved")}</span>
      </p>
    </form>
  );
}

const toldIn = ({ name, bornOn, language }: Profile) => ({
  name: name ?? "",
  bornOn: bornOn ?? "",
  language: language?.split("-")[0] ?? "",
});

function Contacts({ profile: { email, phone } }: { profile: Profile }) {
  const { t } = useTranslation("me");
  if (!email && !phone) return null;
  return (
    <div>
      <dl className="me-facts">
        {email && (
          <div>
            <dt>{t("profile.email")}</dt>
            <dd>{email}</dd>
          </div>
        )}
        {phone && (
          <div>
            <dt>{t("profile.phone")}</dt>
            <dd>{phone}</dd>
          </div>
        )}
      </dl>
      <p className="me-hint">{t("profile.contactsHint")}</p>
    </div>
  );
}
