/** How old the figures are, only while they may be old; the room for it is always there. */

import { useTranslation } from "react-i18next";

import { LineState } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";

export function Standing({ asOf }: { asOf: string | null }) {
  const { t } = useTranslation("member");
  const { dayKey, time, dateTime } = useFormats();
  if (asOf === null) return <LineState />;
  const today = dayKey(asOf) === dayKey(new Date());
  return (
    <p className="line-state standing" role="status">
      <span className="line-pulse" aria-hidden="true" />
      {t("offline.asOf", { at: today ? time(asOf) : dateTime(asOf) })}
    </p>
  );
}
