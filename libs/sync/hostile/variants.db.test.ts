import { describeHostile } from '../../../tests/describe-hostile.js';
import { fakePlatform, thing } from '../../../tests/fake-platform.js';

describeHostile({
  platform: fakePlatform(),
  stream: 'fake.things',
  record: (n) => ({ ...thing(n), parts: [`t${n}/1`, `t${n}/2`], rest: n % 50 === 0 ? 0 : null }),
  body: (things, next) => ({ things, next }),
  pageOf: ({ url, query }) =>
    url.includes('/parts/') ? null : query?.['place'] === undefined ? 0 : Number(query['place']),
  other: () => ({ parts: [], rest: null }),
});
