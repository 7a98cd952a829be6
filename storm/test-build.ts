import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * A copy of the built product with something changed: the product itself has no switch for it. A patch is text of a
 * compiled file and what stands there instead. A crash point is a comment in the sources, kept by the compiler, that
 * becomes a call: the call ends the process where the comment stands. The checkout's bundle is not copied: the copy gets
 * one of its own, made of what was changed.
 */

/** Points of a run where a process may die, in the order in which a run comes by them. */
export const CRASH_POINTS = [
  'before-fetch',
  'after-fetch',
  'after-rows',
  'after-checkpoint',
  'before-acknowledge',
  'after-acknowledge',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export interface Patch {
  /** Of a compiled file, from `dist/` on. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
}

export interface TestBuild {
  /** Holds `bin/`, `dist/` and `package.json`, as the checkout does. */
  readonly root: string;
  remove(): void;
}

/** The folder that holds `package.json`, from the sources as well as from `dist/`. */
const CHECKOUT = checkout();

function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/**
 * Copies the built product to a temporary folder and changes it there. Throws where a patch does not match exactly
 * once, and where a crash point that is asked for is not in the build.
 */
export function makeTestBuild({
  patches = [],
  crashPoints = false,
}: {
  readonly patches?: readonly Patch[];
  readonly crashPoints?: boolean;
}): TestBuild {
  const root = mkdtempSync(join(tmpdir(), 'stratus-build-'));
  const remove = (): void => {
    rmSync(root, { recursive: true, force: true });
    process.off('exit', remove);
  };
  // Also where a signal ends this process.
  process.once('exit', remove);
  try {
    for (const name of ['bin', 'package.json', 'dist'])
      cpSync(join(CHECKOUT, name), join(root, name), {
        recursive: true,
        filter: (path) => !/\.map$|[/\\]\.(?:built|tsbuildinfo)$|[/\\]dist[/\\]bundle$/.test(path),
      });
    symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'), 'dir');
    const dist = join(root, 'dist');
    for (const patch of patches)
      writeFileSync(join(dist, patch.file), patched(readFileSync(join(dist, patch.file), 'utf8'), patch));
    if (crashPoints) plantCrashPoints(dist);
    execFileSync(process.execPath, [join(CHECKOUT, 'scripts', 'bundle.mjs'), root]);
    return { root, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** How often the patch matches in this checkout's own build: once, or it is out of date. */
export const matches = ({ file, find }: Patch): number =>
  readFileSync(join(CHECKOUT, 'dist', file), 'utf8').split(find).length - 1;

export function patched(text: string, { file, find, put }: Patch): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `the patch of ${file} matches ${String(text.split(find).length - 1)} times instead of once: ${find.slice(0, 80)}`,
    );
  return before + put + after;
}

/** `crash point: after-rows. Why this is safe.`, or with the event of an emitter: `…, once worker is completed. …` */
const COMMENT = /\/\* crash point: ([a-z-]+)(?:, once (\w+) is (\w+))?\.[^*]*\*\//g;

function plantCrashPoints(dist: string): void {
  const found = new Set<string>();
  for (const path of readdirSync(join(dist, 'libs'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.js')) continue;
    const file = join('libs', path);
    const text = readFileSync(join(dist, file), 'utf8');
    const planted = plant(text, importPath(file), found);
    if (planted !== text) writeFileSync(join(dist, file), planted);
  }
  const missing = CRASH_POINTS.filter((point) => !found.has(point));
  if (missing.length > 0)
    throw new Error(`no crash point ${missing.join(', ')} in the build: is it made of these sources?`);
}

const importPath = (file: string): string => {
  const path = relative(dirname(file), 'storm/crash.js').replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
};

/** The text with calls where its crash points are. */
export function plant(text: string, from: string, found: Set<string> = new Set()): string {
  const calls = text.replace(COMMENT, (_, point: string, emitter?: string, event?: string) => {
    if (!(CRASH_POINTS as readonly string[]).includes(point)) throw new Error(`unknown crash point ${point}`);
    found.add(point);
    return emitter === undefined
      ? `crashPoint('${point}');`
      : `${emitter}.on('${event ?? ''}', () => crashPoint('${point}'));`;
  });
  return calls === text ? text : `import { crashPoint } from '${from}';\n${calls}`;
}
