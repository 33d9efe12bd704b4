/** What is done about an exception, in a dialog; assigning needs none and reports only what went wrong. */

import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Refusal, Refusals, useAct } from "../../../shared/acts";
import { Dialog } from "../../../shared/dialog";
import { Field } from "../../../shared/field";
import { Assign, Confirm, Decline, type Exception, Note, Propose, Resolve } from "./documents";
import type { Command } from "./keys";

export interface Doing {
  command: Command;
  of: readonly Exception[];
}

interface Props {
  doing: Doing;
  onClose: () => void;
  onDone: () => void;
}

export function Acting({ doing, onClose, onDone }: Props) {
  const [one] = doing.of;
  if (!one) return null;
  if (doing.command === "assign") return <Assigning of={doing.of} onDone={onDone} />;
  if (doing.command in CHOICES) return <Saying command={doing.command as Said} one={one} onClose={onClose} onDone={onDone} />;
  return null;
}

const CHOICES = {
  note: [],
  resolve: ["ACCEPTED", "CORRECT_IN_NEXT_FILE"],
  propose: ["FORCE_MATCHED", "WRITTEN_OFF"],
  confirm: [],
  decline: [],
} as const;
type Said = keyof typeof CHOICES;
type Resolution = (typeof CHOICES)[Said][number];

const NEEDS_WORDS: ReadonlySet<Said> = new Set<Said>(["note", "propose", "decline"]);

interface SayingProps {
  command: Said;
  one: Exception;
  onClose: () => void;
  onDone: () => void;
}

function Saying({ command, one, onClose, onDone }: SayingProps) {
  const { t } = useTranslation(["work", "common"]);
  const choices: readonly Resolution[] = CHOICES[command];
  const [resolution, setResolution] = useState<Resolution>(choices[0] ?? "ACCEPTED");
  const [words, setWords] = useState("");
  const { run, busy, refusals } = useDoing(command);
  const send = async () => {
    if (await run(one.id, words.trim(), resolution)) onDone();
  };
  const missing = NEEDS_WORDS.has(command) && words.trim() === "";
  return (
    <Dialog
      heading={t(`worklist.acts.${command}`)}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="quiet-action" onClick={onClose}>
            {t("common:cancel")}
          </button>
          <button type="submit" form="saying" className="action" disabled={busy || missing}>
            {busy ? t("common:wait") : t(`worklist.acts.${command}`)}
          </button>
        </>
      }
    >
      <form id="saying" className="work-form" onSubmit={(event) => (event.preventDefault(), void send())}>
        <p>
          <strong>{t(`outcomes.${one.outcome}`)}</strong> {one.reference}
        </p>
        {choices.length > 0 && (
          <fieldset className="work-choices">
            <legend>{t("worklist.how")}</legend>
            {choices.map((choice) => (
              <label key={choice}>
                <input type="radio" name="resolution" checked={resolution === choice} onChange={() => setResolution(choice)} />
                <span>
                  {t(`resolutions.${choice}`)}
                  <span className="field-hint">{t(`resolutionHints.${choice}`)}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        {command === "confirm" ? (
          <p>{t("worklist.confirmText", { resolution: one.resolution ? t(`resolutions.${one.resolution}`) : "" })}</p>
        ) : (
          <Field label={t(NEEDS_WORDS.has(command) ? "worklist.words" : "worklist.wordsMay")} hint={t("worklist.wordsHint")}>
            <textarea
              rows={3}
              maxLength={1000}
              value={words}
              onChange={(event) => setWords(event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !missing && void send()}
            />
          </Field>
        )}
        <Refusals of={refusals} />
      </form>
    </Dialog>
  );
}

/** The step that belongs to a command. */
function useDoing(command: Said) {
  const steps = {
    note: useAct(Note, (data) => data.done.userErrors),
    resolve: useAct(Resolve, (data) => data.done.userErrors),
    propose: useAct(Propose, (data) => data.done.userErrors),
    confirm: useAct(Confirm, (data) => data.done.userErrors),
    decline: useAct(Decline, (data) => data.done.userErrors),
  };
  const run = async (exception: string, note: string, resolution: Resolution): Promise<boolean> => {
    const answer = {
      note: () => steps.note.run(() => ({ exception, note })),
      resolve: () => steps.resolve.run(() => ({ exception, resolution, note: note || null })),
      propose: () => steps.propose.run(() => ({ exception, resolution, note })),
      confirm: () => steps.confirm.run(() => ({ exception })),
      decline: () => steps.decline.run(() => ({ exception, note })),
    }[command];
    return (await answer()) !== null;
  };
  return { run, busy: steps[command].busy, refusals: steps[command].refusals };
}

/** Takes them upon oneself, one after the other; a single one that is taken is put down. What is refused holds up no other. */
function Assigning({ of, onDone }: { of: readonly Exception[]; onDone: () => void }) {
  const { t } = useTranslation(["work", "common"]);
  const act = useAct(Assign, (data) => data.done.userErrors);
  const [done, setDone] = useState<number | null>(null);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void (async () => {
      const toMe = of.length > 1 || !of[0]?.assigned;
      let taken = 0;
      for (const one of of) if (await act.run(() => ({ exception: one.id, toMe }))) taken += 1;
      if (taken === of.length) onDone();
      else setDone(taken);
    })();
  }, [of, act, onDone]);
  // The next one that succeeds clears why the one before was refused.
  useEffect(() => {
    if (act.refusals.length > 0) setRefused(act.refusals);
  }, [act.refusals]);
  if (done === null) return null;
  return (
    <Dialog heading={t("worklist.acts.assign")} onClose={onDone}>
      {of.length > 1 && <p>{t("worklist.some", { done, count: of.length })}</p>}
      <Refusals of={refused} />
    </Dialog>
  );
}
