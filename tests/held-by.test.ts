import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platforms } from '#catalog';
import { ROOT } from './imports.js';

/*
 * What is odd about a platform stands in its README with what holds us to it: kept replies, tests, and cases of tests by
 * words of their names. A fact that nothing holds is an opinion.
 */

interface Held {
  readonly fact: string;
  readonly by: string;
  /** The test that the section as a whole is held by, where it names one. */
  readonly section: string | undefined;
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

function heldBy(text: string): Held[] {
  const held: Held[] = [];
  let isTable = false;
  let section: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) section = undefined;
    section = (line.startsWith('|') ? undefined : /`([^`]+\.test\.ts)`/.exec(line)?.[1]) ?? section;
    const cells = line.startsWith('|') ? cellsOf(line) : [];
    const [fact = '', by = ''] = [cells[0], cells.at(-1)];
    if (by === 'held by') isTable = true;
    else if (cells.length === 0) isTable = false;
    else if (isTable && !/^:?-+:?$/.test(by))
      held.push({ fact, by: by === 'the same' ? held.at(-1)!.by : by, section });
  }
  return held;
}

/** Where a README's word for a file may lead. */
const placesOf = (folder: string, name: string): string[] =>
  [
    name,
    `simulator/${name}`,
    `streams/${name}`,
    ...['', '.json', '.tsv'].map((end) => `fixtures/${name}${end}`),
  ]
    .map((path) => join(folder, path))
    .concat(join(ROOT, name));

const plain = (text: string): string => text.replaceAll('’', "'");

/** What a fact is held by that is not there. */
function missingOf(folder: string, { by, section }: Held): string[] {
  if (/contract suite/.test(by)) return [];
  const named = [...by.matchAll(/`([^`]+)`|"([^"]+)"/g)];
  if (named.length === 0) return ['nothing is named'];
  let file = section === undefined ? undefined : placesOf(folder, section).find((path) => existsSync(path));
  return named.flatMap(([, name, words]) => {
    if (name !== undefined) {
      file = placesOf(folder, name).find((path) => existsSync(path));
      return file === undefined ? [`there is no ${name}`] : [];
    }
    return file !== undefined && plain(readFileSync(file, 'utf8')).includes(plain(words!))
      ? []
      : [`no case of ${file ?? 'no file'} says "${words}"`];
  });
}

describe.each(platforms.map(({ name }) => name))('what is odd about %s', (name) => {
  const folder = join(ROOT, 'libs/connectors', name);
  const facts = heldBy(readFileSync(join(folder, 'README.md'), 'utf8'));

  it('is held by what its README names', () => {
    expect(facts.length).toBeGreaterThan(15);
    expect(facts.flatMap((one) => missingOf(folder, one).map((why) => `${one.fact}: ${why}`))).toEqual([]);
  });

  it('is found wanting where it is', () => {
    const wrong = heldBy(
      '| fact | held by |\n| --- | --- |\n| a | `nowhere.json` |\n| b | `auth.test.ts` "never said" |\n| c | hope |\n',
    );
    expect(wrong.map((one) => missingOf(folder, one).length)).toEqual([1, 1, 1]);
  });
});
