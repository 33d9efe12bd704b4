/** Disputes by state and deadline. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useLocation, useSearchParams } from "wouter";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { useSession } from "../../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { type Column, DataTable } from "../../../shared/table";
import { usePages } from "../../usePages";
import { Due } from "../parts";
import { Disputes, type DisputeRow } from "./documents";
import "./disputes.css";

const OPEN = ["RAISED", "ANSWERED", "ESCALATED"] as const;
const CHOICES = { open: OPEN, decided: ["DECIDED"], withdrawn: ["WITHDRAWN"], all: [...OPEN, "DECIDED", "WITHDRAWN"] } as const;
type Choice = keyof typeof CHOICES;
const isChoice = (name: string | null): name is Choice => name !== null && Object.hasOwn(CHOICES, name);

export function DisputesPage() {
  const { t } = useTranslation("work");
  const { audience } = useSession();
  const [search, setSearch] = useSearchParams();
  const named = search.get("state");
  const choice: Choice = isChoice(named) ? named : "open";
  const mine = search.has("mine") && audience === "PARTNER";
  const overdue = search.has("overdue");
  const choose = (name: string, value: string | null) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === null) after.delete(name);
      else after.set(name, value);
      return after;
    });
  return (
    <>
      <h1>{t("lists.disputes")}</h1>
      <div className="work-filters" role="group" aria-label={t("disputes.filter")}>
        {(Object.keys(CHOICES) as Choice[]).map((name) => (
          <button key={name} type="button" className="chip" aria-pressed={choice === name} onClick={() => choose("state", name)}>
            {t(`disputes.choices.${name}`)}
          </button>
        ))}
        <button type="button" className="chip" aria-pressed={overdue} onClick={() => choose("overdue", overdue ? null : "1")}>
          {t("disputes.overdue")}
        </button>
        {audience === "PARTNER" && (
          <button type="button" className="chip" aria-pressed={mine} onClick={() => choose("mine", mine ? null : "1")}>
            {t("disputes.mine")}
          </button>
        )}
      </div>
      <Listed choice={choice} mine={mine} overdue={overdue} />
    </>
  );
}

function Listed({ choice, mine, overdue }: { choice: Choice; mine: boolean; overdue: boolean }) {
  const { t } = useTranslation(["work", "console"]);
  const { money, day } = useFormats();
  const [, go] = useLocation();
  const states = [...CHOICES[choice]];
  const [{ data }] = useQuery({ query: Disputes, variables: { states, mine, overdue, after: null } });
  const pages = usePages(Disputes, (after) => ({ states, mine, overdue, after }), (found) => found.disputes, `${choice}${mine}${overdue}`, "network-only");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  if (pages.rows.length === 0 && (pages.state === "loading" || !data)) return <WaitingSheet />;
  if (pages.rows.length === 0) {
    return (
      <Empty heading={t("disputes.none")}>
        <p>{t("disputes.noneText")}</p>
      </Empty>
    );
  }
  const rows = [...pages.rows].sort((one, other) => (one.dueAt ?? "9").localeCompare(other.dueAt ?? "9"));
  const columns: Column<DisputeRow>[] = [
    { name: "partner", label: t("disputes.columns.partner"), shown: (row) => row.partner && <PartnerName partner={row.partner} />, text: (row) => row.partner?.name ?? "" },
    { name: "other", label: t("disputes.columns.other"), shown: (row) => (row.otherSide ? <PartnerName partner={row.otherSide} /> : t("console:roles.OPERATOR")), text: (row) => row.otherSide?.name ?? t("console:roles.OPERATOR") },
    { name: "reason", label: t("disputes.columns.reason"), shown: (row) => t(`disputes.reasons.${row.reason}`), text: (row) => t(`disputes.reasons.${row.reason}`) },
    { name: "state", label: t("disputes.columns.state"), shown: (row) => t(`disputes.states.${row.state}`), text: (row) => t(`disputes.states.${row.state}`), width: "10rem" },
    { name: "amount", label: t("disputes.columns.amount"), shown: (row) => money(row.amount), text: (row) => row.amount.amount, figure: true, width: "8rem" },
    { name: "due", label: t("disputes.columns.due"), shown: (row) => (row.dueAt && data ? <Due at={row.dueAt} now={data.serverTime} /> : day(row.raisedAt)), text: (row) => row.dueAt ?? "", width: "11rem" },
  ];
  return (
    <>
      <div className="dispute-table">
        <DataTable caption={t("lists.disputes")} columns={columns} rows={rows} keyOf={(row) => row.id} onOpen={(row) => go(`/tasks/disputes/${row.id}`)} more={pages.whole ? undefined : pages.more} loading={pages.state === "loading"} />
      </div>
    </>
  );
}
