import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { editedJson } from './edit-json.js';

describe('a payload that is mended', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stratus-editor-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** An editor that notes what it was given, and then does what it is told. */
  async function edit(how: string, file?: string): Promise<unknown> {
    const editor = join(folder, 'editor.sh');
    await writeFile(editor, `#!/bin/sh\necho "$2" > ${folder}/path\ncp "$2" ${folder}/seen\n${how}\n`);
    await chmod(editor, 0o700);
    return editedJson({
      value: { qty: 'many', note: '// not a comment' },
      file,
      editor: `${editor} --wait`,
      head: ['shopify.orders 1 on demo', 'qty: expected number\nand more'],
      again: (kept) => `edit 1 --file ${kept}`,
    });
  }
  const seen = (): Promise<string> => readFile(join(folder, 'seen'), 'utf8');

  it('is shown with its reason above it, and read without', async () => {
    expect(await edit(`sed -i 's/"many"/5/' "$2"`)).toEqual({ qty: 5, note: '// not a comment' });
    expect(await seen()).toBe(
      '// shopify.orders 1 on demo\n// qty: expected number\n// and more\n{\n  "qty": "many",\n  "note": "// not a comment"\n}\n',
    );
    const path = (await readFile(join(folder, 'path'), 'utf8')).trim();
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('is kept where it is no JSON, with the command that takes it once it is', async () => {
    const said = await edit(`echo '{"qty": ' > "$2"`).catch((thrown: Error) => thrown.message);
    const [, path] = /holds no JSON .*; your text is kept: correct it and run: edit 1 --file (\S+)$/.exec(
      String(said),
    )!;
    expect(await readFile(path!, 'utf8')).toBe('{"qty": \n');
    await expect(edit('', path)).rejects.toThrow(/holds no JSON/);
    await writeFile(path!, '{"qty": 5}');
    expect(await edit('', path)).toEqual({ qty: 5 });
    await rm(dirname(path!), { recursive: true });
  });

  it('is kept where the editor failed', async () => {
    const said = String(await edit('exit 3').catch((thrown: Error) => thrown.message));
    const [, path] = /did not end well; the text is kept in (\S+)$/.exec(said)!;
    expect(await readFile(path!, 'utf8')).toBe(await seen());
    await rm(dirname(path!), { recursive: true });
  });
});
