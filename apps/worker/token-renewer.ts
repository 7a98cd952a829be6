import { asFailure, seconds, type Duration } from '#kernel';
import type { Closable } from '#queue';
import { tendTokens, type Engine, type Platform } from '#sync';
import { deadRenewals, listConnections } from '#warehouse';

/** A renewal whose process died, and its connection with it, is noticed this soon after its claim lapsed. */
const EVERY = seconds(10);

export interface TokenRenewerOptions {
  readonly engine: Engine;
  readonly platforms: readonly Platform[];
  readonly everyMs?: Duration;
}

/**
 * Renews tokens before they die, so that no run meets a dead one, and finishes renewals that a process died in: the
 * platform may still take the old refresh token, and where it does not, the operator is told within the minute. All
 * replicas do it; the claim in the row lets one of them.
 */
export function startTokenRenewer({ engine, platforms, everyMs = EVERY }: TokenRenewerOptions): Closable {
  const { warehouse, logger } = engine;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const pass = async (): Promise<void> => {
    const dead = new Set(await deadRenewals(warehouse));
    for (const connection of await listConnections(warehouse)) {
      const platform = platforms.find((one) => one.name === connection.platform);
      if (stopped || !platform || connection.status !== 'active') continue;
      try {
        await tendTokens(engine, platform, connection, dead.has(connection.id) ? 'dead' : 'ahead');
      } catch (thrown) {
        const { kind, message } = asFailure(thrown);
        logger.warn(
          { connection: connection.name, kind },
          `its token could not be renewed ahead of time: ${message}`,
        );
      }
    }
  };
  const once = async (): Promise<void> => {
    try {
      await pass();
    } catch (thrown) {
      logger.warn(
        { error: asFailure(thrown) },
        'tokens could not be looked at; tried again at the next pass',
      );
    }
    if (!stopped) timer = setTimeout(() => void (running = once()), everyMs).unref();
  };
  let running = once();

  return {
    async close(deadline) {
      stopped = true;
      clearTimeout(timer);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([running, new Promise<void>((resolve) => (late = setTimeout(resolve, deadline)))]);
      clearTimeout(late);
    },
  };
}
