/** A partner's outlets, and opening more of them. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Bone } from "../../../shared/chrome";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { may, useSession } from "../../../shared/session";
import { usePages } from "../../usePages";
import { type Firm, OpenOutlets, OutletsOf } from "./documents";

export function Outlets({ firm, timeZone }: { firm: Firm; timeZone: string }) {
  const { t } = useTranslation(["office", "common"]);
  const session = useSession();
  const [opening, setOpening] = useState(false);
  const pages = usePages(
    OutletsOf,
    (after) => ({ partner: firm.id, after }),
    (data) => (data.node && "outlets" in data.node ? data.node.outlets : null),
    firm.id,
    "network-only",
  );
  return (
    <section aria-labelledby="outlets">
      <header className="office-head">
        <h2 id="outlets">{t("outlets.heading")}</h2>
        {may(session, "partners:manage") && (
          <button type="button" className="quiet-action" onClick={() => setOpening(true)}>
            {t("outlets.open")}
          </button>
        )}
      </header>
      {pages.state === "loading" && pages.rows.length === 0 ? (
        <Bone width="100%" height="8rem" />
      ) : pages.rows.length === 0 ? (
        <p className="office-told">{t("outlets.none")}</p>
      ) : (
        <div className="office-table partners-outlets" tabIndex={0} role="group" aria-label={t("outlets.heading")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("outlets.code")}</th>
                <th scope="col">{t("outlets.name")}</th>
                <th scope="col">{t("outlets.timeZone")}</th>
              </tr>
            </thead>
            <tbody>
              {pages.rows.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.code}</th>
                  <td>{one.name}</td>
                  <td>{one.timeZone}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!pages.whole && pages.rows.length > 0 && (
        <button type="button" className="quiet-action" onClick={pages.more} disabled={pages.state === "loading"}>
          {t("common:more")}
        </button>
      )}
      {opening && (
        <Opening
          partner={firm.id}
          timeZone={timeZone}
          onClose={() => setOpening(false)}
          onDone={() => {
            setOpening(false);
            pages.again();
          }}
        />
      )}
    </section>
  );
}

interface OpeningProps {
  partner: string;
  timeZone: string;
  onClose: () => void;
  onDone: () => void;
}

function Opening({ partner, timeZone, onClose, onDone }: OpeningProps) {
  const { t } = useTranslation("office");
  const act = useAct(OpenOutlets, (data) => data.outletsOpen.userErrors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const outlet = { code: text("code"), name: text("name"), timeZone: text("timeZone") };
    if (await act.run(() => ({ input: { partner, outlets: [outlet] } }))) onDone();
  };
  return (
    <Dialog
      heading={t("outlets.open")}
      onClose={onClose}
      actions={
        <button type="submit" form="outlet" className="action" disabled={act.busy}>
          {t("outlets.open")}
        </button>
      }
    >
      <form id="outlet" className="office-form" onSubmit={(event) => void submit(event)}>
        <Field label={t("outlets.code")} hint={t("outlets.codeHint")}>
          <input name="code" required maxLength={40} />
        </Field>
        <Field label={t("outlets.name")}>
          <input name="name" required maxLength={120} />
        </Field>
        <Field label={t("outlets.timeZone")}>
          <input name="timeZone" required defaultValue={timeZone} />
        </Field>
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}
