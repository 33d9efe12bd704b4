/** What is in hand: vouchers to show at a till, what redeemed rewards wait for, and certificates that come by themselves. */

import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Bone } from "../../shared/chrome";
import { useFormats } from "../../shared/formatting";
import { lastMoment } from "../../shared/formats";
import { PartnerName, toneOf } from "../../shared/partner";
import { Empty, Failed } from "../../shared/states";
import { type Pages, usePages } from "../../shared/usePages";
import { useHeld } from "../walletContext";
import { Certificates, useCertificates } from "./Certificates";
import type { Voucher } from "./documents";
import { MyVouchers } from "./voucherDocuments";
import { addressOf } from "./VoucherPage";
import { Underway, useUnderway } from "./Underway";
import "./vouchers.css";
import { useWords } from "./words";

export function VouchersPage() {
  const { t } = useTranslation("rewards");
  const open = useSteady(useVouchers(true));
  const underway = useUnderway();
  const certificates = useCertificates();
  const waiting = (open.state === "loading" && open.rows.length === 0) || underway.waiting || certificates.waiting;
  return (
    <>
      <h1>{t("parts.vouchers")}</h1>
      {waiting ? (
        <WaitingVouchers />
      ) : (
        <>
          <InHand pages={open} />
          <Underway {...underway} />
          <Certificates {...certificates} />
          <Past />
        </>
      )}
    </>
  );
}

/** The list as it was, while it is read anew: what is looked at does not go away. */
function useSteady<T>(pages: Pages<T>): Pages<T> {
  const last = useRef(pages);
  if (pages.state === "ready" || pages.rows.length > 0) last.current = pages;
  return pages.state === "loading" ? last.current : pages;
}

/** Read anew whenever the wallet changed: a voucher may have been used at a till just now. */
function useVouchers(onlyOpen: boolean): Pages<Voucher> {
  const { version } = useHeld().known.wallet;
  const variables = (after: string | null) => ({ onlyOpen, after });
  return usePages(MyVouchers, variables, (data) => data.myVouchers, `${onlyOpen} ${version}`, "network-only");
}

function InHand({ pages }: { pages: Pages<Voucher> }) {
  const { t } = useTranslation("rewards");
  if (pages.state === "failed" && pages.rows.length === 0) return <Failed again={pages.more} />;
  if (pages.rows.length === 0) {
    return (
      <Empty heading={t("vouchers.none")}>
        <p>
          <Link href="/rewards">{t("vouchers.toRewards")}</Link>
        </p>
      </Empty>
    );
  }
  return (
    <section className="vouchers" aria-label={t("vouchers.inHand")}>
      <Listed pages={pages} />
    </section>
  );
}

function Listed({ pages }: { pages: Pages<Voucher> }) {
  const { t } = useTranslation("common");
  return (
    <>
      <ul className="voucher-list">
        {pages.rows.map((voucher) => (
          <Slip key={voucher.id ?? voucher.code} voucher={voucher} />
        ))}
      </ul>
      {!pages.whole && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("more")}
        </button>
      )}
    </>
  );
}

function Slip({ voucher }: { voucher: Voucher }) {
  const words = useWords();
  return (
    <li className="voucher-slip toned" style={toneOf(voucher.owner.hue)}>
      <Link href={addressOf(voucher)} className="voucher-link">
        <span className="voucher-takes">{words.takes(voucher)}</span>
        <span className="voucher-name">{voucher.name}</span>
        <span className="voucher-where">
          {voucher.partners.map((partner) => (
            <PartnerName key={partner.slug} partner={partner} />
          ))}
        </span>
        <Term voucher={voucher} />
      </Link>
    </li>
  );
}

/** Until when, or what became of it. */
export function Term({ voucher }: { voucher: Voucher }) {
  const { t } = useTranslation("rewards");
  const { longDay, day } = useFormats();
  const { now } = useHeld().known;
  const over = voucher.expiresAt !== null && voucher.expiresAt <= now;
  if (voucher.state !== "OPEN") return <span className="voucher-term">{t(`voucher.states.${voucher.state}`)}</span>;
  if (over) return <span className="voucher-term">{t("voucher.states.EXPIRED")}</span>;
  if (voucher.paused) return <span className="voucher-term">{t("voucher.paused")}</span>;
  if (voucher.expiresAt === null) return <span className="voucher-term">{t("voucher.always")}</span>;
  const last = lastMoment(voucher.expiresAt);
  const near = last.getTime() - Date.parse(now) < WEEK_MS;
  return <span className={near ? "voucher-term soon" : "voucher-term"}>{t("until", { day: near ? longDay(last) : day(last) })}</span>;
}

const WEEK_MS = 7 * 86_400_000;

/** Used and over: read when somebody asks. */
function Past() {
  const { t } = useTranslation("rewards");
  const [open, setOpen] = useState(false);
  return (
    <details className="vouchers-past" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t("vouchers.past")}</summary>
      {open && <PastOnes />}
    </details>
  );
}

function PastOnes() {
  const { t } = useTranslation("rewards");
  const { now } = useHeld().known;
  const pages = useVouchers(false);
  const over = ({ state, expiresAt }: Voucher) => state !== "OPEN" || (expiresAt !== null && expiresAt <= now);
  const rows = pages.rows.filter(over);
  if (pages.state === "failed") return <p role="alert">{t("vouchers.failed")}</p>;
  if (pages.state === "ready" && pages.whole && rows.length === 0) return <p className="reward-note">{t("vouchers.noPast")}</p>;
  return <Listed pages={{ ...pages, rows }} />;
}

function WaitingVouchers() {
  return (
    <ul className="voucher-list" aria-busy="true">
      {[0, 1].map((place) => (
        <li key={place} className="voucher-slip">
          <div className="voucher-link">
            <Bone width="7rem" />
            <Bone width="12rem" />
            <Bone width="9rem" />
            <Bone width="8rem" />
          </div>
        </li>
      ))}
    </ul>
  );
}
