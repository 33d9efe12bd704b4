/** The terms of a campaign, in the sentences of its own page, beside the version that is live. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { useFormats } from "../../../../shared/formatting";
import { Failed, WaitingSheet } from "../../../../shared/states";
import { CampaignOf, VersionOf, type Whole } from "../../../campaigns/documents";
import { namesIn, termsOf } from "../../../campaigns/terms/reading";
import { PARTS, told } from "../../../campaigns/terms/sentences";
import type { Speaker } from "../../../campaigns/terms/wording";
import type { Agreement } from "../documents";
import { Agreeing } from "./Agreeing";
import { TermsShown, Unread } from "./TermsShown";
import { type Part, share } from "./told";

interface Props {
  one: Agreement;
  own: string | null;
  currency: string;
  onDone: () => void;
}

export default function CampaignTerms({ one, own, currency, onDone }: Props) {
  const { t } = useTranslation("work");
  const [{ data, error }, read] = useQuery({ query: CampaignOf, variables: { id: one.subject }, requestPolicy: "cache-and-network" });
  const lived = data?.campaignVersions.find(({ version, liveFrom }) => liveFrom !== null && version !== data.campaign?.version);
  const [former] = useQuery({ query: VersionOf, variables: { id: one.subject, version: lived?.version ?? 0 }, pause: !lived });
  const now = data?.campaign ?? null;
  const before = lived ? (former.data?.campaign ?? null) : null;
  const formats = useFormats();
  const parts = useParts(now, currency);
  const was = useParts(before, currency);
  const again = () => read({ requestPolicy: "network-only" });
  if (!data || (lived && !before)) return error || former.error ? <Failed again={again} /> : <WaitingSheet lines={6} />;
  if (!now) return <Unread />;
  const mine = now.sponsors.find(({ partner }) => partner.id === own);
  const bears = mine ? t("agreements.own.share", { share: share({ formats }, mine.share) }) : null;
  return (
    <>
      <TermsShown shown={{ fingerprint: now.fingerprint, parts: parts ?? [], before: was, own: bears }} />
      <Link href={`/campaigns/${one.subject}`}>{t("agreements.page")}</Link>
      <Agreeing one={one} fingerprint={now.fingerprint} own={bears} again={again} onDone={onDone} />
    </>
  );
}

function useParts(campaign: Whole | null, currency: string): Part[] | null {
  const { t, i18n } = useTranslation("campaigns");
  const formats = useFormats();
  return useMemo(() => {
    if (!campaign) return null;
    const speaker: Speaker = { t, formats, language: i18n.language, currency, names: namesIn(campaign) };
    const said = told(termsOf(campaign), speaker);
    return PARTS.map((part) => ({ name: t(`parts.${part}`), says: said[part] }));
  }, [campaign, t, formats, i18n.language, currency]);
}
