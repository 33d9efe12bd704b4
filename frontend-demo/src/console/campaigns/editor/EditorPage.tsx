/** Writing a campaign: each part in a sentence and in inputs; what is typed is kept in this browser until it is saved. */

import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { Notice } from "../../../shared/chrome";
import { may, useSession } from "../../../shared/session";
import { Failed, WaitingSheet } from "../../../shared/states";
import { CampaignOf, Choices, type ChoicesFound, type Whole } from "../documents";
import { useHouse, useOwn } from "../house";
import { beginningOf, dayAt, plusDays } from "../terms/days";
import { namesIn, termsOf } from "../terms/reading";
import { blank } from "../terms/terms";
import { Editor } from "./Editor";
import { type Kept, recall } from "./kept";

export function EditorPage({ id = null }: { id?: string | null }) {
  const { t } = useTranslation("campaigns");
  const session = useSession();
  const own = useOwn();
  const [{ data: choices, error }, again] = useQuery({ query: Choices });
  const [{ data: found, error: lost }] = useQuery({ query: CampaignOf, variables: { id: id ?? "" }, pause: id === null, requestPolicy: "network-only" });
  const campaign = found?.campaign ?? null;
  if (error || lost) return <Failed again={() => again({ requestPolicy: "network-only" })} />;
  if (!choices || (id !== null && !found)) return <WaitingSheet />;
  if (!own || !may(session, "campaigns:write") || (id !== null && campaign?.owner.id !== own.id)) {
    return (
      <Notice heading={t("editor.notYours")}>
        <p>{t("editor.notYoursText")}</p>
        <Link href="/campaigns">{t("missing.back")}</Link>
      </Notice>
    );
  }
  return <Recalled partner={own.id} campaign={campaign} choices={choices} />;
}

interface Props {
  partner: string;
  campaign: Whole | null;
  choices: ChoicesFound;
}

/** What was typed here before and not saved comes first. */
function Recalled({ partner, campaign, choices }: Props) {
  const { serverTime, coalition } = useHouse();
  const [kept, setKept] = useState<Kept | null | undefined>(undefined);
  useEffect(() => {
    void recall(partner, campaign?.id ?? null).then(setKept);
  }, [partner, campaign?.id]);
  const saved = useMemo(() => {
    const tomorrow = beginningOf(plusDays(dayAt(serverTime, coalition.timeZone), 1), coalition.timeZone);
    return campaign ? termsOf(campaign) : blank(partner, tomorrow);
  }, [campaign, partner, serverTime, coalition.timeZone]);
  const names = useMemo(() => {
    const all = [...choices.partners.nodes, ...choices.segments.nodes].map(({ id, name }) => [id, name] as const);
    return new Map([...all, ...(campaign ? namesIn(campaign) : [])]);
  }, [choices, campaign]);
  if (kept === undefined) return <WaitingSheet />;
  return <Editor partner={partner} campaign={campaign} choices={choices} saved={saved} kept={kept} names={names} />;
}
