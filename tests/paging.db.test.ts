import { openWarehouse, type Warehouse } from '#warehouse';
import { openCases, type Cases } from '../bench/paging-cases.js';
import { describeDb, testDatabase, type TestDatabase } from './postgres.js';

/** The same cases every time, and as many that nobody has seen: a failure prints its seed. */
const SEED = 20_261_121;
const FRESH = Number(process.env['PAGING_SEED'] ?? Date.now() % 2 ** 31);

describeDb('sources that move while they are read', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let cases: Cases;
  beforeAll(async () => {
    database = await testDatabase();
    warehouse = await openWarehouse({ url: database.url, applicationName: 'stratus test', poolSize: 8 });
    cases = await openCases(warehouse);
  });
  afterAll(async () => {
    await warehouse.close();
    await database.drop();
  });

  it.each([
    ['the known seed', SEED],
    ['a fresh seed', FRESH],
  ])(
    'are in the warehouse record by record after a comparison: %s %i',
    async (_, seed) => {
      await cases.check({ seed, cases: 150, lanes: 4 });
    },
    120_000,
  );
});
