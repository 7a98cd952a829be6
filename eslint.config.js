import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const PURE = ['libs/kernel/**/*.ts', 'libs/connectors/**/*.ts'];
const TESTS = [
  '**/*.test.ts',
  '**/*.test-d.ts',
  'tests/**/*.ts',
  '**/testing/**/*.ts',
  '**/contract/**/*.ts',
  '**/hostile/**/*.ts',
];

const named = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default export has another name in every file that imports it.',
};
const all = {
  selector: 'ExportAllDeclaration',
  message: 'Re-export by name, so that what a lib offers can be read in its index.ts.',
};
const clock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'This code is pure: take the time as an argument (now: Date).',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'This code is pure: take the time as an argument (now: Date).',
  },
];

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', '.stratus/', 'coverage/', '**/fixtures/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './apps/web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      // A default branch is the answer for all the rest; without one, every case must be there.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrorsIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      // Numbers and booleans in a template are what templates are for.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: false },
      ],
      // An interface often asks for a promise that one implementation has no wait for.
      '@typescript-eslint/require-await': 'off',
      // Also flags assertions that steer the inference of a generic call.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-restricted-syntax': ['error', named, all],
    },
  },
  { files: PURE, ignores: TESTS, rules: { 'no-restricted-syntax': ['error', named, all, ...clock] } },
  {
    files: TESTS,
    rules: {
      // Replies and JSON are looked into freely in tests; expect() is what checks them.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Their texts are names of cases, read by people alone.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    rules: { 'no-unused-vars': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] },
  },
);
