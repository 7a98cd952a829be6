import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sharedFile } from '../../../../tests/shared.js';
import { jsonOf, queryOf, wrongNames, type Description } from '../../../../tests/witness.js';
import { wrongIn, wrongInRequest, type Model } from './model.js';

/*
 * Calls and replies by Amazon's own models. The files of reports and the tokens of its sign-in are in none of them: the
 * files are held to the header of a settlement, tokens to the names that the documentation gives them.
 */

const SPECS = 'specs/amazon';
const FILES = [
  'orders_2026-01-01.json',
  'fbaInventory.json',
  'finances_2024-06-19.json',
  'reports_2021-06-30.json',
  'sellers.json',
];

const read = (file: string): string => readFileSync(sharedFile(`${SPECS}/${file}`)!, 'utf8');

const GRANT = ['access_token', 'refresh_token', 'token_type', 'expires_in'];

/** The empty text of an offer that never moved is on record, though no instant. */
const ON_RECORD = /\.lastUpdatedTime: "" is no string$/;

/** A settlement's file: the columns as they are named and ordered, every line as long as its header. */
function wrongInFile(bytes: Buffer, header: string): string[] {
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  const [first, ...lines] = text.split('\n');
  const columns = header.split('\t').length;
  const odd = lines.filter((line) => line !== '' && line.split('\t').length !== columns);
  return [
    ...(first === header ? [] : [`its header is ${String(first).slice(0, 60)}`]),
    ...odd.map((line) => `its line is not of ${columns} cells: ${line.slice(0, 60)}`),
  ];
}

function describing(): Description {
  const models = FILES.map((file) => JSON.parse(read(file)) as Model);
  const [header = ''] = read('settlement_v2.synthetic-us.tsv').split(/\r?\n/);
  const doors = models.flatMap((model) =>
    Object.entries(model.paths).map(([path, operations]) => ({
      model,
      operations,
      path: new RegExp(`^/[^/]+${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );
  return (call, reply) => {
    if (call.path.endsWith('/auth/o2/token'))
      return wrongNames(jsonOf(reply), reply.status === 200 ? GRANT : ['error', 'error_description']);
    if (/^\/[^/]+\/documents\//.test(call.path))
      return reply.status === 200 ? wrongInFile(Buffer.from(reply.body), header) : [];
    const door = doors.find(({ path }) => path.test(call.path));
    const described = door?.operations[call.method.toLowerCase()];
    if (!door || !described) return [`${call.method} ${call.path} is not described`];
    const answer = described.responses[String(reply.status)];
    if (!answer) return [`status ${reply.status} is not described`];
    const told = Object.keys(reply.status === 200 ? (answer.headers ?? {}) : {});
    return [
      ...wrongInRequest(described, queryOf(call)),
      ...(answer.schema ? wrongIn(door.model, answer.schema, jsonOf(reply)) : []).filter(
        (one) => !ON_RECORD.test(one),
      ),
      ...told.flatMap((name) =>
        Object.keys(reply.headers).some((is) => is.toLowerCase() === name.toLowerCase())
          ? []
          : [`it has no header ${name}`],
      ),
    ];
  };
}

/** Undefined where the vendor's models are not beside the project. */
export const described: Description | undefined = sharedFile(SPECS) ? describing() : undefined;
