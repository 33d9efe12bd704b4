/** A shop's till: its rooms, and what they share. */

import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";
import { Route, Switch } from "wouter";

import { Bone, Notice } from "../shared/chrome";
import { FormattingIn } from "../shared/formatting";
import { useAhead } from "../shared/offline/ahead";
import { may, useSession } from "../shared/session";
import { Failed, WaitingSheet } from "../shared/states";
import { digitsOf } from "./basket";
import { Clock } from "./clock";
import { Counter } from "./Counter";
import { CustomerPage } from "./CustomerPage";
import { Head } from "./Head";
import { OutletChoice } from "./OutletChoice";
import { Queue } from "./queue";
import { QueuePage } from "./QueuePage";
import { ReturnPage } from "./ReturnPage";
import { type Sold, sender } from "./sending";
import { storeOf } from "./store";
import { type House, SaleContext, type Till, TillContext, useTill } from "./till";
import { useLineUp } from "./useLineUp";
import { useSaleUnderWay } from "./useSaleUnderWay";
import { useShop } from "./useShop";


interface Props {
  slug: string;
  /** Nobody could be asked who is signed in: the shop is shown as it was kept. */
  offline?: boolean;
}

export function TillApp({ slug, offline = false }: Props) {
  const { t } = useTranslation("till");
  const session = useSession();
  const [store, clock] = useMemo(() => [storeOf(slug), new Clock()] as const, [slug]);
  const found = useShop(store, clock, offline);
  useAhead("/till/", !offline && typeof found === "object");
  if (!offline && !may(session, "purchases:write")) {
    return (
      <Notice heading={t("notCashier.heading")}>
        <p>{t("notCashier.text")}</p>
      </Notice>
    );
  }
  if (found === "reading") return <WaitingTill />;
  if (found === "failed") return <Failed again={() => window.location.reload()} />;
  return <Opened house={found.house} store={store} clock={clock} offline={offline} />;
}

type OpenedProps = Pick<Till, "house" | "store" | "clock"> & { offline: boolean };

function Opened({ house, store, clock, offline }: OpenedProps) {
  const line = useLineUp(clock);
  const [outlet, choose] = useOutlet(house, store);
  const queue = useQueue(house.partner.slug, store, line.fell);
  const up = line.up && !offline;
  useEffect(() => {
    if (up) void queue.drain();
  }, [queue, up]);
  const till: Till = useMemo(
    () => ({ house, digits: digitsOf(house.coalition.currency), outlet: outlet ?? "", choose, store, clock, queue, up, fell: line.fell }),
    // `choose` and `fell` only set state.
    [house, outlet, store, clock, queue, up],
  );
  useEffect(() => {
    document.title = house.partner.name;
  }, [house]);
  if (outlet === undefined) return <WaitingTill />;
  return (
    <TillContext value={till}>
      <FormattingIn timeZone={house.coalition.timeZone} now={clock.now().toISOString()}>
        <Switch>
          <Route path="/customer">
            <CustomerPage />
          </Route>
          <Route>{outlet ? <Rooms /> : <OutletChoice />}</Route>
        </Switch>
      </FormattingIn>
    </TillContext>
  );
}

function Rooms() {
  const till = useSaleUnderWay(useTill());
  if (!till) return <WaitingTill />;
  return (
    <SaleContext value={till}>
      <div className="till">
        <Head />
        <Switch>
          <Route path="/return">
            <ReturnPage />
          </Route>
          <Route path="/sent">
            <QueuePage />
          </Route>
          <Route>
            <Counter />
          </Route>
        </Switch>
      </div>
    </SaleContext>
  );
}

const OUTLET = "outlet";

/** The outlet this till stands in: the only one there is, or as somebody chose it here. Undefined until that is known. */
function useOutlet(house: House, store: Till["store"]): [string | undefined, (outlet: string) => void] {
  const outlets = house.partner.outlets.nodes;
  const [outlet, setOutlet] = useState<string>();
  useEffect(() => {
    const only = outlets.length === 1 ? outlets[0]?.code : undefined;
    const show = (kept: string | undefined) => setOutlet(outlets.some(({ code }) => code === kept) ? kept : (only ?? ""));
    store.get<string>(OUTLET).then(show, () => show(undefined));
  }, [outlets, store]);
  const choose = (chosen: string) => {
    setOutlet(chosen);
    void store.set(OUTLET, chosen).catch(() => undefined);
  };
  return [outlet, choose];
}

function useQueue(slug: string, store: Till["store"], fell: () => void): Queue<Sold> {
  const client = useClient();
  return useMemo(() => {
    const alone = (act: () => Promise<void>) => navigator.locks.request(`hansa-till-${slug}`, act);
    const queue = new Queue<Sold>(store, sender(client, fell), alone);
    void queue.load().catch(() => undefined);
    return queue;
  }, [client, slug, store]);
}

/** The shape of the till, before the shop is known. */
export function WaitingTill() {
  return (
    <div className="till" aria-busy="true">
      <header className="till-head">
        <Bone width="2.5rem" height="2.5rem" />
        <Bone width="12rem" height="1.5rem" />
      </header>
      <WaitingSheet lines={5} />
    </div>
  );
}
