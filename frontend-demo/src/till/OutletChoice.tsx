/** Asks once in which outlet this till stands; the browser remembers. */

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "../shared/field";
import { Empty } from "../shared/states";
import { Tile } from "./Brand";
import { useTill } from "./till";

export function OutletChoice() {
  const { t } = useTranslation("till");
  const { house, choose } = useTill();
  const outlets = house.partner.outlets.nodes;
  const [code, setCode] = useState(outlets[0]?.code ?? "");
  return (
    <main className="till-outlet">
      <Tile partner={house.partner} />
      <h1>{house.partner.name}</h1>
      {outlets.length === 0 ? (
        <Empty heading={t("outlet.none")} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            choose(code);
          }}
        >
          <Field label={t("outlet.label")} hint={t("outlet.hint")}>
            <select value={code} onChange={(event) => setCode(event.target.value)}>
              {outlets.map((outlet) => (
                <option key={outlet.code} value={outlet.code}>
                  {outlet.name}
                </option>
              ))}
            </select>
          </Field>
          <button type="submit" className="action">
            {t("outlet.open")}
          </button>
        </form>
      )}
    </main>
  );
}
