/** How old the figures are that were kept. */

import { useTranslation } from "react-i18next";

import { useFormats } from "../../shared/formatting";

export function Standing({ asOf }: { asOf: string }) {
  const { t } = useTranslation("member");
  const { dayKey, time, dateTime } = useFormats();
  const today = dayKey(asOf) === dayKey(new Date());
  return (
    <p className="line-state standing" role="status">
      <span className="line-pulse" aria-hidden="true" />
      {t("offline.asOf", { at: today ? time(asOf) : dateTime(asOf) })}
    </p>
  );
}
