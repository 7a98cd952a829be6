import pg from 'pg';
import type { Duration } from '#kernel';

/** Postgres itself ends a statement that takes too long and says so: this much later there is nobody to say it. */
const SLACK = 1.1;

/**
 * A client that gives its connection up where Postgres leaves a query unanswered for longer than any may take. A network
 * that loses a connection without a word would otherwise hold the query for ever, and with it a worker's slot.
 */
export function clientUnlessSilent(statementTimeoutMs: Duration): typeof pg.Client {
  const silentMs = Math.ceil(statementTimeoutMs * SLACK);
  return class extends pg.Client {
    private watch: NodeJS.Timeout | undefined;

    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // All that was asked is answered, or there is nobody left to ask.
      for (const event of ['drain', 'end', 'error'] as const) this.on(event, () => this.calm());
    }

    // The many shapes of a query are the parent's to tell apart.
    override query(...args: unknown[]): never {
      this.watch ??= setTimeout(() => this.giveUp(), silentMs);
      return (super.query as (...all: unknown[]) => never).apply(this, args);
    }

    private calm(): void {
      clearTimeout(this.watch);
      this.watch = undefined;
    }

    private giveUp(): void {
      const silent = Object.assign(new Error(`Postgres was silent for ${String(silentMs / 1000)} s`), {
        code: 'ETIMEDOUT',
      });
      const { connection } = this as unknown as { connection: { stream: { destroy(error: Error): void } } };
      connection.stream.destroy(silent);
    }
  };
}
