import { describeDb } from '../../tests/postgres.js';
import { consoleWorld, type ConsoleWorld } from './testing/console-world.js';

const token = 'a-token-for-the-test';

describeDb('a run that waits', () => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await consoleWorld({ options: { metricsToken: token } });
  });
  afterAll(() => world.close());

  it('says why in the list of runs, on its own page and to programs', async () => {
    const run = await world.run();
    const tell = async () => {
      const visitor = await world.as('viewer');
      const status = await world.visitor().get('/api/system/status', { Authorization: `Bearer ${token}` });
      const [first] = (JSON.parse(status.text) as { recent_activity: { why: string | null }[] })
        .recent_activity;
      return [
        (await visitor.get('/api/v1/runs')).text,
        (await visitor.get(`/api/v1/runs/${run.id}`)).text,
        first!.why,
      ];
    };
    for (const text of await tell()) expect(text).toContain('no worker takes the queue shopify');
    await world.queues.boards.find(({ name }) => name === 'shopify')!.pause();
    for (const text of await tell()) expect(text).toContain('paused by hand: the whole queue shopify');
  });
});
