import { AmazonSimulator, DEMO_ACCESS } from '#simulators/amazon';
import { FAULTS, serveSimulator } from '../../../../tests/serve-simulator.js';
import { HOME } from './stage.js';
import { tradeOf } from './trade.js';

export const CREDENTIALS = { ...DEMO_ACCESS };
export const SETTINGS = { region: 'eu', marketplaceIds: HOME };

/** Where each stream is read; the token's own endpoint is none of them. */
const PATHS = ['/orders/2026', '/fba/', '/reports/2021', '/finances/'];

/** So many of Amazon's orders, on a port of its own. */
export async function serveAmazon(orders: number, now: () => number) {
  const anchor = new Date(now());
  const simulator = new AmazonSimulator({
    accounts: [{ name: 'demo', trade: () => tradeOf(orders * 3, anchor) }],
    anchor,
    now,
  });
  const served = await serveSimulator(simulator, now);
  return {
    ...served,
    simulator,
    baseUrl: `${served.url}/amazon/demo`,
    turn: (knobs: object) => simulator.knobs('demo', knobs),
    edit: (edit: object) => simulator.edit('demo', edit),
    truth: () => simulator.truth('demo'),
    fault: (kind: keyof typeof FAULTS, calls: number) =>
      served.turn({ faults: PATHS.map((path) => ({ ...FAULTS[kind], next: calls, path })) }),
  };
}
