/** What people have been known to type where a name was asked for: 400 texts, made from these pieces. */
const QUERIES = [
  `' or '1'='1`,
  `'; drop table users; --`,
  `" or ""="`,
  `1); delete from connections; --`,
  `' union select password_hash from users --`,
  `$1`,
  `\\'; select pg_sleep(9); --`,
  `%' or 1=1 --`,
  `$$; drop table runs; $$`,
  `E'\\\\x27'`,
];
const SCRIPTS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `javascript:alert(1)`,
  `<svg/onload=alert(1)>`,
  `\${7*7}`,
  `{{constructor.constructor('return process')()}}`,
  `<%= 7*7 %>`,
  `</textarea><script>1</script>`,
];
const PLACES = [
  `../../../../etc/passwd`,
  `..%2f..%2fetc%2fpasswd`,
  `/proc/self/environ`,
  `C:\\Windows\\win.ini`,
  `file:///etc/passwd`,
  `http://169.254.169.254/latest/meta-data/`,
  `//evil.example/`,
];
const COMMANDS = [
  `; cat /etc/passwd`,
  `| id`,
  '`id`',
  `$(id)`,
  `& ping -c 9 127.0.0.1`,
  `\r\nSet-Cookie: a=b`,
];
const KEYS = [`__proto__`, `constructor`, `prototype`, `toString`, `hasOwnProperty`, `then`, `length`];
const SHAPES = [
  ``,
  ` `,
  `null`,
  `undefined`,
  `NaN`,
  `[]`,
  `{}`,
  `-1`,
  `0`,
  `1e309`,
  `9223372036854775808`,
  `99999999999999999999`,
  `true`,
  `2026-02-30T00:00:00Z`,
  `\u0000`,
  `a\u0000b`,
  `\ud800`,
  `\u202egnp.exe`,
  `\ufeff`,
  `${'a'.repeat(300)}`,
  `${'a'.repeat(5000)}`,
  `ﬃ`,
  `💥`,
  `Z\u0351\u036b\u0343`,
  `${'%'.repeat(60)}`,
  `${'_'.repeat(60)}`,
  `\\`,
  `'`,
  `"`,
  `\``,
];
const PIECES = [...QUERIES, ...SCRIPTS, ...PLACES, ...COMMANDS, ...KEYS];
const AROUND: readonly ((piece: string) => string)[] = [
  (piece) => piece,
  (piece) => `demo${piece}`,
  (piece) => `${piece}#`,
  (piece) => encodeURIComponent(piece),
  (piece) => piece.toUpperCase(),
  (piece) => `${piece}\n${piece}`,
  (piece) => Buffer.from(piece).toString('base64url'),
  (piece) => JSON.stringify(piece),
  (piece) => [...piece].reverse().join(''),
  (piece) => `\t${piece}`,
];

export const HOSTILE: readonly string[] = [
  ...new Set([...SHAPES, ...AROUND.flatMap((around) => PIECES.map(around))]),
];
