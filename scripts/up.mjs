/**
 * `npm run up`: installs and builds where that is needed, then becomes `stratus up`. It runs in this very process, so
 * signals and exit code need no passing on. With --json nothing but what the product prints reaches stdout.
 */
import { endAll } from './steps.mjs';
import { prepare, ROOT } from './setup.mjs';

const args = process.argv.slice(2);

const stop = () => void endAll().then(() => process.exit(130));
process.on('SIGINT', stop).on('SIGTERM', stop);
await prepare(args.includes('--json') ? console.error : console.log);
process.off('SIGINT', stop).off('SIGTERM', stop);

process.argv = [process.execPath, `${ROOT}/bin/stratus.mjs`, 'up', ...args];
await import('../bin/stratus.mjs');
