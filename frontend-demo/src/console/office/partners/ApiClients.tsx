/** The programs of a house: what they may do, their keys and secrets, when they were last seen. */

import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { wordFor } from "../../../shared/i18n";
import { may, useSession } from "../../../shared/session";
import { type Column, DataTable } from "../../../shared/table";
import { usePages } from "../../usePages";
import { Copyable } from "./Copyable";
import { type ApiClient, ChangeClient, ClientsOf, CreateClient, RevokeClient, RotateClient } from "./documents";
import { Webhooks } from "./Webhooks";

interface Secret {
  name: string;
  clientId: string;
  secret: string | null;
}

interface Props {
  partner: string | null;
  own: boolean;
}

export function ApiClients({ partner, own }: Props) {
  const { t } = useTranslation("office");
  const { day, dateTime } = useFormats();
  const session = useSession();
  const [doing, setDoing] = useState<ApiClient | "create" | null>(null);
  const [{ data }] = useQuery({ query: ClientsOf, variables: { partner, after: null } });
  const pages = usePages(
    ClientsOf,
    (after) => ({ partner, after }),
    (found) => found.clients,
    partner ?? "",
    "network-only",
  );
  const method = (row: ApiClient) => t(`clients.methods.${row.authMethod}`);
  const seen = (row: ApiClient) => (row.lastUsedAt ? dateTime(row.lastUsedAt) : t("clients.never"));
  const standing = (row: ApiClient) => (row.revokedAt ? t("clients.revoked", { day: day(row.revokedAt) }) : t("clients.works"));
  const columns: Column<ApiClient>[] = [
    { name: "name", label: t("clients.name"), shown: (row) => row.name, text: (row) => row.name },
    { name: "id", label: t("clients.id"), shown: (row) => row.clientId, text: (row) => row.clientId, width: "minmax(0, 1.3fr)" },
    { name: "method", label: t("clients.method"), shown: method, text: method },
    { name: "scopes", label: t("clients.scopes"), shown: (row) => row.scopes.length, text: (row) => row.scopes.join(" "), figure: true, width: "6rem" },
    { name: "seen", label: t("clients.seen"), shown: seen, text: (row) => row.lastUsedAt ?? "", width: "9rem" },
    { name: "standing", label: t("clients.standing"), shown: standing, text: standing, width: "9rem" },
  ];
  const done = () => {
    setDoing(null);
    pages.again();
  };
  const ceiling = data?.clientCeiling ?? [];
  return (
    <>
      <section aria-labelledby="clients">
        <header className="office-head">
          <div>
            <h2 id="clients">{t("clients.heading")}</h2>
            <p className="office-told">{t("clients.told")}</p>
          </div>
          <button type="button" className="action" onClick={() => setDoing("create")}>
            {t("clients.create")}
          </button>
        </header>
        <DataTable
          caption={t("clients.heading")}
          columns={columns}
          rows={pages.rows}
          keyOf={(row) => row.id}
          onOpen={setDoing}
          more={pages.whole ? undefined : pages.more}
          loading={pages.state === "loading"}
        />
      </section>
      {own && may(session, "webhooks:manage") && <Webhooks />}
      {doing === "create" && <Creating partner={partner} ceiling={ceiling} onClose={() => setDoing(null)} onDone={done} />}
      {doing && doing !== "create" && <OneClient key={doing.id} client={doing} ceiling={ceiling} onClose={() => setDoing(null)} onDone={done} />}
    </>
  );
}

