/** Inviting a friend: the code and its link, how far those who were invited are, and by whose invitation one came. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { QrCode } from "../../../shared/codes/Codes";
import { useFormats } from "../../../shared/formatting";
import { Empty } from "../../../shared/states";
import { Answered } from "../Answered";
import { Section } from "../Section";
import { MyReferral, type Referral } from "./documents";
import { Share } from "./Share";
import { grouped } from "./sharing";
import { TellCode } from "./TellCode";

export function FriendsPage() {
  const { t, i18n } = useTranslation("me");
  const question = useQuery({
    query: MyReferral,
    variables: { language: i18n.language },
    requestPolicy: "cache-and-network",
  });
  return (
    <Section title={t("friends.title")} back={{ to: "/me", label: t("overview.heading") }}>
      <Answered question={question}>
        {({ myReferral }) =>
          myReferral ? (
            <Shown referral={myReferral} />
          ) : (
            <Empty heading={t("friends.none")}>
              <p>{t("friends.noneYet")}</p>
            </Empty>
          )
        }
      </Answered>
    </Section>
  );
}

const COUNTED = ["invited", "joined", "qualified", "rewarded", "notCounted"] as const;

function Shown({ referral }: { referral: Referral }) {
  const { t } = useTranslation("me");
  const shown = COUNTED.filter((name) => name !== "notCounted" || referral.notCounted > 0);
  return (
    <>
      <p className="me-lead">{referral.invitation?.text ?? t("friends.lead")}</p>
      <section className="me-code" aria-label={t("friends.code")}>
        <QrCode value={referral.link} label={t("friends.qr")} />
        <div>
          <p className="me-code-label">{t("friends.code")}</p>
          <p className="me-code-figure figures">{grouped(referral.code)}</p>
          <Share referral={referral} />
        </div>
      </section>
      <section aria-labelledby="brought-label">
        <h2 id="brought-label">{t("friends.brought")}</h2>
        <dl className="me-counts">
          {shown.map((name) => (
            <div key={name}>
              <dt>{t(`friends.counts.${name}`)}</dt>
              <dd className="figures">{referral[name]}</dd>
            </div>
          ))}
        </dl>
        <p className="me-hint">{t("friends.private")}</p>
      </section>
      {referral.asFriend ? <AsFriend friend={referral.asFriend} /> : <TellCode />}
    </>
  );
}

function AsFriend({ friend }: { friend: NonNullable<Referral["asFriend"]> }) {
  const { t } = useTranslation("me");
  const { day, money } = useFormats();
  const said = friend.rewarded
    ? t("friends.asFriend.rewarded")
    : friend.counts
      ? t("friends.asFriend.buy", { least: money(friend.least), day: day(friend.buyBy) })
      : t("friends.asFriend.over");
  return (
    <section aria-labelledby="friend-label">
      <h2 id="friend-label">{t("friends.asFriend.heading")}</h2>
      <p>{said}</p>
    </section>
  );
}
