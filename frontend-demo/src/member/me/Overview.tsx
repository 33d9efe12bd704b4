/** Who one is here, and the way to everything about it; language, theme, and the way out. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { useFormats } from "../../shared/formatting";
import { SignOut } from "../../shared/leaving";
import { Answered } from "./Answered";
import { MyProfile, type Profile, Unread } from "./documents";
import { ENTRIES, type EntryName } from "./entries";
import { Languages } from "./Languages";
import { Themes } from "./Themes";

export function Overview() {
  const question = useQuery({ query: MyProfile });
  return <Answered question={question}>{({ myProfile }) => <Shown profile={myProfile} />}</Answered>;
}

function Shown({ profile }: { profile: Profile }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const [{ data }] = useQuery({ query: Unread, requestPolicy: "cache-and-network" });
  const unread = data?.myMessagesUnread ?? 0;
  return (
    <div className="me">
      <h1>{profile.name ?? profile.email ?? t("overview.heading")}</h1>
      <p className="me-lead">
        {t("overview.since", { day: day(profile.joinedAt), partner: profile.joinedThrough.name })}
      </p>
      <nav aria-label={t("overview.heading")}>
        <ul className="me-entries">
          {ENTRIES.map(({ name, at }) => (
            <Entry key={name} name={name} at={at} count={name === "messages" ? unread : 0} />
          ))}
        </ul>
      </nav>
      <section className="me-settings" aria-labelledby="settings-label">
        <h2 id="settings-label">{t("overview.settings")}</h2>
        <Languages profile={profile} />
        <Themes />
        <p className="me-doors">
          <a href="/account">{t("overview.signIns")}</a>
          <SignOut />
        </p>
      </section>
    </div>
  );
}

function Entry({ name, at, count }: { name: EntryName; at: string; count: number }) {
  const { t } = useTranslation("me");
  return (
    <li>
      <Link href={at} className="me-entry">
        <span>
          <span className="me-entry-name">{t(`${name}.title`)}</span>
          <span className="me-entry-about">{count > 0 ? t("messages.unread", { count }) : t(`${name}.about`)}</span>
        </span>
        {count > 0 && <span className="me-unread" aria-hidden="true" />}
        <svg className="me-onward" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M9.500 5.500L16 12l-6.500 6.500" />
        </svg>
      </Link>
    </li>
  );
}
