/** `npm test`: Jest with jest.config.ts, whose types are stripped by the compiler that the tests use anyway. */
import { transformFile } from '@swc/core';
import { run } from 'jest';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const { code } = await transformFile(join(ROOT, 'jest.config.ts'), {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
});
const { default: config } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
await run([...process.argv.slice(2), '--rootDir', ROOT, '--config', JSON.stringify(config)]);
