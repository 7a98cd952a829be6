import type { Config } from 'jest';

/**
 * TypeScript is stripped by swc; `#lib` imports resolve to sources, so tests need no build of their own.
 * Read through scripts/jest.mjs: Jest itself reads a TypeScript configuration only with a second compiler installed.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest reads the default export
export default {
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#connectors/(.*)$': '<rootDir>/libs/connectors/$1/index.ts',
    '^#simulators/(.*)$': '<rootDir>/libs/connectors/$1/simulator/index.ts',
    '^#(migrations|config)$': '<rootDir>/$1/index.ts',
    '^#(.*)$': '<rootDir>/libs/$1/index.ts',
  },
  testMatch: ['<rootDir>/{apps,libs,config,migrations,tests,bench,storm,examples,scripts}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.stratus/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  globalSetup: '<rootDir>/tests/services-start.mjs',
  globalTeardown: '<rootDir>/tests/services-stop.mjs',
  testSequencer: '<rootDir>/tests/longest-first.mjs',
  // A first database test waits for the server's start and the template's migration.
  testTimeout: 30_000,
  // As many as the processors it is meant for: tests that measure time against a strict platform need what they are given.
  maxWorkers: 2,
} satisfies Config;
