/** A partner's contract by versions: what is in force, what is drafted, what differs, what it would have cost. */

import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link, useSearchParams } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { useFormats } from "../../../shared/formatting";
import { may, useSession } from "../../../shared/session";
import { Empty, WaitingSheet } from "../../../shared/states";
import { type Contract, ContractsOf, DiffOf, type Firm, type Known, SignDraft, WithdrawDraft } from "./documents";
import { contractAt, firmAt, OF_CONTRACTS } from "./places";
import { Pricing } from "./Pricing";
import { standingOf, termNamed } from "./terms";
import { KNOWN_TERMS, TermsTable } from "./TermsTable";

export function ContractPage({ firm, known }: { firm: Firm; known: Known }) {
  const { t } = useTranslation("office");
  const session = useSession();
  const [search] = useSearchParams();
  const [{ data }, read] = useQuery({ query: ContractsOf, variables: { partner: firm.id }, context: OF_CONTRACTS });
  if (!data) return <WaitingSheet />;
  const versions = data.node && "contracts" in data.node ? data.node.contracts : [];
  const named = (name: string) => versions.find((one) => String(one.version) === search.get(name)) ?? null;
  const standing = (one: Contract) => standingOf(one, versions, known.serverTime);
  const chosen = named("version") ?? versions.find((one) => standing(one) === "draft") ?? versions.find((one) => standing(one) === "inForce") ?? versions[0];
  const draft = versions.find((one) => standing(one) === "draft");
  const again = () => read({ requestPolicy: "network-only" });
  return (
    <>
      <section aria-labelledby="versions">
        <header className="office-head">
          <h2 id="versions">{t("contracts.heading")}</h2>
          {may(session, "partners:manage") && !draft && (
            <Link href={firmAt(firm.slug, "contracts/draft")} className="quiet-action office-link">
              {t("contracts.drawUp")}
            </Link>
          )}
        </header>
        {!chosen ? (
          <Empty heading={t("contracts.none")}>
            <p>{t("contracts.noneText")}</p>
          </Empty>
        ) : (
          <Versions versions={versions} chosen={chosen} firm={firm} now={known.serverTime} />
        )}
      </section>
      {chosen && (
        <Chosen key={chosen.id} contract={chosen} versions={versions} against={named("against")} firm={firm} known={known} again={again} />
      )}
    </>
  );
}

interface VersionsProps {
  versions: readonly Contract[];
  chosen: Contract;
  firm: Firm;
  now: string;
}

function Versions({ versions, chosen, firm, now }: VersionsProps) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  return (
    <ol className="partners-versions">
      {versions.map((one) => {
        const standing = standingOf(one, versions, now);
        return (
          <li key={one.id}>
            <Link href={contractAt(firm.slug, one.version)} className={standing} aria-current={one.id === chosen.id ? "true" : undefined}>
              <span className="partners-version-name">{t("contracts.version", { version: one.version })}</span>
              <span>{t(`contracts.standing.${standing}`)}</span>
              <span className="liability-quiet">{t("contracts.from", { day: day(one.validFrom) })}</span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

interface ChosenProps {
  contract: Contract;
  versions: readonly Contract[];
  against: Contract | null;
  firm: Firm;
  known: Known;
  again: () => void;
}

function Chosen({ contract, versions, against, firm, known, again }: ChosenProps) {
  const { t } = useTranslation("office");
  const [, setSearch] = useSearchParams();
  const others = versions.filter((one) => one.id !== contract.id);
  const [{ data }] = useQuery({ query: DiffOf, variables: { contract: contract.id, against: against?.id ?? "" }, pause: !against });
  const differences = against ? (data?.contractDiff ?? []) : [];
  const differ = new Set(differences.map((one) => termNamed(one.term)));
  const unknown = differences.filter((one) => !KNOWN_TERMS.has(termNamed(one.term)) && one.term !== "valid_from");
  const compare = (version: string) => setSearch({ version: String(contract.version), ...(version && { against: version }) }, { replace: true });
  return (
    <>
      <Standing contract={contract} versions={versions} firm={firm} known={known} again={again} />
      <section aria-labelledby="terms">
        <header className="office-head">
          <div>
            <h2 id="terms">{t("contracts.says", { version: contract.version })}</h2>
            {against && data && <p className="office-told">{t("contracts.differences", { count: differences.length })}</p>}
          </div>
          {others.length > 0 && (
            <label className="partners-compare">
              {t("contracts.compare")}
              <select className="input" value={against ? String(against.version) : ""} onChange={(event) => compare(event.target.value)}>
                <option value="">{t("contracts.nothing")}</option>
                {others.map((one) => (
                  <option key={one.id} value={one.version}>
                    {t("contracts.version", { version: one.version })}
                  </option>
                ))}
              </select>
            </label>
          )}
        </header>
        <TermsTable contract={contract} against={against} differ={differ} currency={known.coalition.currency} />
        {unknown.map((one) => (
          <p key={one.term}>
            {one.label}: {one.before} → {one.after}
          </p>
        ))}
      </section>
      <Pricing contract={contract} />
    </>
  );
}

/** What may be done with this version now, and by whom. */
function Standing({ contract, versions, firm, known, again }: Omit<ChosenProps, "against">) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  const session = useSession();
  const [sure, setSure] = useState(false);
  const place = useRef<HTMLElement>(null);
  const [room, setRoom] = useState<number>();
  const sign = useAct(SignDraft, (data) => data.contractSign.userErrors);
  const withdraw = useAct(WithdrawDraft, (data) => data.contractWithdraw.userErrors);
  const standing = standingOf(contract, versions, known.serverTime);
  // What was to be done leaves its room when it is done, so that the terms stay where they are read.
  const doing = async (act: Promise<unknown>) => {
    setRoom(place.current?.offsetHeight);
    if (await act) again();
  };
  return (
    <section ref={place} className="partners-standing" style={{ minHeight: room }} aria-label={t("contracts.standingLabel")}>
      <p>
        {t(`contracts.told.${standing}`, {
          signed: contract.signedAt ? day(contract.signedAt) : "",
          from: day(contract.validFrom),
          drawn: contract.drawnUpAt ? day(contract.drawnUpAt) : "",
          withdrawn: contract.withdrawnAt ? day(contract.withdrawnAt) : "",
        })}
      </p>
      {standing === "draft" && (
        <div className="office-tools">
          {may(session, "partners:manage") && (
            <>
              <Link href={firmAt(firm.slug, `contracts/draft?change=${contract.version}`)} className="quiet-action office-link">
                {t("contracts.change")}
              </Link>
              <button
                type="button"
                className="quiet-action"
                disabled={withdraw.busy}
                onClick={() => (sure ? void doing(withdraw.run(() => ({ input: { contract: contract.id } }))) : setSure(true))}
              >
                {t(sure ? "contracts.withdrawSure" : "contracts.withdraw")}
              </button>
            </>
          )}
          {may(session, "partners:manage", "settlement:approve") && (
            <button
              type="button"
              className="action"
              disabled={sign.busy}
              onClick={() => void doing(sign.run(() => ({ input: { contract: contract.id, revision: contract.revision } })))}
            >
              {t("contracts.sign")}
            </button>
          )}
        </div>
      )}
      <Refusals of={[...sign.refusals, ...withdraw.refusals]} />
    </section>
  );
}
