/** Everything that a second person, or a partner that pays, must agree to; what is chosen opens beside the list. */

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useLocation } from "wouter";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { useSession } from "../../../shared/session";
import { Empty, Failed, WaitingSheet } from "../../../shared/states";
import { Age, Beside, Due } from "../parts";
import { AgreementPane } from "./agreements/AgreementPane";
import { type Agreement, type Approval, Approvals } from "./documents";
import { Deciding } from "./Deciding";
import { mayAgree } from "./rights";
import { Sheet } from "./Sheet";
import { SubjectOf } from "./SubjectOf";
import { keyOfRow, opened, subjectOf, together } from "./waitingHere";
import "./approvals.css";

interface Props {
  subject: string | null;
  onDone: () => void;
}

export function ApprovalsPage({ subject, onDone }: Props) {
  const { t } = useTranslation("work");
  const [, go] = useLocation();
  const session = useSession();
  const [{ data, error }, read] = useQuery({ query: Approvals, variables: opened(session), requestPolicy: "cache-and-network" });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  const waits = together(data.approvals ?? [], data.agreements ?? []);
  const chosen = waits.find((one) => subjectOf(one) === subject) ?? null;
  // At a desk there is room to look at the first at once.
  const shown = chosen ?? (subject === null ? (waits[0] ?? null) : null);
  const done = () => {
    read({ requestPolicy: "network-only" });
    onDone();
    go("/tasks/approvals");
  };
  const about = { named: chosen !== null, now: data.serverTime, currency: data.coalition.currency, onDone: done };
  const list = (
    <>
      {waits.length === 0 && (
        <Empty heading={t("approvals.none")}>
          <p>{t("approvals.noneText")}</p>
        </Empty>
      )}
      <ul className="approvals">
        {waits.map((one) =>
          one.step ? (
            <Row key={keyOfRow(one)} one={one.step} chosen={one === shown} now={about.now} currency={about.currency} />
          ) : (
            <AgreementRow key={keyOfRow(one)} one={one.agreement} chosen={one === shown} now={about.now} />
          ),
        )}
      </ul>
    </>
  );
  return (
    <Beside heading={<h1>{t("lists.approvals")}</h1>} list={list} chosen={chosen !== null}>
      {shown?.step && <Chosen key={keyOfRow(shown)} one={shown.step} {...about} />}
      {shown?.agreement && <AgreementPane key={keyOfRow(shown)} one={shown.agreement} own={data.viewer.partner?.id ?? null} {...about} />}
      {!shown && waits.length > 0 && <p className="work-choose">{t("approvals.gone")}</p>}
    </Beside>
  );
}

/** What another partner has drafted and this one is asked to pay a part of. */
function AgreementRow({ one, chosen, now }: { one: Agreement; chosen: boolean; now: string }) {
  const { t } = useTranslation("work");
  return (
    <WaitingRow subject={one.subject} kind={t(`agreements.kinds.${one.kind}`)} when={<Age since={one.askedAt} now={now} />} chosen={chosen}>
      <PartnerName partner={one.owner} />
      <span>{one.name}</span>
    </WaitingRow>
  );
}

interface RowProps {
  one: Approval;
  chosen: boolean;
  now: string;
  currency: string;
}

function Row({ one, chosen, now, currency }: RowProps) {
  const { t } = useTranslation("work");
  const { money } = useFormats();
  const when = one.dueAt ? <Due at={one.dueAt} now={now} /> : <Age since={one.askedAt} now={now} />;
  const amount = one.amount !== null && money({ amount: one.amount, currency });
  return (
    <WaitingRow subject={one.subject} kind={t(`approvals.kinds.${one.kind}`)} amount={amount} when={when} chosen={chosen}>
      {one.partner ? <PartnerName partner={one.partner} /> : one.cycle?.name}
      {one.partner && one.cycle && <span className="figures">{one.cycle.name}</span>}
    </WaitingRow>
  );
}

interface WaitingRowProps {
  subject: string;
  kind: string;
  amount?: ReactNode;
  when: ReactNode;
  chosen: boolean;
  /** Whom and what it is about. */
  children: ReactNode;
}

function WaitingRow({ subject, kind, amount, when, chosen, children }: WaitingRowProps) {
  return (
    <li>
      <Link href={`/tasks/approvals/${subject}`} className="approval" aria-current={chosen ? "true" : undefined}>
        <span className="approval-kind">{kind}</span>
        <span className="approval-amount figures">{amount}</span>
        <span className="approval-about">{children}</span>
        <span className="approval-when">{when}</span>
      </Link>
    </li>
  );
}

function Chosen({ one, named, now, currency, onDone }: Omit<RowProps, "chosen"> & { named: boolean; onDone: () => void }) {
  const { t } = useTranslation("work");
  const { money, dateTime } = useFormats();
  const session = useSession();
  const about = (
    <>
      {one.partner && <PartnerName partner={one.partner} />}
      {one.cycle && <span className="figures">{t("approvals.cycle", { cycle: one.cycle.name })}</span>}
      {one.amount !== null && <strong className="figures">{money({ amount: one.amount, currency })}</strong>}
    </>
  );
  const asked = (
    <>
      {one.askedBy
        ? t("approvals.askedBy", { name: one.askedBy, when: dateTime(one.askedAt) })
        : t("approvals.asked", { when: dateTime(one.askedAt) })}{" "}
      {one.dueAt && <Due at={one.dueAt} now={now} />}
    </>
  );
  return (
    <Sheet heading={t(`approvals.kinds.${one.kind}`)} about={about} asked={asked} named={named}>
      <SubjectOf one={one} currency={currency} />
      <Deciding one={one} mayAgree={mayAgree(session, one.kind)} currency={currency} onDone={onDone} />
    </Sheet>
  );
}
