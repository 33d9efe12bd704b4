/** A member without a card: joins in under a minute, and has the first points at once. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../shared/acts";
import { Dialog } from "../shared/dialog";
import { Field } from "../shared/field";
import { useFormats } from "../shared/formatting";
import { ConsentChoice, type Purpose } from "./consents";
import { type Known, TillEnrol } from "./documents";
import { useTill } from "./till";
import { useFocused } from "./useFocused";
import { useCustomer } from "./useCustomer";

interface Props {
  referral: string;
  onClose: () => void;
}

interface Joined {
  member: Known;
  label: string;
  friend: string | null;
}

const EMPTY = { cardNumber: "", email: "", phone: "", name: "" };

export function EnrolDialog({ referral, onClose }: Props) {
  const { t, i18n } = useTranslation("till");
  const { up } = useTill();
  const { take } = useCustomer();
  const [said, setSaid] = useState({ ...EMPTY, referralCode: referral });
  const [chosen, choose] = useState<ReadonlySet<Purpose>>(new Set());
  const [joined, setJoined] = useState<Joined | null>(null);
  const act = useAct(TillEnrol, (data) => data.memberEnrol.userErrors);
  const first = useFocused<HTMLInputElement>();
  const named = Boolean(said.cardNumber || said.email || said.phone);
  const join = async (event: FormEvent) => {
    event.preventDefault();
    const { name, ...named } = Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim()));
    const details = { language: i18n.language, ...(name && { name }) };
    const done = await act.run((key) => ({
      language: i18n.language,
      input: { idempotencyKey: key, ...named, details, consents: [...chosen] },
    }));
    const answer = done?.memberEnrol;
    if (!answer?.member) return;
    const label = said.cardNumber || said.email || said.phone;
    take({ id: answer.member.id }, label, answer.member);
    setJoined({ member: answer.member, label, friend: answer.referral?.message ?? null });
  };
  if (joined) return <Welcome joined={joined} onClose={onClose} />;
  const wrong = (field: string) => act.refusals.find(({ path }) => path?.includes(field))?.message;
  const input = (name: keyof typeof said, more: Record<string, string>) => (
    <Field label={t(`enrol.${name}`)} wrong={wrong(name)}>
      <input ref={name === "cardNumber" ? first : null} value={said[name]} onChange={(event) => setSaid({ ...said, [name]: event.target.value })} autoComplete="off" {...more} />
    </Field>
  );
  return (
    <Dialog heading={t("enrol.heading")} onClose={onClose} wide>
      <form className="till-enrol" onSubmit={(event) => void join(event)}>
        {!up && <p className="till-why">{t("down.needs")}</p>}
        <Refusals of={act.refusals} />
        <p className="field-hint">{t("enrol.least")}</p>
        <div className="till-enrol-fields">
          {input("cardNumber", { inputMode: "numeric" })}
          {input("email", { type: "email", inputMode: "email" })}
          {input("phone", { type: "tel", inputMode: "tel", placeholder: "+371 20000000" })}
          {input("name", {})}
          {input("referralCode", { autoCapitalize: "characters" })}
        </div>
        <ConsentChoice chosen={chosen} choose={choose} />
        <button type="submit" className="action" disabled={!named || !up || act.busy}>
          {act.busy ? t("enrol.busy") : t("enrol.join")}
        </button>
      </form>
    </Dialog>
  );
}

function Welcome({ joined: { member, label, friend }, onClose }: { joined: Joined; onClose: () => void }) {
  const { t } = useTranslation("till");
  const formats = useFormats();
  const button = useFocused<HTMLButtonElement>();
  const wallet = member.walletShown;
  return (
    <Dialog
      heading={t("enrol.welcome")}
      onClose={onClose}
      actions={
        <button type="button" className="action" ref={button} onClick={onClose}>
          {t("enrol.goOn")}
        </button>
      }
    >
      <div className="till-welcome" role="status">
        <p>{t("enrol.joined", { label })}</p>
        {wallet && wallet.available !== "0" && (
          <p className="till-balance">
            <strong className="figures">{formats.points(wallet.available)}</strong>{" "}
            {t("enrol.atOnce", { count: Number(wallet.available) })}
          </p>
        )}
        {friend && <p>{friend}</p>}
      </div>
    </Dialog>
  );
}
