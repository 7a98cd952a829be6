/**
 * Node's loader for tests: `#lib` and `./file.js` are the sources, and their types are stripped. What was compiled
 * once is kept, by its path and content.
 */
import { transformSync, version } from '@swc/core';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const COMPILED = fileURLToPath(new URL('node_modules/.cache/stratus-tests/', ROOT));
mkdirSync(COMPILED, { recursive: true });

const isOurs = (url) => url?.startsWith(ROOT.href) && /\.ts(?:\?|$)/.test(url);

/** A query stands for a copy: `./door.js?second` is a second one, and so is all of ours that it imports. */
export function resolve(specifier, context, next) {
  const { parentURL } = context;
  if (!isOurs(parentURL)) return next(specifier, context);
  const copy = new URL(parentURL).search;
  if (specifier.startsWith('#')) return source(new URL(entrance(specifier.slice(1)), ROOT), copy);
  if (/^\.{1,2}\/.*\.js(?:\?|$)/.test(specifier)) {
    const url = new URL(specifier, parentURL);
    url.pathname = `${url.pathname.slice(0, -3)}.ts`;
    if (existsSync(url)) return source(url, url.search || copy);
  }
  return next(specifier, context);
}

const source = (url, copy) => ({
  url: Object.assign(url, { search: copy }).href,
  format: 'module',
  shortCircuit: true,
});

/** As package.json says it of the built product. */
function entrance(name) {
  const [top, ...rest] = name.split('/');
  if (top === 'simulators') return `libs/connectors/${rest.join('/')}/simulator/index.ts`;
  return top === 'migrations' || top === 'config' ? `${top}/index.ts` : `libs/${name}/index.ts`;
}

export function load(url, context, next) {
  return isOurs(url)
    ? { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true }
    : next(url, context);
}

function compiled(path) {
  const text = readFileSync(path, 'utf8');
  const name = join(COMPILED, createHash('sha1').update(path).update(text).digest('hex'));
  const kept = `${name}.${version}.js`;
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { code, map } = transformSync(text, {
    filename: path,
    sourceMaps: true,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  keep(`${name}.map`, map);
  keep(kept, code);
  return code;
}

/** Under a name of this process first: another worker may be reading. */
function keep(path, text) {
  const written = `${path}.${process.pid}`;
  writeFileSync(written, text);
  renameSync(written, path);
}
