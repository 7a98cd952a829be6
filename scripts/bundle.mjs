/**
 * `node scripts/bundle.mjs [root]`: puts the compiled programs of `root/dist` and the packages they use into a few
 * files under `dist/bundle`. A process spends most of its start on finding and reading some two thousand modules.
 * Where something is wrong, what was there before stays and the exit code is 1.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from './setup.mjs';

/** Folders of `apps` that `bin` starts. */
const PROGRAMS = ['cli', 'sandbox'];

/** Native, so it stays where npm put it; and what others would use if it were installed. */
const LEFT_OUT = ['@node-rs/argon2', 'pg-native', '@valkey/valkey-glide'];

/** They hide a `require` from bundlers; our code gives them what they would look for. */
const EVALS = /node_modules\/(?:@bull-board\/api|bottleneck)\//;

/** A process that was started from an earlier bundle may still have to load one of its files. */
const KEEP_MS = 60 * 60_000;

/** A third of TypeORM speaks to databases that we do not have. */
const OTHER_DATABASES = /node_modules\/typeorm\/driver\/(?!postgres\/|types\/)[^/]+\//;
const withoutOtherDatabases = {
  name: 'without-other-databases',
  load: (id) => (OTHER_DATABASES.test(id) ? { code: 'module.exports = {};', moduleType: 'js' } : null),
};

/** The compiler's maps, so that the bundle's lead to the sources. */
const withMaps = (dist) => ({
  name: 'with-maps',
  load(id) {
    if (!id.startsWith(dist)) return null;
    return { code: readFileSync(id, 'utf8'), map: mapBeside(id) };
  },
});

function mapBeside(file) {
  try {
    return JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  } catch {
    // A copy made for a test has none.
    return null;
  }
}

async function bundle(root, complaints) {
  const dist = join(root, 'dist');
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(PROGRAMS.map((name) => [name, join(dist, 'apps', name, 'main.js')])),
    platform: 'node',
    external: LEFT_OUT,
    // Our modules only define: one of which nothing is used is left out, with the packages it would have loaded.
    treeshake: { moduleSideEffects: (id) => (id.startsWith(dist) ? false : undefined) },
    plugins: [withMaps(dist), withoutOtherDatabases],
    onLog: (level, { code, message }) => {
      if (level === 'warn' && !(code === 'EVAL' && EVALS.test(message))) complaints.push(message);
    },
  });
  try {
    const { output } = await build.generate({
      dir: join(dist, 'bundle'),
      format: 'esm',
      sourcemap: true,
      sourcemapExcludeSources: true,
      // What is not there need not be read; names stay as they are.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      comments: { legal: true, annotation: false, jsdoc: false },
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    });
    return output;
  } finally {
    await build.close();
  }
}

/** One sentence for every package that a process would load beside the bundle, perhaps a second time. */
function strangers(chunks) {
  return chunks.flatMap(({ fileName, code, imports, dynamicImports }) => {
    const required = [...code.matchAll(/\b__require\("([^"]+)"\)/g)].map(([, name]) => name);
    return [...new Set([...imports, ...dynamicImports, ...required])]
      .filter((name) => !isBuiltin(name) && !LEFT_OUT.includes(name))
      .filter((name) => !chunks.some((chunk) => chunk.fileName === name))
      .map((name) => `${fileName} loads ${name} from outside of the bundle`);
  });
}

/** Programs last, each at once: whoever starts meanwhile gets all of this bundle or all of the one before. */
function put(folder, output, begunAt) {
  mkdirSync(folder, { recursive: true });
  const isProgram = (one) => one.type === 'chunk' && one.isEntry;
  for (const one of [...output].sort((a, b) => Number(isProgram(a)) - Number(isProgram(b)))) {
    const file = join(folder, one.fileName);
    writeFileSync(`${file}.new`, one.type === 'chunk' ? one.code : one.source);
    utimesSync(`${file}.new`, begunAt, begunAt);
    renameSync(`${file}.new`, file);
  }
  const ours = new Set(output.map((one) => one.fileName));
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!ours.has(name) && statSync(file).mtimeMs < Date.now() - KEEP_MS) rmSync(file, { force: true });
  }
}

// A compiler that runs meanwhile makes this bundle an old one.
const begunAt = new Date();
const root = resolve(process.argv[2] ?? ROOT);
const complaints = [];
const output = await bundle(root, complaints);
complaints.push(...strangers(output.filter((one) => one.type === 'chunk')));
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exit(1);
}
put(join(root, 'dist', 'bundle'), output, begunAt);
