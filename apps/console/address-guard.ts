import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { allowedHost, isPrivateAddress } from '#http';
import { Failure } from '#kernel';
import type { Warehouse } from '#warehouse';
import { within } from './within.js';

/** Every address that a name means. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const PATIENCE = 3000;

const resolveByDns: Resolve = async (hostname) =>
  (await within(PATIENCE, lookup(hostname, { all: true }))).map(({ address }) => address);

/** Names that mean something only inside one's own network. */
const INSIDE = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|arpa|test|invalid|onion)$/;

export interface Asked {
  readonly workspace: string;
  /** Asks for a stand-in: plain http and private addresses. */
  readonly sandbox: boolean;
}

/**
 * An address that somebody entered, as the one form in which it is kept; throws a `config` Failure that says what is
 * wrong with it. It must be public and https, by its name and by everything the name resolves to: the console stands
 * in a network that the person at the browser may not reach. The socket checks once more when a call is made.
 *
 * A stand-in is another matter, and where private addresses begin is the installation's to say: the origin must be one that
 * a connection of this workspace calls already, made from the command line (the sandbox of `up` is).
 */
export async function guardAddress(
  warehouse: Warehouse,
  text: string,
  { workspace, sandbox }: Asked,
  resolve: Resolve = resolveByDns,
): Promise<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new Failure('config', 'this is no URL');
  if (url.username || url.password || url.search || url.hash)
    throw new Failure('config', 'this holds more than a place: leave out user, password, query and fragment');
  allowedHost(url.href, { hosts: [url.hostname], private: sandbox });
  if (sandbox) await mustBeKnown(warehouse, url, workspace);
  else await mustBePublic(url, resolve);
  return url.href.replace(/\/$/, '');
}

async function mustBeKnown(warehouse: Warehouse, url: URL, workspace: string): Promise<void> {
  const known = await warehouse.query<{ baseUrl: string }>(
    `select distinct base_url as "baseUrl" from connections
     where workspace_id = $1 and sandbox and base_url is not null`,
    [workspace],
  );
  if (known.some(({ baseUrl }) => URL.canParse(baseUrl) && new URL(baseUrl).origin === url.origin)) return;
  throw new Failure(
    'config',
    `${url.host} is no stand-in of this installation: the first connection to one is added with npx stratus connections add --sandbox`,
  );
}

async function mustBePublic(url: URL, resolve: Resolve): Promise<void> {
  const name = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const inside = new Failure(
    'config',
    `${url.host} leads into a private network: only the platform’s own servers and public ones may be called`,
  );
  if (isIP(name) !== 0) {
    if (isPrivateAddress(name)) throw inside;
    return;
  }
  if (!name.includes('.') || INSIDE.test(name)) throw inside;
  const addresses = await resolve(name).catch(() => []);
  if (addresses.length === 0)
    throw new Failure('config', `${url.host} is not known to the name service: check its spelling`);
  if (addresses.some(isPrivateAddress)) throw inside;
}
