/** A question with what was said and done about it, and the next word. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { Empty } from "../../../shared/states";
import { useHeld } from "../../walletContext";
import { Answered } from "../Answered";
import { Section } from "../Section";
import { type Case, OneCase, Say } from "./documents";

export function CasePage({ id }: { id: string }) {
  const { t } = useTranslation("me");
  const question = useQuery({ query: OneCase, variables: { id }, requestPolicy: "cache-and-network" });
  const about = question[0].data?.case;
  return (
    <Section title={about ? t(`help.kinds.${about.kind}`) : t("help.title")} back={{ to: "/me/help", label: t("help.title") }}>
      <Answered question={question}>
        {(data) => (data.case ? <Shown about={data.case} /> : <Empty heading={t("help.unknown")} />)}
      </Answered>
    </Section>
  );
}

function Shown({ about }: { about: Case }) {
  const { t } = useTranslation("me");
  const { day, dateTime } = useFormats();
  const { known } = useHeld();
  const over = about.state === "CLOSED" && (!about.reopenUntil || about.reopenUntil <= known.now);
  return (
    <>
      <p className="me-lead">
        {about.state === "OPEN"
          ? t("help.openUntil", { when: dateTime(about.answerDueAt), who: about.handler?.name ?? known.programme.name })
          : t(`help.states.${about.state}`)}
      </p>
      <ol className="me-thread">
        {about.entries.map((entry, place) => (
          <Word key={place} entry={entry} />
        ))}
      </ol>
      {over ? (
        <p className="me-hint">{t("help.over")}</p>
      ) : (
        <Saying id={about.id} hint={about.reopenUntil ? t("help.reopens", { day: day(about.reopenUntil) }) : undefined} />
      )}
    </>
  );
}

function Word({ entry }: { entry: Case["entries"][number] }) {
  const { t } = useTranslation("me");
  const { dateTime } = useFormats();
  const { known } = useHeld();
  const mine = entry.side === "MEMBER";
  return (
    <li className={mine ? "me-word mine" : "me-word"}>
      <p className="me-hint">
        {mine ? t("help.you") : entry.partner ? <PartnerName partner={entry.partner} /> : known.programme.name}
        {" · "}
        <time dateTime={entry.saidAt}>{dateTime(entry.saidAt)}</time>
      </p>
      {entry.kind !== "MESSAGE" && <p className="me-step">{t(`help.steps.${entry.kind}`)}</p>}
      {entry.words && <p className="me-said">{entry.words}</p>}
      {entry.links.map((link) => (
        <p key={link}>
          <a href={link} rel="noreferrer nofollow" target="_blank">
            {link}
          </a>
        </p>
      ))}
    </li>
  );
}

function Saying({ id, hint }: { id: string; hint: string | undefined }) {
  const { t } = useTranslation("me");
  const [words, setWords] = useState("");
  const { run, busy, refusals } = useAct(Say, ({ caseSay }) => caseSay.userErrors);
  const say = async (event: FormEvent) => {
    event.preventDefault();
    if (await run((idempotencyKey) => ({ input: { idempotencyKey, case: id, words } }))) setWords("");
  };
  return (
    <form className="me-form" onSubmit={(event) => void say(event)}>
      <Field label={t("help.say")} hint={hint}>
        <textarea required rows={3} maxLength={8000} value={words} onChange={(event) => setWords(event.target.value)} />
      </Field>
      <Refusals of={refusals} />
      <p className="me-save">
        <button type="submit" className="action" disabled={busy}>
          {t("help.send")}
        </button>
      </p>
    </form>
  );
}
