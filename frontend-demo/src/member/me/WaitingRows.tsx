/** The shape of a list that is on its way. */

import { useTranslation } from "react-i18next";

import { Bone } from "../../shared/chrome";

export function WaitingRows({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation("common");
  return (
    <div className="me-waiting" aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <p key={row}>
          <Bone width="60%" />
          <Bone width="30%" height="0.75em" />
        </p>
      ))}
      <p className="unseen" role="status">
        {t("loading")}
      </p>
    </div>
  );
}
