import { DEMO_ACCESS, FreeAgentSimulator } from '#simulators/freeagent';
import { describeContract } from '../../../tests/describe-contract.js';
import { FAULTS, serveSimulator } from '../../../tests/serve-simulator.js';
import { freeagent } from './platform.js';
import { described } from './testing/described.js';
import { tradeOf } from './testing/trade.js';

/** A field of each stream's records that no schema takes as it is then. */
const SPOILT: Readonly<Record<string, object>> = {
  categories: { nominal_code: 'seven' },
  transactions: { debit_value: 'plenty' },
};

const WIDE = { perMinute: 1_000_000, perHour: 1_000_000, refreshesPerMinute: 1_000_000 };

describeContract(
  freeagent,
  async ({ records, now }) => {
    const simulator = new FreeAgentSimulator({
      accounts: [{ name: 'demo', trade: () => tradeOf(records, new Date('2026-11-21T00:00:00Z')) }],
      anchor: new Date('2026-11-21T00:00:00Z'),
      now,
    });
    simulator.knobs('demo', { limits: WIDE });
    const served = await serveSimulator(simulator, now);
    const listOf = (stream: string): string => stream.slice('freeagent.'.length);
    const truthOf = (stream: string) => simulator.truth().streams[stream]!;
    return {
      baseUrl: `${served.url}/freeagent/demo`,
      simulator,
      settings: {},
      credentials: DEMO_ACCESS,
      secrets: [DEMO_ACCESS.clientSecret, DEMO_ACCESS.refreshToken, DEMO_ACCESS.accessToken],
      records: (stream) => truthOf(stream).records,
      rows: (stream) =>
        Object.fromEntries(Object.entries(truthOf(stream).tables).map(([name, { rows }]) => [name, rows])),
      touch: (stream, count) => void simulator.edit('demo', { op: 'touch', stream: listOf(stream), count }),
      fault: (kind, calls) => void served.turn({ faults: [{ ...FAULTS[kind], next: calls, path: '/v2/' }] }),
      corrupt: (stream) =>
        void simulator.knobs('demo', {
          corrupt: {
            stream: listOf(stream),
            count: 1,
            set: SPOILT[listOf(stream)] ?? { updated_at: 'yesterday' },
          },
        }),
      mend: () => void simulator.knobs('demo', { corrupt: null }),
      tokens: (end) => void simulator.knobs('demo', { tokens: end }),
      close: () => served.close(),
    };
  },
  { described },
);