function Scopes({ ceiling, held }: { ceiling: readonly string[]; held: readonly string[] }) {
  const { t } = useTranslation("office");
  return (
    <fieldset>
      <legend>{t("clients.scopes")}</legend>
      <div className="partners-scopes">
        {[...new Set([...ceiling, ...held])].sort().map((scope) => (
          <label key={scope} className="office-check">
            <input type="checkbox" name="scope" value={scope} defaultChecked={held.includes(scope)} />
            <span>
              {wordFor(t, "clients.may", scope.replace(":", "_"))} <code>{scope}</code>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Shown once: only its hash is kept. */
function Shown({ heading, secret, onDone, children }: { heading: string; secret: Secret; onDone: () => void; children?: ReactNode }) {
  const { t } = useTranslation("office");
  return (
    <Dialog heading={heading} wide onClose={onDone}>
      <div className="office-form">
        <p className="office-told">{t(secret.secret ? "clients.once" : "clients.keys")}</p>
        <Copyable label={t("clients.id")} value={secret.clientId} />
        {secret.secret && <Copyable label={t("clients.secret")} value={secret.secret} />}
        {children}
      </div>
    </Dialog>
  );
}

interface CreatingProps {
  partner: string | null;
  ceiling: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

function Creating({ partner, ceiling, onClose, onDone }: CreatingProps) {
  const { t } = useTranslation("office");
  const act = useAct(CreateClient, (data) => data.clientCreate.userErrors);
  const [secret, setSecret] = useState<Secret | null>(null);
  const [keys, setKeys] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = {
      partner,
      name: String(form.get("name")).trim(),
      scopes: form.getAll("scope").map(String),
      ...(keys && { keySetUrl: String(form.get("keySetUrl")).trim() }),
    };
    const made = (await act.run(() => ({ input })))?.clientCreate;
    if (made?.client) setSecret({ name: made.client.name, clientId: made.client.clientId, secret: made.secret });
  };
  if (secret) return <Shown heading={t("clients.made", { name: secret.name })} secret={secret} onDone={onDone} />;
  return (
    <Dialog
      heading={t("clients.create")}
      wide
      onClose={onClose}
      actions={
        <button type="submit" form="client" className="action" disabled={act.busy}>
          {t("clients.create")}
        </button>
      }
    >
      <form id="client" className="office-form" onSubmit={(event) => void submit(event)}>
        <Field label={t("clients.name")} hint={t("clients.nameHint")}>
          <input name="name" required maxLength={120} autoComplete="off" />
        </Field>
        <Field label={t("clients.method")}>
          <select value={keys ? "keys" : "secret"} onChange={(event) => setKeys(event.target.value === "keys")}>
            <option value="secret">{t("clients.methods.CLIENT_SECRET_BASIC")}</option>
            <option value="keys">{t("clients.methods.PRIVATE_KEY_JWT")}</option>
          </select>
        </Field>
        {keys && (
          <Field label={t("clients.keySet")} hint={t("clients.keySetHint")}>
            <input name="keySetUrl" type="url" required />
          </Field>
        )}
        <Scopes ceiling={ceiling} held={[]} />
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}

const GRACE = [0, 24, 168] as const;

interface OneProps {
  client: ApiClient;
  ceiling: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

function OneClient({ client, ceiling, onClose, onDone }: OneProps) {
  const { t } = useTranslation(["office", "common"]);
  const [secret, setSecret] = useState<Secret | null>(null);
  const [grace, setGrace] = useState<number>(GRACE[1]);
  const [sure, setSure] = useState(false);
  const change = useAct(ChangeClient, (data) => data.clientChange.userErrors);
  const rotate = useAct(RotateClient, (data) => data.clientRotate.userErrors);
  const revoke = useAct(RevokeClient, (data) => data.clientRevoke.userErrors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = { client: client.id, name: String(form.get("name")).trim(), scopes: form.getAll("scope").map(String) };
    if (await change.run(() => ({ input }))) onDone();
  };
  const renew = async () => {
    const made = (await rotate.run(() => ({ input: { client: client.id, graceHours: grace } })))?.clientRotate;
    if (made?.client) setSecret({ name: made.client.name, clientId: made.client.clientId, secret: made.secret });
  };
  const end = async () => {
    if (!sure) return setSure(true);
    if (await revoke.run(() => ({ input: { client: client.id } }))) onDone();
  };
  if (secret) return <Shown heading={t("clients.rotated", { name: secret.name })} secret={secret} onDone={onDone} />;
  const bySecret = client.authMethod === "CLIENT_SECRET_BASIC";
  return (
    <Dialog
      heading={client.name}
      wide
      onClose={onClose}
      actions={
        !client.revokedAt && (
          <>
            <button type="button" className="quiet-action" disabled={revoke.busy} onClick={() => void end()}>
              {t(sure ? "clients.revokeSure" : "clients.revoke")}
            </button>
            <button type="submit" form="client" className="action" disabled={change.busy}>
              {t("common:save")}
            </button>
          </>
        )
      }
    >
      <form id="client" className="office-form" onSubmit={(event) => void submit(event)}>
        <Field label={t("clients.name")}>
          <input name="name" required maxLength={120} defaultValue={client.name} />
        </Field>
        <Copyable label={t("clients.id")} value={client.clientId} />
        {client.outlet && <p className="office-told">{t("clients.bound", { outlet: `${client.outlet.code} ${client.outlet.name}` })}</p>}
        {client.keySetFailure && <p className="office-short">{t("clients.keyFailure", { why: client.keySetFailure })}</p>}
        <Scopes ceiling={ceiling} held={client.scopes} />
        {bySecret && !client.revokedAt && (
          <Renewing grace={grace} onGrace={setGrace} busy={rotate.busy} renew={() => void renew()} />
        )}
        <Refusals of={[...change.refusals, ...rotate.refusals, ...revoke.refusals]} />
      </form>
    </Dialog>
  );
}

interface RenewingProps {
  grace: number;
  onGrace: (hours: number) => void;
  busy: boolean;
  renew: () => void;
}

/** A new secret, and how long the old one still works. */
function Renewing({ grace, onGrace, busy, renew }: RenewingProps) {
  const { t } = useTranslation("office");
  return (
    <div className="partners-rotate">
      <Field label={t("clients.grace")} hint={t("clients.graceHint")}>
        <select value={grace} onChange={(event) => onGrace(Number(event.target.value))}>
          {GRACE.map((hours) => (
            <option key={hours} value={hours}>
              {t("clients.hours", { count: hours })}
            </option>
          ))}
        </select>
      </Field>
      <button type="button" className="quiet-action" disabled={busy} onClick={renew}>
        {t("clients.rotate")}
      </button>
    </div>
  );
}
