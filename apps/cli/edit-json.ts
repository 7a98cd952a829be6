import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure, type Json } from '#kernel';

interface Editing {
  readonly value: Json;
  /** Where the mended text comes from; undefined opens the editor, or reads standard input where that is a pipe. */
  readonly file: string | undefined;
  /** Said above the text, for the person who mends it. */
  readonly head: readonly string[];
  /** The command that takes the text of a file after all. */
  readonly again: (file: string) => string;
}

/** A JSON value as a person mended it. Text that is no JSON is kept where it was written, and nothing else happens. */
export async function editedJson({ value, file, head, again }: Editing): Promise<Json> {
  if (file !== undefined || !process.stdin.isTTY) {
    const from = file ?? '-';
    return parse(read(from), from === '-' ? 'standard input' : from, '');
  }
  const path = await written(value, head);
  await editor(path);
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

async function editor(path: string): Promise<void> {
  const command = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
  // Through a shell, as git does: an editor may be set with its options.
  const child = spawn('sh', ['-c', `${command} "$1"`, 'editor', path], { stdio: 'inherit' });
  const [code] = (await Promise.race([once(child, 'close'), once(child, 'error').then(() => [1])])) as [
    number | null,
  ];
  if (code !== 0)
    throw new Failure('config', `the editor (${command}) did not end well; the text is kept in ${path}`);
}
