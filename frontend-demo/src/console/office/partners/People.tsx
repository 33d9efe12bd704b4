/** The people of a house: who may come in, with which roles. */

import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { useFormats } from "../../../shared/formatting";
import { type Column, DataTable } from "../../../shared/table";
import { usePages } from "../../usePages";
import { Copyable } from "./Copyable";
import { ChangeRoles, Invite, InviteAgain, LetGo, PeopleOf, type Person } from "./documents";

const ROLES = {
  coalition: [
    "COALITION_ADMIN",
    "COALITION_PREPARER",
    "COALITION_APPROVER",
    "COALITION_AUDITOR",
    "COALITION_RISK",
    "COALITION_PRIVACY",
    "COALITION_SERVICE",
  ],
  partner: ["PARTNER_ADMIN", "PARTNER_FINANCE", "PARTNER_MARKETING", "PARTNER_SERVICE", "PARTNER_CASHIER"],
} as const satisfies Record<string, readonly Person["roles"][number][]>;

type House = keyof typeof ROLES;

export function People({ partner, house }: { partner: string | null; house: House }) {
  const { t } = useTranslation("office");
  const { day } = useFormats();
  const [doing, setDoing] = useState<Person | "invite" | null>(null);
  const pages = usePages(
    PeopleOf,
    (after) => ({ partner, after }),
    (data) => data.people,
    partner ?? "",
    "network-only",
  );
  const roles = (person: Person) => person.roles.map((role) => t(`people.roles.${role}`)).join(", ");
  const standing = (person: Person) => t(person.active ? "people.active" : "people.gone");
  const columns: Column<Person>[] = [
    { name: "name", label: t("people.name"), shown: (row) => row.name, text: (row) => row.name },
    { name: "email", label: t("people.email"), shown: (row) => row.email, text: (row) => row.email, width: "minmax(0, 1.4fr)" },
    { name: "roles", label: t("people.rolesLabel"), shown: roles, text: roles, width: "minmax(0, 1.4fr)" },
    { name: "standing", label: t("people.standing"), shown: standing, text: standing, width: "8rem" },
    { name: "since", label: t("people.since"), shown: (row) => day(row.createdAt), text: (row) => row.createdAt, width: "8rem" },
  ];
  const done = () => {
    setDoing(null);
    pages.again();
  };
  return (
    <section aria-labelledby="people">
      <header className="office-head">
        <div>
          <h2 id="people">{t("people.heading")}</h2>
          <p className="office-told">{t("people.told")}</p>
        </div>
        <button type="button" className="action" onClick={() => setDoing("invite")}>
          {t("people.invite")}
        </button>
      </header>
      <DataTable
        caption={t("people.heading")}
        columns={columns}
        rows={pages.rows}
        keyOf={(row) => row.id}
        onOpen={setDoing}
        more={pages.whole ? undefined : pages.more}
        loading={pages.state === "loading"}
      />
      {doing === "invite" && <Inviting partner={partner} house={house} onClose={() => setDoing(null)} onDone={done} />}
      {doing && doing !== "invite" && <OnePerson key={doing.id} person={doing} house={house} onClose={() => setDoing(null)} onDone={done} />}
    </section>
  );
}

interface RolesProps {
  house: House;
  held: readonly string[];
}

