/** The trail: who decided what, in words, narrowed down by a text that the address carries. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useSearchParams } from "wouter";

import { Bone } from "../../../shared/chrome";
import { Dialog } from "../../../shared/dialog";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { PartnerName } from "../../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { type Column, DataTable } from "../../../shared/table";
import { usePages } from "../../usePages";
import { startOf } from "../instants";
import { ACTIONS } from "./actions";
import { type Action, Houses, type Told, Trail } from "./documents";
import { having, read } from "./filter";

export function TrailTable() {
  const { t } = useTranslation("office");
  const [search, setSearch] = useSearchParams();
  const filter = search.get("filter") ?? "";
  const [{ data }] = useQuery({ query: Houses });
  const look = (text: string) => setSearch(text.trim() ? { filter: text.trim() } : {}, { replace: true });
  if (!data) return <WaitingSheet />;
  const wanted = read(filter);
  const house = data.partners.nodes.find((one) => one.slug === wanted.partner);
  const unknown = [
    ...wanted.strange,
    ...wanted.actions.filter((action) => !isAction(action)).map((action) => `action:${action.toLowerCase()}`),
    ...(wanted.partner && !house ? [`partner:${wanted.partner}`] : []),
  ];
  const day = (value: string | null) => value && startOf(value, data.coalition.timeZone);
  return (
    <section aria-labelledby="trail">
      <h2 id="trail" className="unseen">
        {t("audit.tabs.trail")}
      </h2>
      <Filter key={`words ${filter}`} filter={filter} look={look} unknown={unknown} />
      <Lines
        key={`lines ${filter}`}
        variables={{
          actions: wanted.actions.length > 0 ? wanted.actions.filter(isAction) : null,
          actor: wanted.actor,
          subject: wanted.subject,
          partner: house?.id ?? null,
          since: day(wanted.since),
          until: day(wanted.until),
        }}
        filter={filter}
        look={look}
      />
    </section>
  );
}

const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);

interface FilterProps {
  filter: string;
  look: (text: string) => void;
  unknown: readonly string[];
}

function Filter({ filter, look, unknown }: FilterProps) {
  const { t } = useTranslation("office");
  const [text, setText] = useState(filter);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    look(text);
  };
  return (
    <form className="audit-filter" onSubmit={submit} role="search" aria-label={t("audit.filter")}>
      <label htmlFor="audit-filter">{t("audit.filter")}</label>
      <input id="audit-filter" className="input" value={text} onChange={(event) => setText(event.target.value)} placeholder="action:contract_signed since:2017-01-01" autoComplete="off" spellCheck={false} aria-describedby="audit-filter-hint" />
      <select className="input" aria-label={t("audit.action")} value="" onChange={(event) => look(having(text, "action", event.target.value))}>
        <option value="">{t("audit.anyAction")}</option>
        {ACTIONS.map((action) => (
          <option key={action} value={action.toLowerCase()}>
            {t(`audit.actions.${action}`)}
          </option>
        ))}
      </select>
      <button type="submit" className="quiet-action">
        {t("audit.narrow")}
      </button>
      <p id="audit-filter-hint" className={unknown.length > 0 ? "office-short" : "office-told"} role="status">
        {unknown.length > 0 ? t("audit.strange", { words: unknown.join(" ") }) : t("audit.hint")}
      </p>
    </form>
  );
}

interface LinesProps {
  variables: { actions: Action[] | null; actor: string | null; subject: string | null; partner: string | null; since: string | null; until: string | null };
  filter: string;
  look: (text: string) => void;
}

function Lines({ variables, filter, look }: LinesProps) {
  const { t } = useTranslation("office");
  const { dateTime } = useFormats();
  const [open, setOpen] = useState<Told | null>(null);
  const pages = usePages(
    Trail,
    (after) => ({ ...variables, after }),
    (data) => data.auditTrail,
    JSON.stringify(variables),
  );
  const who = (row: Told) => row.actorName ?? t(`audit.actors.${row.actor}`);
  const whom = (row: Told) => row.subjectName ?? t(`audit.subjects.${row.subject}`);
  const what = (row: Told) => t(`audit.actions.${row.action}`);
  const facts = (row: Told) => row.facts.map((fact) => `${wordFor(t, "audit.facts", fact.name)}: ${fact.values.join(", ") || "–"}`).join("; ");
  const columns: Column<Told>[] = [
    { name: "when", label: t("audit.when"), shown: (row) => dateTime(row.recordedAt), text: (row) => row.recordedAt, width: "9rem" },
    { name: "who", label: t("audit.who"), shown: who, text: who, width: "minmax(0, 0.8fr)" },
    { name: "what", label: t("audit.what"), shown: what, text: what },
    { name: "whom", label: t("audit.whom"), shown: whom, text: whom, width: "minmax(0, 0.8fr)" },
    {
      name: "house",
      label: t("audit.house"),
      shown: (row) => (row.partner ? <PartnerName partner={row.partner} /> : t("audit.coalition")),
      text: (row) => row.partner?.name ?? t("audit.coalition"),
    },
    { name: "facts", label: t("audit.details"), shown: facts, text: facts, width: "minmax(0, 1.4fr)" },
  ];
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.again} />;
  // The rows' room is kept until they are there, so that nothing jumps.
  if (pages.state === "loading" && pages.rows.length === 0) return <Bone width="100%" height="70vh" />;
  if (pages.whole && pages.rows.length === 0) {
    return (
      <Empty heading={t("audit.none")}>
        <p>{t("audit.noneText")}</p>
      </Empty>
    );
  }
  return (
    <>
      <DataTable
        caption={t("audit.tabs.trail")}
        columns={columns}
        rows={pages.rows}
        keyOf={(row) => row.id}
        onOpen={setOpen}
        more={pages.whole ? undefined : pages.more}
        loading={pages.state === "loading"}
      />
      {open && <Line told={open} who={who(open)} what={what(open)} whom={whom(open)} filter={filter} look={look} onClose={() => setOpen(null)} />}
    </>
  );
}

interface LineProps {
  told: Told;
  who: string;
  what: string;
  whom: string;
  filter: string;
  look: (text: string) => void;
  onClose: () => void;
}

/** One line in words, and the way to all others about the same. */
function Line({ told, who, what, whom, filter, look, onClose }: LineProps) {
  const { t } = useTranslation("office");
  const { dateTime } = useFormats();
  const narrowed = (key: string, value: string) => () => {
    onClose();
    look(having(filter, key, value));
  };
  return (
    <Dialog heading={what} wide onClose={onClose}>
      <p>{t("audit.sentence", { when: dateTime(told.recordedAt), who, whom })}</p>
      <dl className="partners-details">
        {told.facts.map((fact) => (
          <div key={fact.name}>
            <dt>{wordFor(t, "audit.facts", fact.name)}</dt>
            <dd>{fact.values.join(", ") || "–"}</dd>
          </div>
        ))}
      </dl>
      <div className="office-tools audit-narrow">
        {told.actorId && (
          <button type="button" className="quiet-action" onClick={narrowed("actor", told.actorId)}>
            {t("audit.allBy", { who })}
          </button>
        )}
        {told.subjectId && (
          <button type="button" className="quiet-action" onClick={narrowed("subject", told.subjectId)}>
            {t("audit.allAbout", { whom })}
          </button>
        )}
        {told.partner && (
          <button type="button" className="quiet-action" onClick={narrowed("partner", told.partner.slug)}>
            {t("audit.allAbout", { whom: told.partner.name })}
          </button>
        )}
      </div>
    </Dialog>
  );
}
