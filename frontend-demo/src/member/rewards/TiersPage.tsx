/** Tiers: the ladder of each programme, where the member stands, and what is missing to the next. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { PartnerName } from "../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { useHeld } from "../walletContext";
import { MyTiers, type Programme, type Standing, type Terms, TierProgrammes } from "./tierDocuments";
import { Ladder, Rules } from "./Ladder";
import { History, Standpoint } from "./Standpoint";
import { inOrder } from "./tiers";
import "./tiers.css";

export function TiersPage() {
  const { t } = useTranslation("rewards");
  const [{ data, error }, ask] = useQuery({ query: MyTiers, requestPolicy: "cache-and-network" });
  const again = () => ask({ requestPolicy: "network-only" });
  useAnew(again);
  if (error && !data) return <Failed again={again} />;
  if (!data) return <WaitingSheet />;
  const standings = inOrder(data.myTiers);
  return (
    <>
      <h1>{t("parts.tiers")}</h1>
      {standings.map((standing) => (
        <OwnProgramme key={standing.programme.id} standing={standing} />
      ))}
      <Others known={standings} />
    </>
  );
}

/** What counts may have changed with the wallet. */
function useAnew(again: () => void): void {
  const { version } = useHeld().known.wallet;
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    again();
  }, [version]);
}

function OwnProgramme({ standing }: { standing: Standing }) {
  const { programme, tier, progress } = standing;
  const terms = programme.current?.terms;
  return (
    <section className="tier-programme" aria-labelledby={programme.id}>
      <Head programme={programme} />
      <Standpoint standing={standing} />
      {terms && <Ladder terms={terms} here={tier} next={progress?.next?.name ?? null} />}
      {terms && <Rules terms={terms} />}
      <History standing={standing} />
    </section>
  );
}

function Head({ programme }: { programme: Standing["programme"] | Programme }) {
  return (
    <header className="tier-head">
      <h2 id={programme.id}>{programme.name}</h2>
      {programme.owner && <PartnerName partner={programme.owner} />}
    </header>
  );
}

/** Programmes of partners that do not know the member yet. */
function Others({ known }: { known: readonly Standing[] }) {
  const { t } = useTranslation("rewards");
  const [{ data }] = useQuery({ query: TierProgrammes });
  if (!data) return null;
  const ids = new Set(known.map(({ programme }) => programme.id));
  const others = data.tierProgrammes.flatMap((programme) => {
    const terms: Terms | undefined = programme.current?.terms;
    return terms && !ids.has(programme.id) ? [{ programme, terms }] : [];
  });
  if (others.length === 0) return known.length === 0 ? <Empty heading={t("tiers.none")} /> : null;
  return (
    <>
      {others.map(({ programme, terms }) => (
        <section key={programme.id} className="tier-programme" aria-labelledby={programme.id}>
          <Head programme={programme} />
          <p className="reward-note">{t("tiers.notYet")}</p>
          <Ladder terms={terms} here={null} next={null} />
          <Rules terms={terms} />
        </section>
      ))}
    </>
  );
}
