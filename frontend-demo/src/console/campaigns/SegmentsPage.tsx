/** The segments that campaigns mean: what must hold of their members, and how many there are. */

import { useTranslation } from "react-i18next";

import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { Empty, Failed } from "../../shared/states";
import { usePages } from "../usePages";
import { Segments } from "./segmentDocuments";
import { useSpeaker } from "./house";
import { segmentTold } from "./terms/segmentWords";

const NOBODY: ReadonlyMap<string, string> = new Map();

export function SegmentsPage() {
  const { t } = useTranslation("campaigns");
  const { t: common } = useTranslation("common");
  const { points, dateTime } = useFormats();
  const speaker = useSpeaker(NOBODY);
  const pages = usePages(Segments, (after) => ({ after }), (data) => data.segments, "segments");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  if (pages.state === "loading" && pages.rows.length === 0) return <Bone width="100%" height="20rem" />;
  if (pages.rows.length === 0) {
    return (
      <Empty heading={t("segments.none")}>
        <p>{t("segments.noneText")}</p>
      </Empty>
    );
  }
  return (
    <>
      <p className="quiet">{t("segments.text")}</p>
      <ul className="segments">
        {pages.rows.map((segment) => (
          <li key={segment.id}>
            <div>
              <h2>{segment.name}</h2>
              <p className="segments-owner">
                {segment.owner ? <PartnerName partner={segment.owner} /> : t("segments.coalition")}
                <span>{segment.refreshedAt ? t("segments.refreshed", { at: dateTime(segment.refreshedAt) }) : t("segments.never")}</span>
              </p>
              <ul className="segments-parts">
                {segment.byList ? <li>{t("segments.byList")}</li> : segment.parts.map((part, at) => <li key={at}>{segmentTold(part, speaker)}</li>)}
              </ul>
            </div>
            <p className="segments-size">
              <span className="figures">{segment.size === null ? t("segments.few") : points(String(segment.size))}</span>
              <span>{t("segments.members")}</span>
            </p>
          </li>
        ))}
      </ul>
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more}>
          {common("more")}
        </button>
      )}
    </>
  );
}
