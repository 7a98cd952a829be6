import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openTokenWorld, type TokenWorld } from '../bench/tokens.js';
import { describeDb, testDatabase, type TestDatabase } from './postgres.js';

const CLIENT = fileURLToPath(new URL('../dist/bench/tokens-client.js', import.meta.url));
/** Other processes can only be run from the build; `npm run verify` builds before it tests. */
const describeBuilt = existsSync(CLIENT) ? describeDb : describe.skip;

/** The bench of the same name makes five hundred rounds of it. */
const ROUNDS = 12;

describeBuilt('fifty workers in five processes and one rotating token', () => {
  let database: TestDatabase;
  let world: TokenWorld;
  beforeAll(async () => {
    database = await testDatabase();
    world = await openTokenWorld(database.url, CLIENT);
  });
  afterAll(async () => {
    await world.close();
    await database.drop();
  });

  it('renew it once each time it dies, lose no grant, and all go on', async () => {
    expect(await world.rounds(ROUNDS)).toMatchObject({
      refreshes: ROUNDS,
      lostFamilies: 0,
      served: ROUNDS * 50,
      failures: [],
    });
  }, 120_000);

  it('recover by themselves when one is killed between reply and store, where the platform gives grace', async () => {
    expect(await world.death('until-used', 'now')).toMatchObject({ outcome: 'recovered', renewals: 2 });
  }, 60_000);

  it('ask for new credentials after one more call where it gives none', async () => {
    expect(await world.death('once', 'now')).toMatchObject({ outcome: 'reconnect', renewals: 2 });
  }, 60_000);
});
