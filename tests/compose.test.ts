import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { readEnv } from '#config';
import { ROOT } from './imports.js';

interface Service {
  image: string;
  command?: string[];
  container_name?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  stop_grace_period?: string;
  ports?: string[];
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
};
const service = (name: string): Service => services[name]!;
const OURS = ['migrate', 'scheduler', 'worker', 'console'];

describe('docker-compose.yml', () => {
  it('has the stores, one migration and each kind of process', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'redis', ...OURS]);
    for (const name of OURS) expect(service(name).command).toEqual([name]);
  });

  it('runs a Redis that keeps what it was given and never evicts', () => {
    const command = service('redis').command!.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--appendfsync everysec');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('starts every process after healthy stores and a finished migration', () => {
    for (const name of ['scheduler', 'worker', 'console']) {
      expect(service(name).depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      });
    }
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('lets workers be scaled and takes longer to kill than they take to stop', () => {
    expect(service('worker').container_name).toBeUndefined();
    expect(service('worker').ports).toBeUndefined();
    for (const name of ['scheduler', 'worker', 'console']) {
      const grace = Number.parseInt(service(name).stop_grace_period!, 10) * 1000;
      expect(grace).toBeGreaterThan(Number(service(name).environment!['STRATUS_STOP_MS']));
    }
  });

  it('asks each of them for its health', () => {
    for (const name of ['postgres', 'redis', 'scheduler', 'worker', 'console']) {
      expect(service(name).healthcheck?.test?.length).toBeGreaterThan(1);
    }
    expect(service('console').healthcheck!.test!.at(-1)).toMatch(/\/api\/system\/health$/);
  });

  it('gives every process an environment that is accepted', () => {
    for (const name of OURS) {
      const values = Object.entries(service(name).environment!).map(([variable, text]) => [
        variable,
        String(text)
          .replace(/\$\{\w+:-(.*?)\}/, '$1')
          .replace(/\$\{\w+:\?.*?\}/, Buffer.alloc(32).toString('base64')),
      ]);
      expect(readEnv(Object.fromEntries(values) as Record<string, string>).mode).toBe('cluster');
    }
  });
});

describe('the image', () => {
  it('runs the command as somebody other than root', () => {
    const runtime = read('Dockerfile')
      .split(/^FROM /m)
      .at(-1)!;
    expect(runtime).toMatch(/^USER node$/m);
    expect(runtime).toContain('ENTRYPOINT ["node", "bin/stratus.mjs"]');
    expect(runtime).toMatch(/^HEALTHCHECK /m);
  });

  it('is healthy as long as it reaches its stores', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    const check = (url: string) =>
      promisify(execFile)(process.execPath, [join(ROOT, 'bin', 'health.mjs')], { env: { REDIS_URL: url } });
    await expect(check(`redis://127.0.0.1:${port}`)).resolves.toBeDefined();
    await new Promise((closed) => server.close(closed));
    await expect(check(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
