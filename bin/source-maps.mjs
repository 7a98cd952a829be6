import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Node reads every map while it loads its file, though hardly a process ever prints a stack. Here a map is read when a
 * stack that comes by its file is asked for.
 */

/** From now on stacks name files and lines of the sources, where the file that ran has a map beside it. */
export function nameSources() {
  Error.prepareStackTrace = (error, frames) =>
    [headOf(error), ...frames.map((frame) => `    at ${inSources(String(frame))}`)].join('\n');
}

function headOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

const PLACE = /(file:\/\/[^\s()]+?):(\d+):(\d+)/g;
const maps = new Map();

/** The text with every place in a compiled file, `file:///…/cli.js:12:34`, as the place in its source. */
const inSources = (text) =>
  text.replace(PLACE, (place, url, line, column) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    return maps.get(url)?.(Number(line), Number(column)) ?? place;
  });

function readMap(url) {
  try {
    const { mappings, sources } = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8'));
    const table = tableOf(mappings);
    return (line, column) => {
      const at = rowAt(table, line, column);
      if (at === undefined) return undefined;
      const [source, sourceLine, sourceColumn] = table.slice(at + 2, at + ROW);
      return `${fileURLToPath(new URL(sources[source], url))}:${sourceLine}:${sourceColumn}`;
    };
  } catch {
    return undefined;
  }
}

/** Line and column, then the number of the source, its line and its column. */
const ROW = 5;
const [COMMA, SEMICOLON] = [',', ';'].map((sign) => sign.charCodeAt(0));
const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((sign, digit) => [
    sign.charCodeAt(0),
    digit,
  ]),
);

/** Rows in the order of the file, one wherever another line of a source begins (https://tc39.es/ecma426/). */
export function tableOf(mappings) {
  const table = [];
  const sums = [0, 0, 0, 0, 0];
  let [line, field, value, shift] = [1, 0, 0, 0];
  let last = '';
  for (let i = 0; i < mappings.length; i++) {
    const code = mappings.charCodeAt(i);
    if (code === COMMA || code === SEMICOLON) field = 0;
    if (code === COMMA) continue;
    if (code === SEMICOLON) {
      [line, sums[0], last] = [line + 1, 0, ''];
      continue;
    }
    const digit = DIGITS.get(code);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    sums[field++] += value & 1 ? -(value >> 1) : value >> 1;
    value = shift = 0;
    const place = `${sums[1]} ${sums[2]}`;
    if (field !== 4 || place === last) continue;
    last = place;
    table.push(line, sums[0] + 1, sums[1], sums[2] + 1, sums[3] + 1);
  }
  return table;
}

/** Where the last row begins that does not lie behind the place, on its line. */
function rowAt(table, line, column) {
  let [low, high] = [0, table.length / ROW];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = middle * ROW;
    const behind = table[at] > line || (table[at] === line && table[at + 1] > column);
    if (behind) high = middle;
    else low = middle + 1;
  }
  const at = (low - 1) * ROW;
  return low > 0 && table[at] === line ? at : undefined;
}
