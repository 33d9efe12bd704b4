/** What another partner has drafted and this one is asked to pay a part of. */

import { Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "../../../../shared/formatting";
import { pageOf } from "../../../../shared/i18n";
import { PartnerName } from "../../../../shared/partner";
import { WaitingSheet } from "../../../../shared/states";
import type { Agreement } from "../documents";
import { Sheet } from "../Sheet";

// The words for what is promised are those of the campaigns' and the rewards' own pages.
const CampaignTerms = pageOf("campaigns", () => import("./CampaignTerms"));
const SharedTerms = pageOf("rewards", () => import("./SharedTerms"));

interface Props {
  one: Agreement;
  named: boolean;
  own: string | null;
  currency: string;
  onDone: () => void;
}

export function AgreementPane({ one, named, own, currency, onDone }: Props) {
  const { t } = useTranslation("work");
  const { dateTime } = useFormats();
  const Terms = one.kind === "CAMPAIGN" ? CampaignTerms : SharedTerms;
  const about = (
    <>
      <PartnerName partner={one.owner} />
      <strong>{one.name}</strong>
    </>
  );
  const asked = t("agreements.drafted", { partner: one.owner.name, when: dateTime(one.askedAt) });
  return (
    <Sheet heading={t(`agreements.kinds.${one.kind}`)} about={about} asked={asked} named={named}>
      <Suspense fallback={<WaitingSheet lines={6} />}>
        <Terms one={one} own={own} currency={currency} onDone={onDone} />
      </Suspense>
    </Sheet>
  );
}
