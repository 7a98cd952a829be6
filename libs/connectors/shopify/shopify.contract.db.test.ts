import { DEMO_EXPIRING_CREDENTIALS, startSandbox } from '../../../apps/sandbox/index.js';
import { describeContract } from '../../../tests/describe-contract.js';
import { FAULTS } from '../../../tests/serve-simulator.js';
import { shopify } from './platform.js';
import { described } from './testing/described.js';

/** What spoils a record that has neither `updatedAt` nor `createdAt`. */
const SPOILT: Readonly<Record<string, object>> = {
  inventory: { sku: 7 },
  payouts: { issuedAt: 'yesterday' },
};

describeContract(
  shopify,
  async ({ records, now }) => {
    const sandbox = await startSandbox({
      orders: records,
      now,
      plan: { maximumAvailable: 1_000_000, restoreRate: 1_000_000 },
    });
    const kindOf = (stream: string): string => stream.slice('shopify.'.length);
    const inOrders = (kind: string): boolean => ['fulfillments', 'refunds', 'transactions'].includes(kind);
    const truthOf = (stream: string) => sandbox.simulators.get('shopify')!.truth().streams[stream]!;
    return {
      baseUrl: `${sandbox.url}/shopify/demo`,
      simulator: sandbox.simulators.get('shopify')!,
      settings: { shop: 'demo' },
      credentials: DEMO_EXPIRING_CREDENTIALS,
      secrets: Object.entries(DEMO_EXPIRING_CREDENTIALS).flatMap(([name, value]) =>
        /secret|token/i.test(name) ? [value] : [],
      ),
      records: (stream) => truthOf(stream).records,
      listed: (stream) => (inOrders(kindOf(stream)) ? records : truthOf(stream).records),
      rows: (stream) =>
        Object.fromEntries(
          Object.entries(truthOf(stream).tables).map(([name, table]) => [
            name,
            (table as { rows: number }).rows,
          ]),
        ),
      touch: (stream, count) => {
        const kind = kindOf(stream);
        sandbox.edit({ op: 'touch', stream: inOrders(kind) ? 'orders' : kind, count });
      },
      fault: (kind, calls) =>
        void sandbox.turn({ faults: [{ ...FAULTS[kind], next: calls, path: 'graphql' }] }),
      corrupt: (stream) =>
        void sandbox.turn({
          corrupt: {
            stream: kindOf(stream),
            count: 1,
            set: SPOILT[kindOf(stream)] ?? { updatedAt: 'yesterday', createdAt: 'yesterday' },
          },
        }),
      mend: () => void sandbox.turn({ corrupt: null }),
      tokens: (end) => void sandbox.turn({ tokens: end }),
      close: () => sandbox.close(),
    };
  },
  { described },
);
