import { startProxy, type Proxy } from './proxy.js';
import type { Servers } from './servers.js';
import type { Direction, Target, Weather } from './weather.js';

/**
 * A proxy between every process and each of Redis and Postgres, and one before the platforms, whose address stands on
 * the connections and is the same for all.
 */
export class Links {
  private readonly proxies = new Map<string, Proxy>();

  private constructor(private readonly servers: Servers) {}

  static async open(options: {
    readonly seed: number;
    readonly servers: Servers;
    readonly processes: readonly string[];
    readonly sandboxUrl: string;
  }): Promise<Links> {
    const links = new Links(options.servers);
    const open = async (name: string, url: string): Promise<void> => {
      const { hostname: host, port } = new URL(url);
      links.proxies.set(
        name,
        await startProxy({ target: { host, port: Number(port) }, seed: options.seed + links.proxies.size }),
      );
    };
    await open('platform', options.sandboxUrl);
    for (const process of options.processes) {
      await open(`${process}/redis`, options.servers.redis.url);
      await open(`${process}/postgres`, options.servers.postgres.url);
    }
    return links;
  }

  /** What one process is told to call instead of the servers themselves. */
  env(process: string, database: string): Record<string, string> {
    const postgres = this.through(`${process}/postgres`, this.servers.postgres.url);
    postgres.pathname = `/${database}`;
    return {
      REDIS_URL: this.through(`${process}/redis`, this.servers.redis.url).href,
      DATABASE_URL: postgres.href,
    };
  }

  get platformUrl(): string {
    return `http://127.0.0.1:${String(this.proxies.get('platform')!.port)}`;
  }

  /** On one process's link, or on everybody's. */
  set(victim: string | null, target: Target, direction: Direction, weather: Weather | null): void {
    for (const [name, proxy] of this.proxies)
      if (
        target === 'platform'
          ? name === 'platform'
          : name.endsWith(`/${target}`) && (victim === null || name.startsWith(`${victim}/`))
      )
        proxy.set(direction, weather);
  }

  /** How often the weather that stands did something, on everybody's links together. */
  struck(target: Target, direction: Direction): number {
    let times = 0;
    for (const [name, proxy] of this.proxies)
      if (name === target || name.endsWith(`/${target}`)) times += proxy.struck(direction);
    return times;
  }

  async close(): Promise<void> {
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
  }

  private through(name: string, url: string): URL {
    const address = new URL(url);
    address.host = `127.0.0.1:${String(this.proxies.get(name)!.port)}`;
    return address;
  }
}
