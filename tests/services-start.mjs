import { chromiumProgram } from '../scripts/programs.mjs';
import { postgresFolder } from '../scripts/postgres-server.mjs';
import { redisProgram } from '../scripts/redis-server.mjs';
import { startServices } from '../scripts/services.mjs';

/**
 * Runs before the first test file. The servers behind it start only when a test asks for one, so a run of
 * pure tests pays nothing. `npm run verify` brings its own and sets STRATUS_TEST_SERVICES.
 */
export default async function start() {
  process.env['STRATUS_TEST_POSTGRES'] = process.env['DATABASE_URL'] || postgresFolder() ? '1' : '';
  process.env['STRATUS_TEST_REDIS'] = process.env['REDIS_URL'] || redisProgram() ? '1' : '';
  process.env['STRATUS_TEST_CHROMIUM'] = chromiumProgram() ?? '';
  if (!process.env['STRATUS_TEST_SERVICES']) {
    const services = await startServices();
    globalThis.stratusTestServices = services;
    process.env['STRATUS_TEST_SERVICES'] = services.url;
  }
  // Tests choose embedded or cluster mode themselves; what the shell says must not choose for them.
  delete process.env['DATABASE_URL'];
  delete process.env['REDIS_URL'];
}
