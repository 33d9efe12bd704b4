/** One thing that happened: what it earned and why, who funded it, from when and until when it can be spent. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { MyEntry, type Told } from "../documents";
import { useHeld } from "../walletContext";
import { Awards } from "./Awards";
import { Change } from "./Days";
import { Movements } from "./Movements";

export function ReceiptPage({ version }: { version: number }) {
  const { t, i18n } = useTranslation("member");
  const place = Number.isSafeInteger(version) ? version : 0;
  const [{ data, error }, readAgain] = useQuery({ query: MyEntry, variables: { version: place, language: i18n.language } });
  if (error && !data) return <Failed again={() => readAgain({ requestPolicy: "network-only" })} />;
  const entry = data?.me.wallet.entry;
  return (
    <div className="receipt">
      <Link href="/activity" className="receipt-back">
        {t("receipt.back")}
      </Link>
      {!data && <WaitingSheet lines={3} />}
      {data && !entry && <Empty heading={t("receipt.none")} />}
      {entry && <Receipt entry={entry} />}
    </div>
  );
}

const LATE_MS = 3_600_000;

function Receipt({ entry }: { entry: Told }) {
  const { t } = useTranslation("member");
  const { longDay, day, time, dateTime } = useFormats();
  const { programme } = useHeld().known;
  const late = Date.parse(entry.postedAt) - Date.parse(entry.occurredAt) > LATE_MS;
  return (
    <article className="receipt-sheet">
      <header className="receipt-head">
        <h1>{t(`kinds.${entry.kind}`)}</h1>
        <p>{entry.partner ? <PartnerName partner={entry.partner} /> : programme.name}</p>
        {entry.outlet && <p className="receipt-quiet">{entry.outlet.name}</p>}
        <p className="receipt-quiet">
          <time dateTime={entry.occurredAt} title={day(entry.occurredAt)}>
            {longDay(entry.occurredAt)}, {time(entry.occurredAt)}
          </time>
        </p>
        {entry.movements.length > 0 && (
          <p className="receipt-change">
            <Change entry={entry} /> <span>{t("receipt.points", { count: Math.abs(Number(entry.change)) })}</span>
          </p>
        )}
      </header>
      {entry.awards.length > 0 && <Awards awards={entry.awards} />}
      <Movements entry={entry} folded={entry.awards.length > 0} />
      {(entry.reference || late) && (
        <footer className="receipt-quiet receipt-foot">
          {entry.reference && <p>{t("reference", { reference: entry.reference })}</p>}
          {late && <p>{t("receipt.recorded", { at: dateTime(entry.postedAt) })}</p>}
        </footer>
      )}
    </article>
  );
}
