import { describeContract } from '../../../tests/describe-contract.js';
import { amazon } from './platform.js';
import { described } from './testing/described.js';
import { nearby } from './testing/nearby.js';
import { CREDENTIALS, serveAmazon, SETTINGS } from './testing/served.js';

/** A field of each stream's records that no schema takes as it is then. */
const SPOILT: Readonly<Record<string, object>> = {
  orders: { lastUpdatedTime: 'yesterday' },
  inventory: { totalQuantity: 'plenty' },
  transactions: { postedDate: 'yesterday' },
};

describeContract(
  nearby(amazon),
  async ({ records, now }) => {
    const served = await serveAmazon(records, now);
    const listOf = (stream: string): string => stream.slice('amazon.'.length);
    const truthOf = (stream: string) => served.truth().streams[stream]!;
    return {
      baseUrl: served.baseUrl,
      simulator: served.simulator,
      settings: SETTINGS,
      credentials: CREDENTIALS,
      secrets: [CREDENTIALS.clientSecret, CREDENTIALS.refreshToken],
      records: (stream) => truthOf(stream).records,
      rows: (stream) =>
        Object.fromEntries(Object.entries(truthOf(stream).tables).map(([name, { rows }]) => [name, rows])),
      touch: (stream, count) => void served.edit({ op: 'touch', stream: listOf(stream), count }),
      fault: (kind, calls) => void served.fault(kind, calls),
      corrupt: (stream) =>
        void served.turn({ corrupt: { stream: listOf(stream), count: 1, set: SPOILT[listOf(stream)] } }),
      mend: () => void served.turn({ corrupt: null }),
      tokens: (end) => void served.turn({ tokens: end }),
      close: () => served.close(),
    };
  },
  { described },
);
