/** The way of a partner that was admitted to its first point: what is done, what is missing, where to do it. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Link } from "wouter";

import { Refusals, useAct } from "../../../shared/acts";
import { may, useSession } from "../../../shared/session";
import { ChangeStatus, CompanyOf, ContractsOf, type Firm, OutletsOf, PeopleOf } from "./documents";
import { firmAt, OF_CONTRACTS, OF_OUTLETS, OF_PEOPLE } from "./places";

type Step = "company" | "account" | "outlets" | "drawnUp" | "signed" | "people" | "active";

/** Without a signed contract nothing can be settled: the others may follow later. */
const NEEDED: ReadonlySet<Step> = new Set<Step>(["signed"]);

export function useSteps(firm: Firm): [Step, boolean][] {
  const session = useSession();
  const [company] = useQuery({ query: CompanyOf, variables: { partner: firm.id } });
  const [contracts] = useQuery({ query: ContractsOf, variables: { partner: firm.id }, context: OF_CONTRACTS });
  const [outlets] = useQuery({ query: OutletsOf, variables: { partner: firm.id, after: null }, context: OF_OUTLETS });
  const [people] = useQuery({
    query: PeopleOf,
    variables: { partner: firm.id, after: null },
    context: OF_PEOPLE,
    pause: !may(session, "people:manage"),
  });
  const versions = contracts.data?.node && "contracts" in contracts.data.node ? contracts.data.node.contracts : [];
  const shops = outlets.data?.node && "outlets" in outlets.data.node ? outlets.data.node.outlets.nodes : [];
  return [
    ["company", Boolean(company.data?.company?.street)],
    ["account", Boolean(company.data?.company?.iban)],
    ["outlets", shops.length > 0],
    ["drawnUp", versions.some((one) => !one.withdrawnAt)],
    ["signed", versions.some((one) => one.signedAt)],
    ["people", (people.data?.people.nodes ?? []).some((one) => one.active)],
    ["active", firm.status !== "ADMITTED"],
  ];
}

export function Starting({ firm, again }: { firm: Firm; again: () => void }) {
  const { t } = useTranslation("office");
  const session = useSession();
  const steps = useSteps(firm);
  const act = useAct(ChangeStatus, (data) => data.partnerChangeStatus.userErrors);
  const activate = async () => {
    if (await act.run(() => ({ input: { partner: firm.id, status: "ACTIVE" } }))) again();
  };
  const places: Partial<Record<Step, string>> = {
    drawnUp: firmAt(firm.slug, "contracts/draft"),
    signed: firmAt(firm.slug, "contracts"),
    people: firmAt(firm.slug, "people"),
  };
  const ready = steps.every(([step, done]) => done || !NEEDED.has(step));
  return (
    <section className="partners-starting" aria-labelledby="starting">
      <h2 id="starting">{t("starting.heading")}</h2>
      <p className="office-told">{t("starting.told")}</p>
      <ol>
        {steps.map(([step, done]) => (
          <li key={step} className={done ? "done" : undefined}>
            <span className="partners-step-mark" aria-hidden="true" />
            <div>
              <p>
                {places[step] && !done ? <Link href={places[step]}>{t(`starting.steps.${step}`)}</Link> : t(`starting.steps.${step}`)}
                <span className="unseen"> {t(done ? "starting.done" : "starting.missing")}</span>
              </p>
              <p className="office-told">{t(`starting.says.${step}`)}</p>
            </div>
          </li>
        ))}
      </ol>
      {may(session, "partners:manage") && (
        <button type="button" className="action" disabled={!ready || act.busy} onClick={() => void activate()}>
          {t("starting.activate")}
        </button>
      )}
      {!ready && <p className="office-told">{t("starting.first")}</p>}
      <Refusals of={act.refusals} />
    </section>
  );
}
