/** The roll-forward of a cycle: what was paid in for points, from opening to closing, by who funded them. */

import { type CSSProperties, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Bone } from "../../../shared/chrome";
import { isZero } from "../../../shared/exact";
import { useFormats } from "../../../shared/formatting";
import { decimalsOf } from "../../../shared/formats";
import { PartnerName, toneOf } from "../../../shared/partner";
import { Empty } from "../../../shared/states";
import { Aligned } from "../../Figures";
import { type RollForward, RollForwards } from "./documents";
import { addsUp, counted, cyclesOf, type Part, PARTS, togetherMake, waterfall } from "./rolling";

const CENTS = 2;

export function Rolled({ sponsor, currency }: { sponsor: string | null; currency: string }) {
  const { t } = useTranslation("office");
  const [{ data }] = useQuery({ query: RollForwards });
  const [chosen, choose] = useState<string | null>(null);
  if (!data) return <Bone width="100%" height="26rem" />;
  const all = data.rollForward ?? [];
  const cycles = cyclesOf(all);
  const cycle = chosen ?? cycles[0] ?? null;
  const rows = all.filter((row) => row.cycle === cycle);
  const own = rows.filter((row) => row.sponsor !== null);
  const total = rows.find((row) => row.sponsor === null) ?? null;
  const looked = (sponsor ? own.find((row) => row.sponsor?.id === sponsor) : total) ?? (own.length === 1 ? own[0] : null) ?? null;
  return (
    <section className="liability-rolled" aria-labelledby="rolled">
      <header className="office-head">
        <div>
          <h2 id="rolled">{t("rolled.heading")}</h2>
          <p className="office-told">{t("rolled.told", { currency })}</p>
        </div>
        {cycles.length > 1 && (
          <select className="input" aria-label={t("liability.cycle")} value={cycle ?? ""} onChange={(event) => choose(event.target.value)}>
            {cycles.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </header>
      {!looked ? (
        <Empty heading={t("rolled.none")}>
          <p>{t("rolled.noneText")}</p>
        </Empty>
      ) : (
        <>
          <Falls row={looked} />
          {own.length > 1 && total && <ByPartner rows={own} total={total} chosen={sponsor} />}
        </>
      )}
    </section>
  );
}

/** Digits after the point of the longest figure, so that points stand below each other. */
const most = (rows: readonly RollForward[]) => Math.max(CENTS, ...rows.flatMap((row) => PARTS.map((part) => decimalsOf(row[part]))));

const stands = (part: Part) => part === "opening" || part === "closing";

function Falls({ row }: { row: RollForward }) {
  const { t } = useTranslation("office");
  const { decimal } = useFormats();
  const tone = row.sponsor ? toneOf(row.sponsor.hue) : undefined;
  return (
    <>
      <p className="liability-whose">
        {row.sponsor ? <PartnerName partner={row.sponsor} /> : t("liability.all")}
        <span> · {row.cycle}</span>
        {!row.final && <span className="office-mark">{t("rolled.forecast")}</span>}
      </p>
      <ol className="liability-falls">
        {waterfall(row).map(({ part, value, from, to }) => (
          <li key={part} className={stands(part) ? "liability-fall stands" : "liability-fall"}>
            <span>{t(`rolled.parts.${part}`)}</span>
            <span className="liability-fall-track" aria-hidden="true">
              <span
                className={tone ? "share" : value.startsWith("-") ? "less" : "more"}
                style={{ ...tone, "--from": Math.min(from, to), "--length": Math.abs(to - from) } as CSSProperties}
              />
            </span>
            <span className="figures number">
              <Aligned value={value} most={most([row])} plain={stands(part)} />
            </span>
          </li>
        ))}
      </ol>
      <p className={addsUp(row) && isZero(row.difference) ? "office-verdict agrees" : "office-verdict differs"} role="status">
        {t(addsUp(row) && isZero(row.difference) ? "rolled.agrees" : "rolled.differs", { difference: decimal(row.difference) })}
      </p>
    </>
  );
}

interface ByPartnerProps {
  rows: readonly RollForward[];
  total: RollForward;
  chosen: string | null;
}

function ByPartner({ rows, total, chosen }: ByPartnerProps) {
  const { t } = useTranslation("office");
  const shown = PARTS.filter((part) => part !== "currencyEffect" || !isZero(total.currencyEffect));
  const cells = (row: RollForward) =>
    shown.map((part) => (
      <td key={part} className="number figures">
        <Aligned value={counted(row, part)} most={most([...rows, total])} plain={stands(part)} />
      </td>
    ));
  const agrees = togetherMake(rows, total);
  return (
    <>
      <div className="office-table" tabIndex={0} role="group" aria-label={t("rolled.byPartner")}>
        <table>
          <caption className="unseen">{t("rolled.byPartner")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("liability.sponsor")}</th>
              {shown.map((part) => (
                <th key={part} scope="col" className="number">
                  {t(`rolled.parts.${part}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.sponsor?.id} className={row.sponsor?.id === chosen ? "chosen" : undefined}>
                <th scope="row">{row.sponsor && <PartnerName partner={row.sponsor} />}</th>
                {cells(row)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("liability.all")}</th>
              {cells(total)}
            </tr>
          </tfoot>
        </table>
      </div>
      <p className={agrees ? "office-verdict agrees" : "office-verdict differs"}>{t(agrees ? "rolled.together" : "rolled.apart")}</p>
    </>
  );
}
