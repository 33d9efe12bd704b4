/** What somebody wants to be told, by which way, and when. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { useHeld } from "../../walletContext";
import { Answered } from "../Answered";
import { Section } from "../Section";
import { Preferences, SetPreferences, type Wanted } from "./documents";
import { Topics } from "./Topics";
import { changed, type Wishes, wishesOf } from "./wishes";

export function PreferencesPage() {
  const { t } = useTranslation("me");
  const question = useQuery({ query: Preferences });
  return (
    <Section
      title={t("messages.preferences.title")}
      back={{ to: "/me/messages", label: t("messages.title") }}
      lead={t("messages.preferences.lead")}
    >
      <Answered question={question}>{({ messagePreferences }) => <Form wanted={messagePreferences} />}</Answered>
    </Section>
  );
}

function Form({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation(["me", "common"]);
  const [kept, setKept] = useState(() => wishesOf(wanted));
  const [wishes, setWishes] = useState(kept);
  const [done, setDone] = useState(false);
  const { run, busy, refusals } = useAct(SetPreferences, (data) => data.messagePreferencesSet.userErrors);
  const wish = (more: Partial<Wishes>) => {
    setDone(false);
    setWishes({ ...wishes, ...more });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await run(() => ({ input: changed(kept, wishes) }));
    const told = answer?.messagePreferencesSet.preferences;
    if (!told) return;
    setKept(wishesOf(told));
    setWishes(wishesOf(told));
    setDone(true);
  };
  return (
    <form className="me-form" onSubmit={(event) => void save(event)}>
      <Topics ways={wishes.ways} onChange={(ways) => wish({ ways })} />
      <label className="me-switch">
        <input type="checkbox" checked={wishes.digest} onChange={() => wish({ digest: !wishes.digest })} />
        {t("messages.preferences.digest")}
      </label>
      <Quiet wishes={wishes} wish={wish} />
      <Refusals of={refusals} />
      <p className="me-save">
        <button type="submit" className="action" disabled={busy}>
          {t("common:save")}
        </button>
        <span role="status">{done && t("saved")}</span>
      </p>
    </form>
  );
}

function Quiet({ wishes, wish }: { wishes: Wishes; wish: (more: Partial<Wishes>) => void }) {
  const { t } = useTranslation("me");
  const { known } = useHeld();
  const own = wishes.timeZone ?? known.programme.timeZone;
  return (
    <fieldset className="me-quiet">
      <legend>{t("messages.preferences.quiet")}</legend>
      <Field label={t("messages.preferences.quietFrom")}>
        <input type="time" required value={wishes.quietFrom} onChange={(event) => wish({ quietFrom: event.target.value })} />
      </Field>
      <Field label={t("messages.preferences.quietUntil")}>
        <input type="time" required value={wishes.quietUntil} onChange={(event) => wish({ quietUntil: event.target.value })} />
      </Field>
      <Field label={t("messages.preferences.timeZone")}>
        <select value={own} onChange={(event) => wish({ timeZone: event.target.value })}>
          {[...new Set([own, ...Intl.supportedValuesOf("timeZone")])].map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </Field>
    </fieldset>
  );
}
