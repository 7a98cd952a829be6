import type { Config } from 'jest';

/** TypeScript is stripped by swc; `#lib` imports resolve to sources, so tests need no build of their own. */
const shared: Config = {
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^#connectors/(.*)$': '<rootDir>/libs/connectors/$1/index.ts',
    '^#simulators/(.*)$': '<rootDir>/libs/connectors/$1/simulator/index.ts',
    '^#(migrations|config)$': '<rootDir>/$1/index.ts',
    '^#(.*)$': '<rootDir>/libs/$1/index.ts',
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.stratus/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default {
  ...shared,
  testMatch: ['<rootDir>/{apps,libs,config,migrations,tests,bench,examples}/**/*.test.ts'],
} satisfies Config;
