/**
 * Sales on their way to the server: written down before they are sent, sent in their order, each exactly once.
 *
 * A sale has one key for ever. Whatever becomes of the line, the window or the answer, it is sent again with that key
 * until the server has said what became of it; the server counts it once.
 */

import type { Refusal } from "../shared/refusals";
import type { Store } from "./store";

export type State = "waiting" | "sent" | "refused";

export interface Entry<Sale> {
  key: string;
  /** When the sale was made, by the server's clock. */
  at: string;
  sale: Sale;
  state: State;
  /** What the server said: what it earned, or why it was refused. */
  outcome?: Outcome;
}

export interface Outcome {
  points?: string;
  refusals?: readonly Refusal[];
}

/** Sends one sale: its outcome, or null when no answer came, so that it stays. */
export type Send<Sale> = (entry: Entry<Sale>) => Promise<Outcome | null>;

const NAME = "queue";
/** So many that are done stay, to be looked at. */
const KEPT = 30;

export class Queue<Sale> {
  private listeners = new Set<() => void>();
  private sending: Promise<void> | null = null;
  private again = false;
  private rows: readonly Entry<Sale>[] = [];

  constructor(
    private readonly store: Store,
    private readonly send: Send<Sale>,
    /** Lets one window at a time send; the others wait for it. */
    private readonly alone: (act: () => Promise<void>) => Promise<void> = (act) => act(),
  ) {}

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly entries = (): readonly Entry<Sale>[] => this.rows;

  /** Reads what another window, or this one before it was closed, left behind. */
  async load(): Promise<void> {
    this.show((await this.store.get<Entry<Sale>[]>(NAME)) ?? []);
  }

  /** Writes a sale down; from then on it gets there. */
  async add(entry: Pick<Entry<Sale>, "key" | "at" | "sale">): Promise<void> {
    await this.change((rows) => (rows.some(({ key }) => key === entry.key) ? rows : [...rows, { ...entry, state: "waiting" }]));
  }

  /** Puts away what is done and was looked at. */
  async dismiss(key: string): Promise<void> {
    await this.change((rows) => rows.filter((row) => row.key !== key || row.state === "waiting"));
  }

  /** Sends what waits, the oldest first, until all is sent or the line is gone. */
  drain(): Promise<void> {
    this.again = true;
    this.sending ??= this.alone(() => this.run()).finally(() => {
      this.sending = null;
      if (this.again) void this.drain();
    });
    return this.sending;
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      await this.load();
      for (let next = this.next(); next; next = this.next()) {
        const { key } = next;
        const outcome = await this.send(next);
        if (!outcome) {
          this.again = false;
          return;
        }
        const state: State = outcome.refusals?.length ? "refused" : "sent";
        await this.change((rows) => tidied(rows.map((row) => (row.key === key ? { ...row, state, outcome } : row))));
      }
    }
  }

  private next(): Entry<Sale> | undefined {
    return this.rows.find(({ state }) => state === "waiting");
  }

  private async change(changed: (rows: readonly Entry<Sale>[]) => readonly Entry<Sale>[]): Promise<void> {
    let after: readonly Entry<Sale>[] = [];
    await this.store.change<readonly Entry<Sale>[]>(NAME, (before) => (after = changed(before ?? [])));
    this.show(after);
  }

  private show(rows: readonly Entry<Sale>[]): void {
    this.rows = rows;
    for (const listener of this.listeners) listener();
  }
}

/** What waits or was refused stays until it is sent or seen; of what was sent the latest. */
function tidied<Sale>(rows: readonly Entry<Sale>[]): readonly Entry<Sale>[] {
  const sent = rows.filter(({ state }) => state === "sent");
  const old = new Set(sent.slice(0, Math.max(0, sent.length - KEPT)));
  return rows.filter((row) => !old.has(row));
}
