import type { Warehouse } from '#warehouse';
import { guardAddress, type Resolve } from './address-guard.js';
import { INSIDE_TARGETS } from './testing/inside-targets.js';

/** Nothing that is no stand-in may ask the warehouse anything. */
const noWarehouse = {
  query: () => {
    throw new Error('not asked here');
  },
} as unknown as Warehouse;

/** A name service in which everything not named here is one's own network: what rebinding names resolve to. */
const names: Readonly<Record<string, readonly string[]>> = {
  'api.shop.example': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'half.example.com': ['93.184.215.14', '10.0.0.7'],
  'nowhere.example.com': [],
};
const resolve: Resolve = async (hostname) => names[hostname] ?? ['127.0.0.1'];
const refuseToResolve: Resolve = async () => {
  throw new Error('NXDOMAIN');
};

const guard = (text: string, how: Resolve = resolve): Promise<string> =>
  guardAddress(noWarehouse, text, { workspace: 'default', sandbox: false }, how);

it('is tried with at least 150 targets', () => {
  expect(INSIDE_TARGETS.length).toBeGreaterThanOrEqual(150);
});

it.each(INSIDE_TARGETS)('refuses %s', async (target) => {
  await expect(guard(target)).rejects.toMatchObject({ kind: 'config' });
});

it('refuses a public name that the name service does not know', async () => {
  await expect(guard('https://api.shop.example/', refuseToResolve)).rejects.toMatchObject({ kind: 'config' });
});

it.each([
  ['https://api.shop.example', 'https://api.shop.example'],
  ['https://API.shop.example:8443/v1/', 'https://api.shop.example:8443/v1'],
  ['https://93.184.215.14/', 'https://93.184.215.14'],
  ['https://[2606:2800:21f:cb07::8b2c]/', 'https://[2606:2800:21f:cb07::8b2c]'],
])('takes %s', async (given, kept) => {
  expect(await guard(given)).toBe(kept);
});
