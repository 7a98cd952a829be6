import { DEMO_ACCESS, ShipBobSimulator } from '#simulators/shipbob';
import { describeContract } from '../../../tests/describe-contract.js';
import { FAULTS, serveSimulator } from '../../../tests/serve-simulator.js';
import { shipbob } from './platform.js';
import { described } from './testing/described.js';
import { tradeOf } from './testing/trade.js';

const CREDENTIALS = {
  clientId: DEMO_ACCESS.clientId,
  clientSecret: DEMO_ACCESS.clientSecret,
  redirectUri: DEMO_ACCESS.redirectUri,
  refreshToken: DEMO_ACCESS.refreshToken,
};

/** A field of each stream's records that no schema takes as it is then. */
const SPOILT: Readonly<Record<string, object>> = {
  orders: { created_date: 'yesterday' },
  returns: { insert_date: 'yesterday' },
  receiving: { last_updated_date: 'yesterday' },
  products: { variants: 'none' },
  inventory: { total_on_hand_quantity: 'plenty' },
  fulfillment_centers: { name: ['Cicero'] },
};

describeContract(
  shipbob,
  async ({ records, now }) => {
    const simulator = new ShipBobSimulator({
      accounts: [{ name: 'demo', trade: () => tradeOf(records, new Date(now())), perMinute: 1_000_000 }],
      now,
    });
    const served = await serveSimulator(simulator, now);
    const listOf = (stream: string): string => stream.slice('shipbob.'.length);
    const truthOf = (stream: string) => simulator.truth().streams[stream]!;
    return {
      baseUrl: `${served.url}/shipbob/demo`,
      simulator,
      settings: {},
      credentials: CREDENTIALS,
      secrets: [CREDENTIALS.clientSecret, CREDENTIALS.refreshToken],
      records: (stream) => truthOf(stream).records,
      rows: (stream) =>
        Object.fromEntries(Object.entries(truthOf(stream).tables).map(([name, { rows }]) => [name, rows])),
      touch: (stream, count) => void simulator.edit('demo', { op: 'touch', stream: listOf(stream), count }),
      fault: (kind, calls) =>
        void served.turn({ faults: [{ ...FAULTS[kind], next: calls, path: '/2026-01/' }] }),
      corrupt: (stream) =>
        void simulator.knobs('demo', {
          corrupt: { stream: listOf(stream), count: 1, set: SPOILT[listOf(stream)] },
        }),
      mend: () => void simulator.knobs('demo', { corrupt: null }),
      tokens: (end) => void simulator.knobs('demo', { tokens: end }),
      close: () => served.close(),
    };
  },
  { described },
);
