/**
 * The server's time, as far as a till can tell it: what it said last, and what has gone by since.
 *
 * The clock of a sandbox may stand still, and then it stands still here too.
 */

interface Reading {
  said: number;
  /** When it said so, by this browser's own clock that never jumps. */
  at: number;
}

/** Less than this between two readings says nothing about whether the clock goes. */
const TELLING_MS = 500;

export class Clock {
  private last: Reading | null = null;
  private stands = false;

  constructor(private readonly ticks: () => number = () => performance.now()) {}

  hear(serverTime: string): void {
    const reading = { said: Date.parse(serverTime), at: this.ticks() };
    if (this.last && reading.at - this.last.at >= TELLING_MS) this.stands = reading.said === this.last.said;
    this.last = reading;
  }

  now(): Date {
    if (!this.last) return new Date();
    return new Date(this.last.said + (this.stands ? 0 : this.ticks() - this.last.at));
  }
}
