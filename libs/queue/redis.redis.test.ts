import type { Redis } from 'ioredis';
import { startProxy, type Proxy } from '../../storm/proxy.js';
import { DIRECTIONS } from '../../storm/weather.js';
import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import { openRedis } from './redis.js';

const SILENT_MS = 1000;

describeRedis('a Redis that goes silent without a word', () => {
  let proxy: Proxy;
  const clients: Redis[] = [];
  const made = (client: Redis): void => {
    clients.push(client);
    client.on('error', () => undefined);
  };
  let client: Redis;
  beforeAll(async () => {
    const url = new URL(await testRedisUrl());
    proxy = await startProxy({ target: { host: url.hostname, port: Number(url.port) } });
    url.host = `127.0.0.1:${proxy.port}`;
    client = openRedis(url.href, { made, silentMs: SILENT_MS, maxRetriesPerRequest: 2 });
    client.duplicate().disconnect();
  });
  afterAll(async () => {
    for (const one of clients) one.disconnect();
    await proxy.close();
  });

  it('is told of with each copy of its client', () => expect(clients).toHaveLength(2));

  it.each(DIRECTIONS)('(%s) is left, and asked anew once it answers', async (direction) => {
    await client.set('known', direction);
    proxy.set(direction, { kind: 'blackhole' });
    const asked = client.get('known');
    await new Promise<void>((left) => client.once('reconnecting', () => left()));
    proxy.set(direction, null);
    expect(await asked).toBe(direction);
  });

  it('is waited for while it may answer later, and while nothing is asked', async () => {
    let left = 0;
    client.on('close', () => left++);
    expect(await client.blpop('nothing', (SILENT_MS * 0.6) / 1000)).toBeNull();
    await new Promise((over) => setTimeout(over, SILENT_MS * 1.2));
    expect(await client.ping()).toBe('PONG');
    expect(left).toBe(0);
  });
});
