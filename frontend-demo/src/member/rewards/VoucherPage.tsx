/** One voucher, to be shown at a till. */

import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { Empty, Failed, WaitingSheet } from "../../shared/states";
import { usePages } from "../../shared/usePages";
import { useHeld } from "../walletContext";
import { Code } from "./Code";
import type { Voucher } from "./documents";
import { MyVouchers } from "./voucherDocuments";
import { Term } from "./VouchersPage";
import "./vouchers.css";
import { useWords } from "./words";

const named = ({ id, code }: Voucher) => id ?? code ?? "";

export const addressOf = (voucher: Voucher) => `/rewards/vouchers/${encodeURIComponent(named(voucher))}`;

export function VoucherPage({ name }: { name: string }) {
  const { t } = useTranslation("rewards");
  const { version } = useHeld().known.wallet;
  const variables = (after: string | null) => ({ onlyOpen: false, after });
  const pages = usePages(MyVouchers, variables, (data) => data.myVouchers, `all ${version}`, "network-only");
  const wanted = decodeURIComponent(name);
  const voucher = pages.rows.find((one) => named(one) === wanted);
  const readOn = !voucher && pages.state === "ready" && !pages.whole;
  useEffect(() => {
    if (readOn) pages.more();
  }, [readOn, pages.more]);
  if (pages.state === "failed") return <Failed again={pages.more} />;
  if (!voucher && (readOn || pages.state === "loading")) return <WaitingSheet />;
  return (
    <article className="voucher">
      <p className="rewards-back">
        <Link href="/rewards/vouchers">{t("voucher.back")}</Link>
      </p>
      {voucher ? (
        <Shown voucher={voucher} />
      ) : (
        <>
          <h1>{t("parts.vouchers")}</h1>
          <Empty heading={t("voucher.gone")} />
        </>
      )}
    </article>
  );
}

function Shown({ voucher }: { voucher: Voucher }) {
  const { t } = useTranslation("rewards");
  const { money, day } = useFormats();
  const words = useWords();
  const usable = voucher.state === "OPEN";
  return (
    <>
      <h1>{words.takes(voucher)}</h1>
      <p className="voucher-name">{voucher.name}</p>
      {usable && <Code voucher={voucher} />}
      {usable && <p className="got-note">{t("got.vouchers")}</p>}
      <dl className="reward-facts">
        <div>
          <dt>{t("facts.where")}</dt>
          <dd className="voucher-where">
            {voucher.partners.map((partner) => (
              <PartnerName key={partner.slug} partner={partner} />
            ))}
          </dd>
        </div>
        <div>
          <dt>{t("facts.end")}</dt>
          <dd>
            <Term voucher={voucher} />
          </dd>
        </div>
        {/[1-9]/.test(voucher.least.amount) && (
          <div>
            <dt>{t("voucher.least")}</dt>
            <dd>{t("voucher.from", { money: money(voucher.least) })}</dd>
          </div>
        )}
        {voucher.uses > 1 && (
          <div>
            <dt>{t("voucher.uses")}</dt>
            <dd>{t("voucher.usesLeft", { count: voucher.uses - voucher.used })}</dd>
          </div>
        )}
        <div>
          <dt>{t("voucher.source")}</dt>
          <dd>
            {t(`voucher.sources.${voucher.source}`)}
            {voucher.issuedAt !== null && `, ${day(voucher.issuedAt)}`}
          </dd>
        </div>
      </dl>
    </>
  );
}
