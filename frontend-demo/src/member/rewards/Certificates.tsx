/** Rewards that come by themselves: what is due, and the choice to let them come or to save the points. */

import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../shared/acts";
import { Field } from "../../shared/field";
import { useFormats } from "../../shared/formatting";
import { PartnerName } from "../../shared/partner";
import { type Certificate, ChooseCertificate, MyCertificates } from "./voucherDocuments";
import { useWords } from "./words";

interface Props {
  certificates: readonly Certificate[];
  failed: boolean;
}

export function useCertificates(): Props & { waiting: boolean } {
  const { i18n } = useTranslation();
  const variables = { language: i18n.language };
  const [{ data, error }] = useQuery({ query: MyCertificates, variables, requestPolicy: "cache-and-network" });
  return { certificates: data?.myCertificates ?? [], failed: error !== undefined && !data, waiting: !data && !error };
}

export function Certificates({ certificates, failed }: Props) {
  const { t } = useTranslation("rewards");
  if (failed) return <p role="alert">{t("certificates.failed")}</p>;
  if (certificates.length === 0) return null;
  return (
    <section className="certificates" aria-labelledby="certificates">
      <h2 id="certificates">{t("certificates.heading")}</h2>
      <p className="reward-note">{t("certificates.text")}</p>
      <ul>
        {certificates.map((certificate) => (
          <One key={certificate.reward.id} certificate={certificate} />
        ))}
      </ul>
    </section>
  );
}

function One({ certificate }: { certificate: Certificate }) {
  const { t, i18n } = useTranslation("rewards");
  const { run, busy, refusals } = useAct(ChooseCertificate, ({ myCertificateChoose: told }) => told.userErrors);
  const { reward, saving, step } = certificate;
  const choose = (save: boolean, chosen: number) =>
    void run(() => ({ input: { reward: reward.id, save, step: save ? null : chosen }, language: i18n.language }));
  return (
    <li className="certificate">
      <h3>{reward.name}</h3>
      <p className="voucher-where">
        {reward.partners.map((partner) => (
          <PartnerName key={partner.name} partner={partner} />
        ))}
      </p>
      <Stands certificate={certificate} />
      <fieldset className="certificate-choice" disabled={busy}>
        <legend className="unseen">{t("certificates.choice", { reward: reward.name })}</legend>
        <Way name={reward.id} label={t("certificates.take")} chosen={!saving} choose={() => choose(false, step)} />
        <Way name={reward.id} label={t("certificates.save")} chosen={saving} choose={() => choose(true, step)} />
      </fieldset>
      {!saving && reward.steps.length > 1 && <Which certificate={certificate} busy={busy} choose={(chosen) => choose(false, chosen)} />}
      <Refusals of={refusals} />
    </li>
  );
}

interface WayProps {
  name: string;
  label: string;
  chosen: boolean;
  choose: () => void;
}

const Way = ({ name, label, chosen, choose }: WayProps) => (
  <label>
    <input type="radio" name={`certificate-${name}`} checked={chosen} onChange={choose} />
    <span>{label}</span>
  </label>
);

interface WhichProps {
  certificate: Certificate;
  busy: boolean;
  choose: (step: number) => void;
}

function Which({ certificate, busy, choose }: WhichProps) {
  const { t } = useTranslation("rewards");
  const words = useWords();
  const { points } = useFormats();
  return (
    <Field label={t("certificates.which")}>
      <select value={certificate.step} disabled={busy} onChange={({ target }) => choose(Number(target.value))}>
        {certificate.reward.steps.map((step, place) => (
          <option key={place} value={place + 1}>
            {t("certificates.step", { what: words.step({ ...step, money: { amount: "0", currency: "" } }, null), points: points(step.points) })}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** What comes, or why nothing does, and when it can. */
function Stands({ certificate }: { certificate: Certificate }) {
  const { t } = useTranslation("rewards");
  const { longDay } = useFormats();
  const { due, whyNone, nextOn } = certificate;
  return (
    <p className="certificate-stands">
      {whyNone === null ? t("certificates.due", { count: due }) : t(`certificates.why.${whyNone}`)}
      {whyNone !== null && whyNone !== "SAVING" && nextOn !== null && ` ${t("certificates.next", { day: longDay(nextOn) })}`}
    </p>
  );
}
