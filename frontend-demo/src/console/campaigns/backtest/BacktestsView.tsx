/** What the terms would have come to on past purchases: asked for by a period, kept with the campaign, drawn week by week. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Field } from "../../../shared/field";
import { lastMoment } from "../../../shared/formats";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { type Backtest, Backtests, LookBack, type Whole } from "../documents";
import { useHouse, useOwn } from "../house";
import { beginningOf, dayAt, plusDays } from "../terms/days";
import { BacktestFound } from "./BacktestFound";

const USUAL_DAYS = 42;

export default function BacktestsView({ campaign }: { campaign: Whole }) {
  const { t } = useTranslation("campaigns");
  const session = useSession();
  const own = useOwn();
  const { viewer } = useHouse();
  const [{ data }, again] = useQuery({ query: Backtests, variables: { id: campaign.id }, requestPolicy: "cache-and-network" });
  const [chosen, setChosen] = useState(0);
  const kept = data?.campaignBacktests ?? [];
  const shown = kept[chosen] ?? kept[0];
  const mayAsk = may(session, "campaigns:write", "partners:manage") && (viewer.audience === "COALITION" || own?.id === campaign.owner.id);
  if (!mayAsk && kept.length === 0) return null;
  return (
    <section aria-labelledby="backtest-label" className="campaign-block">
      <h2 id="backtest-label">{t("backtest.heading")}</h2>
      <p className="quiet">{t("backtest.text")}</p>
      {mayAsk && <Ask campaign={campaign} done={() => { setChosen(0); again({ requestPolicy: "network-only" }); }} />}
      {kept.length > 1 && <Kept kept={kept} chosen={chosen} choose={setChosen} />}
      {shown && <BacktestFound found={shown} stale={shown.fingerprint !== campaign.fingerprint} name={campaign.name} />}
    </section>
  );
}

function Ask({ campaign, done }: { campaign: Whole; done: () => void }) {
  const { t } = useTranslation("campaigns");
  const { serverTime, coalition } = useHouse();
  const today = dayAt(serverTime, coalition.timeZone);
  const [since, setSince] = useState(plusDays(today, -USUAL_DAYS));
  const [until, setUntil] = useState(plusDays(today, -1));
  const { run, busy, refusals } = useAct(LookBack, ({ campaignBacktest }) => campaignBacktest.userErrors);
  const ask = async () => {
    const period = { since: beginningOf(since, coalition.timeZone), until: beginningOf(plusDays(until, 1), coalition.timeZone) };
    if (await run(() => ({ input: { campaign: campaign.id, ...period } }))) done();
  };
  return (
    <form className="backtest-ask" onSubmit={(event) => { event.preventDefault(); void ask(); }}>
      <Field label={t("backtest.since")}>
        <input type="date" value={since} max={until} required onChange={(event) => setSince(event.target.value)} />
      </Field>
      <Field label={t("backtest.until")}>
        <input type="date" value={until} min={since} max={today} required onChange={(event) => setUntil(event.target.value)} />
      </Field>
      <button type="submit" className="action" disabled={busy}>
        {t(busy ? "backtest.busy" : "backtest.ask")}
      </button>
      <p className="backtest-progress" role="status">
        {busy && (
          <>
            <progress aria-label={t("backtest.busy")} /> {t("backtest.wait")}
          </>
        )}
      </p>
      <Refusals of={refusals} />
    </form>
  );
}

interface KeptProps {
  kept: readonly Backtest[];
  chosen: number;
  choose: (at: number) => void;
}

function Kept({ kept, chosen, choose }: KeptProps) {
  const { t } = useTranslation("campaigns");
  const { day, dateTime } = useFormats();
  return (
    <Field label={t("backtest.kept")}>
      <select value={chosen} onChange={(event) => choose(Number(event.target.value))}>
        {kept.map(({ since, until, madeAt }, at) => (
          <option key={madeAt + since} value={at}>
            {t("backtest.one", { from: day(since), until: day(lastMoment(until)), made: dateTime(madeAt) })}
          </option>
        ))}
      </select>
    </Field>
  );
}
