import { describeDb, testDatabase } from '../../tests/postgres.js';
import { describeQueues } from './testing/describe-queues.js';

describeQueues(describeDb, 'Postgres', async () => {
  const database = await testDatabase();
  return { store: { kind: 'postgres', url: database.url }, close: () => database.drop() };
});
