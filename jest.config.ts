import type { Config } from 'jest';

/**
 * Tests run in Node itself, without Jest's sandbox: see tests/bare/. `#lib` imports resolve to sources, so tests need
 * no build of their own. Read through scripts/jest.mjs: Jest itself reads a TypeScript configuration only with a second
 * compiler installed.
 */
// oxlint-disable-next-line import/no-default-export -- Jest reads the default export
export default {
  runtime: '<rootDir>/tests/bare/runtime.cjs',
  testEnvironment: '<rootDir>/tests/bare/environment.mjs',
  transform: {},
  roots: ['apps', 'libs', 'config', 'migrations', 'tests', 'bench', 'storm', 'examples', 'scripts'].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/tests/services-start.mjs',
  globalTeardown: '<rootDir>/tests/services-stop.mjs',
  testSequencer: '<rootDir>/tests/longest-first.mjs',
  // A first database test waits for the server's start and the template's migration.
  testTimeout: 30_000,
  // One more than the processors it is meant for, since each waits for its servers often; tests that measure time against a
  // strict platform still get what they need.
  maxWorkers: 3,
  // What one file leaves in memory stays with its worker: a large one is started anew between two files.
  workerIdleMemoryLimit: '1.5GB',
} satisfies Config;
