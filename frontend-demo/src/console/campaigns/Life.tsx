/** Where a campaign stands, who has to agree, and what may be done with it by whoever looks. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { Refusals, useAct } from "../../shared/acts";
import { Dialog } from "../../shared/dialog";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { may, useSession } from "../../shared/session";
import { Agree, BacktestShares, Steps, type Stepped, type Whole } from "./documents";
import { useOwn } from "./house";

type Step = keyof typeof Steps;
const MAY_FOLLOW: Record<Whole["state"], readonly Step[]> = {
  DRAFT: ["publish", "end"],
  LIVE: ["pause", "end"],
  PAUSED: ["resume", "end"],
  ENDED: [],
};

export function Life({ campaign, again }: { campaign: Whole; again: () => void }) {
  const { t } = useTranslation("campaigns");
  const session = useSession();
  const own = useOwn();
  const mine = own?.id === campaign.owner.id;
  const [asked, setAsked] = useState<Step | null>(null);
  const steps = mine && may(session, "campaigns:publish") ? MAY_FOLLOW[campaign.state] : [];
  const waiting = campaign.state === "DRAFT" && campaign.awaiting.length > 0;
  return (
    <section aria-labelledby="life-label">
      <h2 id="life-label">{t("life.label")}</h2>
      <p className="life-told">{t(`life.${waiting ? "WAITING" : campaign.state}`)}</p>
      <Sponsors campaign={campaign} />
      {campaign.state === "DRAFT" && campaign.awaiting.some(({ id }) => id === own?.id) && may(session, "campaigns:publish") && (
        <AgreeTo campaign={campaign} again={again} />
      )}
      <div className="life-steps">
        {mine && may(session, "campaigns:write") && campaign.state !== "ENDED" && (
          <Link href={`/campaigns/${campaign.id}/edit`} className="quiet-action">
            {t(campaign.state === "DRAFT" ? "life.edit" : "life.nextVersion")}
          </Link>
        )}
        {steps.map((step) => (
          <button
            key={step}
            type="button"
            className={step === "publish" || step === "resume" ? "action" : "quiet-action"}
            disabled={step === "publish" && waiting}
            onClick={() => setAsked(step)}
          >
            {t(`life.steps.${step}`)}
          </button>
        ))}
      </div>
      {asked && <Confirm campaign={campaign} step={asked} close={() => setAsked(null)} again={again} />}
    </section>
  );
}

function Sponsors({ campaign }: { campaign: Whole }) {
  const { t } = useTranslation("campaigns");
  const awaited = new Set(campaign.awaiting.map(({ id }) => id));
  return (
    <ul className="life-sponsors">
      {campaign.sponsors.map(({ partner }) => (
        <li key={partner.id}>
          <PartnerName partner={partner} />
          <span className={awaited.has(partner.id) ? "life-waits" : "life-agreed"}>
            {t(partner.id === campaign.owner.id ? "life.owner" : awaited.has(partner.id) ? "life.awaits" : "life.agreed")}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A sponsor reads what the campaign would have cost it, and agrees to exactly these terms. */
function AgreeTo({ campaign, again }: { campaign: Whole; again: () => void }) {
  const { t } = useTranslation("campaigns");
  const { points, decimal, day } = useFormats();
  const [{ data }] = useQuery({ query: BacktestShares, variables: { id: campaign.id } });
  const { run, busy, refusals } = useAct(Agree, ({ done }: Stepped) => done.userErrors);
  const share = data?.campaignBacktestShares.find(({ fingerprint }) => fingerprint === campaign.fingerprint);
  const agree = async () => {
    if (await run(() => ({ campaign: campaign.id, fingerprint: campaign.fingerprint }))) again();
  };
  return (
    <div className="life-agree">
      <p>{t("agree.text")}</p>
      {share && (
        <p>
          {t("agree.share", {
            from: day(share.since),
            until: day(share.until),
            points: points(share.points),
            benefits: decimal(share.benefits, 2),
            price: share.price === null ? t("agree.noPrice") : decimal(share.price, 4),
          })}
        </p>
      )}
      <p className="life-fingerprint">
        {t("agree.fingerprint")} <code>{campaign.fingerprint.slice(0, 12)}</code>
      </p>
      <Refusals of={refusals} />
      <button type="button" className="action" disabled={busy} onClick={() => void agree()}>
        {t("agree.agree")}
      </button>
    </div>
  );
}

interface ConfirmProps {
  campaign: Whole;
  step: Step;
  close: () => void;
  again: () => void;
}

function Confirm({ campaign, step, close, again }: ConfirmProps) {
  const { t } = useTranslation("campaigns");
  const { t: common } = useTranslation("common");
  const { run, busy, refusals } = useAct(Steps[step], ({ done }: Stepped) => done.userErrors);
  const go = async () => {
    if (!(await run(() => ({ campaign: campaign.id })))) return;
    again();
    close();
  };
  return (
    <Dialog
      heading={t(`life.ask.${step}`, { name: campaign.name })}
      onClose={close}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={close}>
            {common("cancel")}
          </button>
          <button type="button" className="action" disabled={busy} onClick={() => void go()}>
            {t(`life.steps.${step}`)}
          </button>
        </>
      }
    >
      <p>{t(`life.happens.${step}`)}</p>
      <Refusals of={refusals} />
    </Dialog>
  );
}