function Roles({ house, held }: RolesProps) {
  const { t } = useTranslation("office");
  return (
    <fieldset>
      <legend>{t("people.rolesLabel")}</legend>
      {ROLES[house].map((role) => (
        <label key={role} className="office-check partners-role">
          <input type="checkbox" name={role} defaultChecked={held.includes(role)} />
          <span>
            {t(`people.roles.${role}`)}
            <span className="office-told">{t(`people.says.${role}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

const chosen = (house: House, form: FormData) => ROLES[house].filter((role) => form.has(role));

interface InvitingProps {
  partner: string | null;
  house: House;
  onClose: () => void;
  onDone: () => void;
}

function Inviting({ partner, house, onClose, onDone }: InvitingProps) {
  const { t } = useTranslation("office");
  const act = useAct(Invite, (data) => data.personInvite.userErrors);
  const [link, setLink] = useState<{ link: string; mailed: boolean; name: string } | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = { partner, name: String(form.get("name")).trim(), email: String(form.get("email")).trim(), roles: chosen(house, form) };
    const invitation = (await act.run(() => ({ input })))?.personInvite.invitation;
    if (invitation) setLink({ link: invitation.link, mailed: invitation.mailed, name: invitation.person.name });
  };
  if (link) return <Handed {...link} onDone={onDone} />;
  return (
    <Dialog
      heading={t("people.invite")}
      onClose={onClose}
      actions={
        <button type="submit" form="invite" className="action" disabled={act.busy}>
          {t("people.invite")}
        </button>
      }
    >
      <form id="invite" className="office-form" onSubmit={(event) => void submit(event)}>
        <Field label={t("people.name")}>
          <input name="name" required maxLength={120} autoComplete="off" />
        </Field>
        <Field label={t("people.email")}>
          <input name="email" type="email" required autoComplete="off" />
        </Field>
        <Roles house={house} held={[]} />
        <Refusals of={act.refusals} />
      </form>
    </Dialog>
  );
}

/** The link is shown once; whoever holds it comes in, so it goes to nobody else. */
function Handed({ link, mailed, name, onDone }: { link: string; mailed: boolean; name: string; onDone: () => void }) {
  const { t } = useTranslation("office");
  return (
    <Dialog heading={t("people.handed", { name })} onClose={onDone}>
      <p className="office-told">{t(mailed ? "people.mailed" : "people.notMailed")}</p>
      <Copyable label={t("people.link")} value={link} />
    </Dialog>
  );
}

interface OneProps {
  person: Person;
  house: House;
  onClose: () => void;
  onDone: () => void;
}

function OnePerson({ person, house, onClose, onDone }: OneProps) {
  const { t } = useTranslation("office");
  const [link, setLink] = useState<{ link: string; mailed: boolean; name: string } | null>(null);
  const change = useAct(ChangeRoles, (data) => data.personChange.userErrors);
  const letGo = useAct(LetGo, (data) => data.personLetGo.userErrors);
  const again = useAct(InviteAgain, (data) => data.personInviteAgain.userErrors);
  const input = { person: person.id };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const roles = chosen(house, new FormData(event.currentTarget));
    if (await change.run(() => ({ input: { ...input, roles } }))) onDone();
  };
  const inviteAgain = async () => {
    const invitation = (await again.run(() => ({ input })))?.personInviteAgain.invitation;
    if (invitation) setLink({ link: invitation.link, mailed: invitation.mailed, name: invitation.person.name });
  };
  const leave = async () => {
    if (await letGo.run(() => ({ input }))) onDone();
  };
  if (link) return <Handed {...link} onDone={onDone} />;
  return (
    <Dialog
      heading={person.name}
      onClose={onClose}
      actions={
        person.active && (
          <>
            <button type="button" className="quiet-action" disabled={letGo.busy} onClick={() => void leave()}>
              {t("people.letGo")}
            </button>
            <button type="button" className="quiet-action" disabled={again.busy} onClick={() => void inviteAgain()}>
              {t("people.again")}
            </button>
            <button type="submit" form="roles" className="action" disabled={change.busy}>
              {t("people.keep")}
            </button>
          </>
        )
      }
    >
      <form id="roles" className="office-form" onSubmit={(event) => void submit(event)}>
        <p className="office-told">{person.email}</p>
        {person.active ? <Roles house={house} held={person.roles} /> : <p>{t("people.goneText")}</p>}
        <Refusals of={[...change.refusals, ...letGo.refusals, ...again.refusals]} />
      </form>
    </Dialog>
  );
}
