/** Payments by cycle and state with their sums, how long they have been due, and the files for the bank. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useQuery } from "urql";
import { useSearchParams } from "wouter";

import { download } from "../../../shared/download";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { Ageing } from "./Ageing";
import { OrderContent, Orders, PaymentsAround } from "./documents";
import { Instructing } from "./Instructing";
import { PaymentList } from "./PaymentList";

export function PaymentsPart({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("work");
  const { audience } = useSession();
  const [search, setSearch] = useSearchParams();
  const [round, setRound] = useState(0);
  const [{ data, error }, read] = useQuery({ query: PaymentsAround, requestPolicy: "cache-and-network" });
  if (!data) return error ? <Failed again={() => read({ requestPolicy: "network-only" })} /> : <WaitingSheet />;
  const cycle = data.cycles.nodes.find(({ name }) => name === search.get("cycle")) ?? null;
  const done = () => {
    setRound((before) => before + 1);
    read({ requestPolicy: "network-only" });
    onDone();
  };
  return (
    <>
      {audience === "PARTNER" && <p className="work-lead">{t("bank.partnerLead")}</p>}
      <div className="work-filters">
        <Field label={t("files.cycle")}>
          <select value={cycle?.name ?? ""} onChange={(event) => setSearch(event.target.value ? { cycle: event.target.value } : {})}>
            <option value="">{t("bank.everyCycle")}</option>
            {data.cycles.nodes.map(({ id, name }) => (
              <option key={id} value={name}>{name}</option>
            ))}
          </select>
        </Field>
        {cycle?.state === "APPROVED" && <Instructing cycle={cycle} onDone={done} />}
      </div>
      <PaymentList key={`${cycle?.id}${round}`} cycle={cycle?.id ?? null} viewer={data.viewer.partner?.id ?? null} now={data.serverTime} onDone={done}>
        {cycle && <OrderList cycle={cycle.id} />}
        <Ageing around={data} />
      </PaymentList>
    </>
  );
}

function OrderList({ cycle }: { cycle: string }) {
  const { t } = useTranslation(["work", "console"]);
  const { decimal, dateTime } = useFormats();
  const client = useClient();
  const [{ data }] = useQuery({ query: Orders, variables: { cycle } });
  const orders = data?.bankOrders ?? [];
  if (orders.length === 0) return null;
  const fetchIt = async (id: string, name: string) => {
    const { data: found } = await client.query(OrderContent, { id }).toPromise();
    if (found?.node?.__typename === "BankOrder") download(`${name}.xml`, found.node.content, "application/xml");
  };
  return (
    <section>
      <h2>{t("bank.orders")}</h2>
      <ul className="orders">
        {orders.map((order) => (
          <li key={order.id}>
            <span>
              {order.payer ? <PartnerName partner={order.payer} /> : t("console:roles.OPERATOR")}{" "}
              <span className="work-quiet figures">
                {order.messageId} · {dateTime(order.madeAt)}
              </span>
            </span>
            <span className="figures">{t("bank.order", { count: order.payments, sum: decimal(order.controlSum, 2) })}</span>
            <button type="button" className="quiet-action" onClick={() => void fetchIt(order.id, order.messageId)}>
              {t("bank.fetchOrder")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
