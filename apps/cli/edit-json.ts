import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure, type Json } from '#kernel';

interface Editing {
  readonly value: Json;
  /** Where the mended text comes from, `-` for standard input; undefined opens the editor. */
  readonly file: string | undefined;
  /** The editor's command; null where no person sits at a terminal: standard input is read then. */
  readonly editor: string | null;
  /** Said above the text, for the person who mends it. */
  readonly head: readonly string[];
  /** The command that takes the text of a file after all. */
  readonly again: (file: string) => string;
}

/** A JSON value as a person mended it. Text that is no JSON is kept where it was written, and nothing else happens. */
export async function editedJson({ value, file, editor, head, again }: Editing): Promise<Json> {
  if (file !== undefined || editor === null) {
    const from = file ?? '-';
    return parse(read(from), from === '-' ? 'standard input' : from, '');
  }
  const path = await written(value, head);
  await opened(editor, path);
  const mended = parse(
    await readFile(path, 'utf8'),
    path,
    `; your text is kept: correct it and run: ${again(path)}`,
  );
  await rm(dirname(path), { recursive: true, force: true });
  return mended;
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const from = file === '-' ? 'standard input' : file;
    throw new Failure('config', `cannot read the payload from ${from}`, { cause });
  }
}

function parse(text: string, from: string, next: string): Json {
  const json = text.replace(/^\s*\/\/.*$/gm, '').trim();
  try {
    return JSON.parse(json) as Json;
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Failure('config', `${from} holds no JSON (${said})${next}`, { cause: thrown });
  }
}

/** In a folder that only this user can open: payloads hold people's data. */
async function written(value: Json, head: readonly string[]): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'stratus-')), 'payload.json');
  const above = head.flatMap((line) => line.split('\n')).map((line) => `// ${line}`);
  await writeFile(path, `${above.join('\n')}\n${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  return path;
}

async function opened(command: string, path: string): Promise<void> {
  // Through a shell, as git does: an editor may be set with its options.
  const child = spawn('sh', ['-c', `${command} "$1"`, 'editor', path], { stdio: 'inherit' });
  const [code] = (await Promise.race([once(child, 'close'), once(child, 'error').then(() => [1])])) as [
    number | null,
  ];
  if (code !== 0)
    throw new Failure('config', `the editor (${command}) did not end well; the text is kept in ${path}`);
}
