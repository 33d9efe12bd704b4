/** Checking a proof in the reader's own browser: nothing is sent anywhere, and every step says what it found. */

import { type ChangeEvent, type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";
import { useSearchParams } from "wouter";

import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { usePages } from "../../usePages";
import { ProofOf, Sealed, type SealedCycle } from "./documents";
import { check, type Checked } from "./proof";

type Outcome = { state: "unread" } | { state: "strange" } | { state: "unsafe" } | { state: "checked"; checked: Checked; found: SealedCycle | null };

/** What the server publishes of cycles, null until it is read: a proof may lead to a digest that nobody approved. */
function usePublished() {
  const pages = usePages(
    Sealed,
    (after) => ({ after }),
    (data) => data.cycles,
    "published",
  );
  useEffect(() => {
    if (!pages.whole && pages.state === "ready") pages.more();
  }, [pages]);
  return pages.whole || pages.state === "failed" ? pages.rows.filter((one) => one.digest !== null) : null;
}

export function ProofCheck() {
  const { t } = useTranslation("office");
  const [search] = useSearchParams();
  const line = search.get("line");
  const client = useClient();
  const [document, setDocument] = useState("");
  const [digest, setDigest] = useState("");
  const [outcome, setOutcome] = useState<Outcome>({ state: "unread" });
  const sealed = usePublished();
  useEffect(() => {
    if (!line) return;
    void client.query(ProofOf, { id: line }).toPromise().then(({ data }) => data?.lineProof && setDocument(data.lineProof));
  }, [client, line]);
  const verify = async (event: FormEvent) => {
    event.preventDefault();
    if (sealed) setOutcome(await verified(document, digest, sealed));
  };
  const upload = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    setDocument(await file.text());
    setOutcome({ state: "unread" });
  };
  return (
    <section className="audit-proof" aria-labelledby="proof">
      <div>
        <h2 id="proof">{t("proof.heading")}</h2>
        <p className="office-told">{t("proof.told")}</p>
      </div>
      <form className="office-form" onSubmit={(event) => void verify(event)}>
        <Field label={t("proof.file")} hint={t("proof.fileHint")}>
          <input type="file" accept=".json,application/json" onChange={(event) => void upload(event)} />
        </Field>
        <Field label={t("proof.document")}>
          <textarea rows={8} value={document} onChange={(event) => setDocument(event.target.value)} required spellCheck={false} />
        </Field>
        <Field label={t("proof.digest")} hint={t("proof.digestHint")}>
          <input value={digest} onChange={(event) => setDigest(event.target.value)} spellCheck={false} autoComplete="off" />
        </Field>
        <p>
          <button type="submit" className="action" disabled={!sealed}>
            {t("proof.check")}
          </button>
        </p>
      </form>
      <div role="status" aria-live="polite">
        {outcome.state === "strange" && <p className="office-verdict differs">{t("proof.strange")}</p>}
        {outcome.state === "unsafe" && <p className="office-verdict differs">{t("proof.unsafe")}</p>}
        {outcome.state === "checked" && <Steps checked={outcome.checked} found={outcome.found} typed={digest.trim() !== ""} />}
      </div>
    </section>
  );
}

/** Against the digest that was typed in; else against the one that is published for the cycle of that name. */
async function verified(document: string, digest: string, sealed: readonly SealedCycle[]): Promise<Outcome> {
  // Browsers hash for pages that came over a safe line only.
  if (!("subtle" in crypto)) return { state: "unsafe" };
  const first = await check(document, null);
  if (!first) return { state: "strange" };
  const found = sealed.find((one) => one.name === first.cycle) ?? null;
  const published = digest.trim() || found?.digest || null;
  const checked = await check(document, published);
  return checked ? { state: "checked", checked, found } : { state: "strange" };
}

function Steps({ checked, found, typed }: { checked: Checked; found: SealedCycle | null; typed: boolean }) {
  const { t } = useTranslation(["office", "console"]);
  const { points, decimal, signedDecimal } = useFormats();
  const holds = checked.checks.every((one) => one.holds);
  const { line } = checked;
  return (
    <div className="audit-steps">
      <p className={holds ? "office-verdict agrees" : "office-verdict differs"} data-testid="proof-verdict">
        {t(holds ? "proof.holds" : "proof.fails")}
      </p>
      <p>
        {t("proof.what", { coalition: checked.coalition, cycle: checked.cycle })}{" "}
        <strong>{t(`console:kinds.${line.kind ?? ""}` as "console:kinds.TAX", { defaultValue: line.kind ?? "" })}</strong>
        {", "}
        <span className="figures">{signedDecimal(line.amount ?? "0", 2)}</span>
        {line.points && (
          <span className="figures">
            {" "}
            ({points(line.points)} × {decimal(line.price ?? "0", 4)})
          </span>
        )}
      </p>
      <ol>
        {checked.checks.map((one) => (
          <li key={one.name} className={one.holds ? "holds" : "fails"}>
            <span className="audit-mark" aria-hidden="true">
              {one.holds ? "✓" : "×"}
            </span>
            <div>
              <p>
                <span className="unseen">{t(one.holds ? "proof.ok" : "proof.bad")} </span>
                {t(`proof.checks.${one.name}`, { count: checked.movements ?? 0 })}
              </p>
              <p className="office-told">{t(`proof.how.${one.name}`)}</p>
            </div>
          </li>
        ))}
      </ol>
      {checked.movements === null && <p className="office-told">{t("proof.noMovements")}</p>}
      <p className="office-told">
        {t("proof.digest")}: <code>{checked.digest}</code>
      </p>
      {!typed && <p className="office-told">{t(found ? "proof.against" : "proof.unpublished", { cycle: checked.cycle })}</p>}
    </div>
  );
}
