const ADDRESSES = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.1',
  '10.255.255.254',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
];
const parts = (address: string): number[] => address.split('.').map(Number);
const number = (address: string): number => parts(address).reduce((sum, part) => sum * 256 + part, 0);
const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');

/** One address as resolvers, browsers and URL parsers let it be written. */
const SPELLINGS: readonly ((address: string) => string)[] = [
  (a) => a,
  (a) => String(number(a)),
  (a) => `0x${hex(number(a), 8)}`,
  (a) => `0${number(a).toString(8)}`,
  (a) =>
    parts(a)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  (a) =>
    parts(a)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  (a) => `[::ffff:${a}]`,
  (a) => `[64:ff9b::${hex(number(a) >>> 16, 4)}:${hex(number(a) & 0xffff, 4)}]`,
  (a) => `[2002:${hex(number(a) >>> 16, 4)}:${hex(number(a) & 0xffff, 4)}::1]`,
  (a) => `${a}.`,
];

/** Addresses that lead inside, or are none that may be called. */
export const INSIDE_TARGETS: readonly string[] = [
  ...new Set([
    ...ADDRESSES.flatMap((address) => SPELLINGS.map((spell) => `https://${spell(address)}/`)),
    'https://[::1]/',
    'https://[::]/',
    'https://[::127.0.0.1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[2001:0:53aa:64c:0:fbbe:80ff:fffe]/',
    'https://[64:ff9b:1::7f00:1]/',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST:6379/',
    'https://redis:6379/',
    'https://postgres.internal/',
    'https://printer.local/',
    'https://nas.lan/',
    'https://wiki.corp/',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://127.0.0.1.nip.io/',
    'https://7f000001.rbndr.example.com/',
    'https://half.example.com/',
    'https://nowhere.example.com/',
    'https://１２７.０.０.１/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://127.1/',
    'https://0/',
    'https://1.0.0.127.in-addr.arpa/',
    'http://api.shop.example/',
    'ftp://api.shop.example/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'dict://127.0.0.1:11211/stats',
    'ldap://127.0.0.1/',
    'javascript:alert(1)',
    'data:text/plain,hello',
    'unix:/var/run/docker.sock',
    'blob:https://api.shop.example/1',
    '//169.254.169.254/latest/meta-data/',
    '/etc/passwd',
    '',
    'https://',
    'https://user@api.shop.example/',
    'https://user:password@api.shop.example/',
    'https://api.shop.example@127.0.0.1/',
    'https://127.0.0.1#@api.shop.example/',
    'https://127.0.0.1?@api.shop.example/',
    'https://127.0.0.1\\@api.shop.example/',
    'https://api.shop.example/?url=http://169.254.169.254/',
    'https://api.shop.example/#x',
    'https://api.shop.example\t@127.0.0.1/',
    'https:\\\\127.0.0.1/',
    'https:127.0.0.1',
    'https:///127.0.0.1/',
  ]),
];
