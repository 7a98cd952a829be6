import { statSync } from 'node:fs';

const DIST = new URL('../dist/', import.meta.url);

/**
 * The built program of an app, `cli` or `sandbox`: its bundle, or its modules one by one where they were compiled after
 * the bundle was begun; undefined where nothing is built. Either way all of it is of one build, and none of it is
 * loaded twice.
 */
export function programOf(app, dist = DIST) {
  const [bundle, modules] = [new URL(`bundle/${app}.js`, dist), new URL(`apps/${app}/main.js`, dist)];
  const bundledAt = timeOf(bundle);
  if (bundledAt !== undefined && bundledAt >= (timeOf(new URL('.tsbuildinfo', dist)) ?? 0)) return bundle;
  return timeOf(modules) === undefined ? undefined : modules;
}

const timeOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
