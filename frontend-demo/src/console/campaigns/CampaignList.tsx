/** The campaigns somebody owns, pays for, earns under or is asked to agree to. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useSearchParams } from "wouter";

import { Bone } from "../../shared/chrome";
import { lastMoment } from "../../shared/formats";
import { useFormats } from "../../shared/formatting";
import { Dot, PartnerName } from "../../shared/partner";
import { Empty, Failed } from "../../shared/states";
import { BudgetUsed, type CampaignRow } from "./documents";
import { asks, type Gathered, gather, meant, type Standing, STANDINGS, stands } from "./gathered";
import { useHouse, useOwn } from "./house";
import { useCampaigns } from "./useCampaigns";

export function CampaignList() {
  const { t } = useTranslation("campaigns");
  const own = useOwn();
  const [search, setSearch] = useSearchParams();
  const pages = useCampaigns();
  const words = search.get("q") ?? "";
  const standing = STANDINGS.find((one) => one === search.get("state")) ?? null;
  const all = useMemo(() => gather(pages.rows), [pages.rows]);
  const found = meant(all, words, (kind) => t(`kinds.${kind as CampaignRow["kind"]}`));
  const shown = standing ? found.filter((one) => stands(one, standing, own)) : found;
  const put = (name: string, value: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value) after.set(name, value);
      else after.delete(name);
      return after;
    }, { replace: true });
  if (pages.state === "failed") return <Failed again={pages.again} />;
  return (
    <>
      <div className="campaigns-tools">
        <input
          type="search"
          className="input"
          aria-label={t("list.filter")}
          placeholder={t("list.example")}
          value={words}
          onChange={(event) => put("q", event.target.value)}
        />
        <div className="campaigns-states" role="group" aria-label={t("list.states")}>
          <StateChoice label={t("list.all")} count={found.length} chosen={standing === null} choose={() => put("state", "")} />
          {STANDINGS.map((one) => {
            const count = found.filter((campaign) => stands(campaign, one, own)).length;
            if (one === "asked" && count === 0) return null;
            return <StateChoice key={one} label={t(`states.${one}`)} count={count} chosen={standing === one} choose={() => put("state", one)} />;
          })}
        </div>
      </div>
      {pages.state === "loading" && shown.length === 0 ? <WaitingRows /> : <Rows campaigns={shown} standing={standing} />}
    </>
  );
}

interface StateChoiceProps {
  label: string;
  count: number;
  chosen: boolean;
  choose: () => void;
}

const StateChoice = ({ label, count, chosen, choose }: StateChoiceProps) => (
  <button type="button" aria-pressed={chosen} onClick={choose}>
    {label} <span className="figures">{count}</span>
  </button>
);

function WaitingRows() {
  return (
    <div className="campaigns-rows" aria-busy="true">
      {Array.from({ length: 8 }, (_, row) => (
        <Bone key={row} width="100%" height="4.5rem" />
      ))}
    </div>
  );
}

function Rows({ campaigns, standing }: { campaigns: readonly Gathered[]; standing: Standing | null }) {
  const { t } = useTranslation("campaigns");
  if (campaigns.length === 0) {
    return (
      <Empty heading={t(standing ? "list.noneSo" : "list.none")}>
        <p>{t("list.noneText")}</p>
      </Empty>
    );
  }
  return (
    <ul className="campaigns-rows">
      {campaigns.map((campaign) => (
        <CampaignLine key={campaign.id} campaign={campaign} />
      ))}
    </ul>
  );
}

function CampaignLine({ campaign }: { campaign: Gathered }) {
  const { t } = useTranslation("campaigns");
  const own = useOwn();
  const { latest, live } = campaign;
  const funders = latest.sponsors.map(({ partner }) => partner);
  return (
    <li className="campaigns-row">
      <div className="campaigns-name">
        <Link href={`/campaigns/${campaign.id}`}>{latest.name}</Link>
        <span>{t(`kinds.${latest.kind}`)}</span>
      </div>
      <div className="campaigns-who">
        <PartnerName partner={latest.owner} />
        {(funders.length > 1 || funders[0]?.id !== latest.owner.id) && (
          <span className="campaigns-funders">
            {t("list.paidBy")}
            {funders.map((partner) => (
              <span key={partner.id}>
                <Dot partner={partner} />
                <span className="unseen">{partner.name} </span>
              </span>
            ))}
          </span>
        )}
      </div>
      <Period row={latest} />
      <BudgetOf row={live ?? latest} />
      <p className="campaigns-state">
        {asks(campaign, own) ? (
          <span className="campaign-mark asked">{t("states.asked")}</span>
        ) : (
          <span className={`campaign-mark ${(live ?? latest).state}`}>{t(`states.${(live ?? latest).state}`)}</span>
        )}
        {live && live !== latest && <span className="campaigns-next">{t("list.nextDraft", { version: latest.version })}</span>}
      </p>
    </li>
  );
}

function Period({ row }: { row: CampaignRow }) {
  const { t } = useTranslation("campaigns");
  const { day } = useFormats();
  return (
    <p className="campaigns-period figures">
      {row.endsAt === null
        ? t("list.since", { day: day(row.startsAt) })
        : t("list.period", { from: day(row.startsAt), until: day(lastMoment(row.endsAt)) })}
    </p>
  );
}

/** How much of a budget is used; asked for by campaign, since figures are counted until this moment. */
function BudgetOf({ row }: { row: CampaignRow }) {
  const { t } = useTranslation("campaigns");
  const { percent, points, money } = useFormats();
  const own = useOwn();
  const { viewer } = useHouse();
  const mine = viewer.audience === "COALITION" || row.owner.id === own?.id || row.sponsors.some(({ partner }) => partner.id === own?.id);
  const [{ data }] = useQuery({ query: BudgetUsed, variables: { id: row.id }, pause: !row.budget || !mine || row.state === "DRAFT" });
  if (!row.budget) return <span className="campaigns-budget" />;
  const whole = row.budget.points !== null ? t("list.pointsOf", { points: points(row.budget.points) }) : row.budget.money ? money(row.budget.money) : "";
  const budget = data?.campaignResults.budget;
  const part = budget && Number(budget.whole) > 0 ? Math.min(1, Number(budget.used) / Number(budget.whole)) : 0;
  return (
    <div className="campaigns-budget">
      <span className="campaigns-meter" aria-hidden="true">
        <span style={{ inlineSize: `${part * 100}%` }} />
      </span>
      <span className="figures">{t("list.used", { share: percent(part.toFixed(2)), whole })}</span>
    </div>
  );
}
