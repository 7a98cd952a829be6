import { Failure } from '#kernel';
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where calls may go. */
export interface HostRule {
  /** The platform's own hosts, or the one that the connection names instead. A text matches the whole host name. */
  readonly hosts: readonly (string | RegExp)[];
  /** Plain http and addresses of one's own network: the sandbox, and servers in the operator's own house. */
  readonly private: boolean;
}

/** Addresses that no platform has: this machine, private and carrier networks, link-local, multicast, reserved, tunnels. */
const OWN_NETWORK_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
const OWN_NETWORK_6 = [
  // With the IPv4 addresses that were once written so.
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  // Tunnels: the address inside may be anyone's.
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const ownNetwork = new BlockList();
for (const [address, bits] of OWN_NETWORK_4) {
  ownNetwork.addSubnet(address, bits, 'ipv4');
  // The same addresses as IPv6 writes them: mapped (RFC 4291) and behind NAT64 (RFC 6052).
  for (const prefix of ['::ffff:', '64:ff9b::']) ownNetwork.addSubnet(prefix + address, 96 + bits, 'ipv6');
}
for (const [address, bits] of OWN_NETWORK_6) ownNetwork.addSubnet(address, bits, 'ipv6');

export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$|%.*$/g, '');
  const version = isIP(bare);
  return version !== 0 && ownNetwork.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/** Throws where a URL leads elsewhere than the rule allows. What a name resolves to is checked while connecting. */
export function allowedHost(url: string, rule: HostRule): void {
  if (!URL.canParse(url))
    throw new Failure(
      'config',
      'the base URL of the connection is no URL: correct it in the connection’s settings',
    );
  const { protocol, hostname, host } = new URL(url);
  if (
    !rule.hosts.some((one) =>
      typeof one === 'string' ? one === hostname || one === host : one.test(hostname),
    )
  )
    throw new Failure(
      'config',
      `${host} is not a host of this platform: calls go to the platform’s own hosts only, or to the base URL set on the connection`,
    );
  if (rule.private) {
    if (protocol !== 'https:' && protocol !== 'http:')
      throw new Failure(
        'config',
        `${protocol}// is not spoken here: use https:// in the connection’s base URL`,
      );
    return;
  }
  if (protocol !== 'https:')
    throw new Failure(
      'config',
      `${host} would be called over ${protocol}// in clear: use https:// in the connection’s base URL`,
    );
  if (isPrivateAddress(hostname)) throw new Failure('config', privateAddress(host));
}

const privateAddress = (host: string): string =>
  `${host} leads into a private network: only connections to the sandbox or to servers marked as private may go there`;

/** Carried through the socket's error by its code, since sockets fail with plain errors. */
export const PRIVATE_ADDRESS = 'STRATUS_PRIVATE_ADDRESS';

const blocked = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(privateAddress(host)), { code: PRIVATE_ADDRESS });

/** A name is resolved and checked in one step, so that it cannot mean two addresses. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const first = addresses?.[0];
    if (error || !first) return callback(error ?? blocked(hostname), '', 0);
    if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(blocked(hostname), '', 0);
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  destroy(): void;
}

/** Kept-alive sockets. Private and public calls never share one. */
export function openAgents(isPrivate: boolean): Agents {
  const options = { keepAlive: true, maxSockets: 64, ...(isPrivate ? {} : { lookup: publicLookup }) };
  const httpAgent = new HttpAgent(options);
  const httpsAgent = new HttpsAgent(options);
  return {
    httpAgent,
    httpsAgent,
    destroy() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
