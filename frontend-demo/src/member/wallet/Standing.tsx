/** How old the figures are that were kept, by the clock of whoever looks at them. */

import { useTranslation } from "react-i18next";

import { formats } from "../../shared/formats";

export function Standing({ asOf }: { asOf: string }) {
  const { t, i18n } = useTranslation("member");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { dayKey, time, dateTime } = formats(i18n.language, here);
  const today = dayKey(asOf) === dayKey(new Date());
  return (
    <p className="line-state standing" role="status">
      <span className="line-pulse" aria-hidden="true" />
      {t("offline.asOf", { at: today ? time(asOf) : dateTime(asOf) })}
    </p>
  );
}
