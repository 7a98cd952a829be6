import { climbs } from './floors.js';
import { readSource, sourceFiles } from './imports.js';

const complaint = (path: string, text: string): string => climbs([readSource(path, text)]).join('\n');

describe('the floors', () => {
  it('are kept by every file', () => {
    expect(climbs(sourceFiles())).toEqual([]);
  });

  it.each([
    [
      'libs/kernel/a.ts',
      "import { x } from '#sync';",
      'climbs from floor 0 (libs/kernel) to floor 3 (libs/sync)',
    ],
    [
      'libs/queue/a.ts',
      "export { x } from '#catalog';",
      'climbs from floor 2 (libs/queue) to floor 5 (libs/catalog)',
    ],
    ['libs/sync/a.ts', "const x = await import('#connectors/xero');", 'to floor 4 (libs/connectors/xero)'],
    ['libs/connectors/xero/a.ts', "import { x } from '#connectors/shopify';", 'never import each other'],
    ['libs/connectors/xero/a.ts', "import type { x } from '../shopify/index.js';", 'never import each other'],
    [
      'libs/connectors/xero/a.ts',
      "import { x } from '#warehouse';",
      'takes only #kernel, #sync and #warehouse/tables',
    ],
    ['libs/connectors/xero/a.ts', "import { x } from 'bullmq';", 'the engine holds every door'],
    [
      'libs/catalog/a.ts',
      "import { x } from '#simulators/xero';",
      'for apps/sandbox, bench, storm and tests alone',
    ],
    ['libs/connectors/xero/platform.ts', "import { x } from './simulator/index.js';", 'for apps/sandbox'],
    ['libs/http/a.ts', "import { x } from '#config';", 'handed down as plain values'],
    ['apps/worker/a.ts', "import { x } from '../../libs/sync/run.js';", 'through its index.ts (#sync)'],
    ['libs/sync/a.ts', "import { x } from '../../tests/postgres.js';", 'only tests and the storm do'],
    ['bench/a.ts', "import { x } from '../tests/engine.js';", 'only tests and the storm do'],
    ['libs/sync/a.ts', "import { x } from '../../apps/worker/main.js';", 'knows an app'],
    ['libs/http/a.ts', 'const x = await import(`#sync`);', 'climbs from floor 2 (libs/http)'],
    ['libs/http/a.ts', "type X = import('#sync').X;", 'climbs from floor 2 (libs/http)'],
    ['libs/http/a.ts', "const home = process.env['HOME'];", 'only config/env.ts does'],
    ['libs/kernel/a.ts', 'const at = Date.now();', 'this code is pure'],
    ['libs/connectors/xero/a.ts', 'const at = new Date();', 'this code is pure'],
    ['libs/connectors/xero/simulator/a.ts', 'const at = new Date();', 'this code is pure'],
    ['libs/sync/a.ts', "export * from './run.js';", 'exports all of another module'],
    ['apps/web/a.tsx', "export * as all from './run.js';", 'exports all of another module'],
    ['libs/finance/a.ts', "import { x } from '#alerts';", 'imports its neighbour libs/alerts'],
  ])('says what is wrong in %s with %s', (path, text, sentence) => {
    expect(complaint(path, text)).toContain(sentence);
    expect(complaint(path, text)).toContain(`${path}:1 `);
  });

  it.each([
    ['libs/sync/a.ts', "import { x } from '#kernel'; import { y } from '#warehouse';"],
    [
      'libs/connectors/xero/a.ts',
      "import { x } from '#kernel'; import { t } from '#warehouse/tables'; import { z } from 'zod';",
    ],
    [
      'libs/connectors/xero/xero.contract.test.ts',
      "import { s } from '#simulators/xero'; import { d } from '../../../tests/postgres.js';",
    ],
    [
      'libs/connectors/xero/simulator/a.ts',
      "import { x } from './b.js'; import { y } from '../records/y.js';",
    ],
    ['apps/sandbox/a.ts', "import { s } from '#simulators/xero'; import { e } from '#config';"],
    ['storm/a.ts', "import { s } from '#simulators/xero'; import { b } from '../apps/sandbox/index.js';"],
    ['storm/b.ts', "import { FakeShop } from '../tests/fake-platform.js';"],
    ['libs/http/a.ts', 'const at = Date.now(); const also = new Date();'],
    ['libs/kernel/a.ts', 'const at = (now: () => number = Date.now) => new Date(now());'],
    ['libs/kernel/a.test.ts', 'const at = new Date();'],
    ['apps/cli/a.ts', "import { up } from '../worker/main.js'; import { c } from '#catalog';"],
  ])('lets %s have %s', (path, text) => {
    expect(complaint(path, text)).toBe('');
  });

  it('do not call clean what they cannot read', () => {
    expect(() => complaint('libs/kernel/a.ts', 'import { from;')).toThrow('libs/kernel/a.ts does not parse');
  });
});
