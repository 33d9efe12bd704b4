/** Days that must not be missed: a partner leaves, or the programme ends. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { lastMoment } from "../../../shared/formats";
import { useFormats } from "../../../shared/formatting";
import { type Notice, Notices } from "./documents";

export function Leaving() {
  const [{ data }] = useQuery({ query: Notices });
  return data?.myNotices.map((notice) => <Told key={notice.partner?.slug ?? notice.kind} notice={notice} />);
}

function Told({ notice }: { notice: Notice }) {
  const { t } = useTranslation("me");
  const { day } = useFormats();
  const days = { earning: day(lastMoment(notice.earningUntil)), spending: day(lastMoment(notice.spendingUntil)) };
  return (
    <div className="me-notice">
      <p className="me-notice-heading">
        {notice.partner ? t("notices.PARTNER_LEAVES", { partner: notice.partner.name }) : t("notices.PROGRAMME_ENDS")}
      </p>
      <p>{t("notices.days", days)}</p>
    </div>
  );
}
