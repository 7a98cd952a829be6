import { Failure } from '#kernel';
import { listConnections, removeConnection, saveConnection, warehouseTables } from '#warehouse';
import type { Home, SandboxShop } from './home.js';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Stack } from './stack.js';

export interface ShopOptions {
  readonly shop?: string;
  readonly orders?: number;
  readonly seed?: number;
}

const DEFAULT_ORDERS = 250;

/**
 * The shop the sandbox serves. What was chosen once stays chosen, its last day included: the same command again
 * finds the very same shop, on another day too.
 */
export function chooseShop(home: Home, options: ShopOptions, now: Date): SandboxShop {
  const known = home.sandboxShop();
  const shopFile = shopFileOf(options);
  const asked = options.shop !== undefined || options.orders !== undefined || options.seed !== undefined;
  const wanted = {
    seed: options.seed ?? (shopFile === null ? known?.seed : undefined) ?? 1,
    orders: options.orders ?? (shopFile === null ? known?.orders : undefined) ?? DEFAULT_ORDERS,
    shopFile: asked ? shopFile : (known?.shopFile ?? null),
  };
  const same =
    known &&
    known.seed === wanted.seed &&
    known.orders === wanted.orders &&
    known.shopFile === wanted.shopFile;
  const shop = { ...wanted, anchor: same ? known.anchor : now.toISOString().slice(0, 10) };
  home.setSandboxShop(shop);
  return shop;
}

/** The shop's file where one is named; a Failure where it is not there. */
export function shopFileOf({ shop }: ShopOptions): string | null {
  if (shop === undefined) return null;
  const file = resolve(shop);
  if (existsSync(file)) return file;
  throw new Failure(
    'config',
    `there is no file ${file}; --shop takes a CSV file in the Online Retail form, gzip or not`,
  );
}

/**
 * A connection to the sandbox's shop on each platform; their address is the one thing that changes from start to start.
 * Another shop than before is another account under the same name: what was here of the old one goes, checkpoints included.
 */
export async function connectDemo(stack: Stack, sandboxUrl: string, shop: SandboxShop): Promise<void> {
  const { demoConnections, roomy } = await import('../sandbox/index.js');
  const demos = demoConnections(sandboxUrl).map(roomy);
  const before = stack.home.connectedShop();
  if (before && !isDeepStrictEqual(before, shop)) await forget(stack, new Set(demos.map(({ name }) => name)));
  for (const demo of demos) await saveConnection(stack.warehouse, stack.ring, { ...demo, sandbox: true });
  stack.home.setConnectedShop(shop);
}

async function forget({ warehouse }: Stack, names: ReadonlySet<string>): Promise<void> {
  const tables = warehouseTables.map((table) => table.name);
  for (const { id, name, sandbox } of await listConnections(warehouse))
    if (sandbox && names.has(name)) await removeConnection(warehouse, id, tables);
}
