/** What another partner has drafted and this one is asked to pay a part of. */

import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useFormats } from "../../../../shared/formatting";
import { pageOf } from "../../../../shared/i18n";
import { PartnerName } from "../../../../shared/partner";
import { WaitingSheet } from "../../../../shared/states";
import { useHeading } from "../../parts";
import type { Agreement } from "../documents";

// The words for what is promised are those of the campaigns' and the rewards' own pages.
const CampaignTerms = pageOf("campaigns", () => import("./CampaignTerms"));
const SharedTerms = pageOf("rewards", () => import("./SharedTerms"));

interface Props {
  one: Agreement;
  /** Whether somebody chose it, rather than it being the first. */
  named: boolean;
  own: string | null;
  currency: string;
  onDone: () => void;
}

export function AgreementPane({ one, named, own, currency, onDone }: Props) {
  const { t } = useTranslation("work");
  const { dateTime } = useFormats();
  const heading = useHeading(named);
  const Terms = one.kind === "CAMPAIGN" ? CampaignTerms : SharedTerms;
  return (
    <article className="work-sheet" aria-labelledby="approval">
      <Link href="/tasks/approvals" className="work-back">
        {t("approvals.back")}
      </Link>
      <header>
        <h2 id="approval" ref={heading} tabIndex={-1}>
          {t(`agreements.kinds.${one.kind}`)}
        </h2>
        <p className="approval-about">
          <PartnerName partner={one.owner} />
          <strong>{one.name}</strong>
        </p>
        <p className="work-quiet">{t("agreements.drafted", { partner: one.owner.name, when: dateTime(one.askedAt) })}</p>
      </header>
      <Suspense fallback={<WaitingSheet lines={6} />}>
        <Terms one={one} own={own} currency={currency} onDone={onDone} />
      </Suspense>
    </article>
  );
}
