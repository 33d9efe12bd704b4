/** Files and notes that were laid before both sides; a file is fetched when somebody wants it. */

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";

import { useFormats } from "../../../shared/formatting";
import { PartnerName } from "../../../shared/partner";
import { type Evidence, EvidenceContent } from "./documents";
import { bytesOf, handOver } from "./files";

export function EvidenceList({ of }: { of: readonly Evidence[] }) {
  const { t } = useTranslation("work");
  return (
    <section>
      <h2>{t("disputes.evidence")}</h2>
      {of.length === 0 && <p className="work-quiet">{t("disputes.noEvidence")}</p>}
      <ul className="evidence">
        {of.map((one) => (
          <li key={one.id}>
            <OneOf one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneOf({ one }: { one: Evidence }) {
  const { t } = useTranslation("work");
  const { points, dateTime } = useFormats();
  const client = useClient();
  const [failed, setFailed] = useState(false);
  const fetchIt = async () => {
    const { data } = await client.query(EvidenceContent, { id: one.id }).toPromise();
    const content = data?.disputeEvidenceContent;
    setFailed(!content);
    if (content) handOver(one.name, bytesOf(content));
  };
  return (
    <>
      <p>
        <strong>{one.name}</strong>{" "}
        <span className="work-quiet">
          {one.partner ? <PartnerName partner={one.partner} /> : t("disputes.coalition")} · {dateTime(one.addedAt)}
        </span>
      </p>
      {one.words !== null ? (
        <blockquote>{one.words}</blockquote>
      ) : (
        <button type="button" className="quiet-action" onClick={() => void fetchIt()}>
          {t("disputes.download", { size: points(BigInt(Math.ceil(one.size / 1024))) })}
        </button>
      )}
      {failed && <p role="alert">{t("disputes.downloadFailed")}</p>}
    </>
  );
}
