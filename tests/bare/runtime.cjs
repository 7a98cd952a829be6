/**
 * Jest's runtime without its sandbox: a test file is imported by Node itself, and what it imports is loaded once for
 * all files of a worker, as in a process of the product. So tests keep their state to themselves: nothing here
 * undoes what one leaves in a module, in `process.env` or on `globalThis`.
 *
 * The methods are those that jest-runner and jest-circus call.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { register } = require('node:module');
const { join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

register('./typescript.mjs', pathToFileURL(__filename));

const COMPILED = join(__dirname, '../../node_modules/.cache/stratus-tests');

/** Where the loader keeps the source map of a file, for stacks that name its lines. */
const sourceMaps = {
  get(file) {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!path.endsWith('.ts') || !existsSync(path)) return undefined;
    return join(COMPILED, `${createHash('sha1').update(path).update(readFileSync(path)).digest('hex')}.map`);
  },
  *[Symbol.iterator]() {},
};

/** `describe` as the file under way has it: a module that is loaded once may have kept it from the first. */
let current;
const following = (find) =>
  new Proxy(() => undefined, {
    apply: (_, __, given) => find()(...given),
    get: (_, name) => (typeof find()[name] === 'function' ? following(() => find()[name]) : find()[name]),
  });

module.exports = class BareRuntime {
  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    await import(pathToFileURL(path).href);
  }

  requireModule(path) {
    return require(path);
  }

  /** Circus holds one file's tests in its module, so each file is given a new one. */
  requireInternalModule(path) {
    delete require.cache[require.resolve(path)];
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    return require(path);
  }

  setGlobalsForRuntime(globals) {
    current = globals.describe;
    Object.assign(globalThis, globals, { describe: following(() => current) });
  }

  getSourceMaps() {
    return sourceMaps;
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  enterTestCode() {}

  leaveTestCode() {}

  /** The tests of a file hold all that they used. */
  teardown() {
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (symbol.description === 'JEST_STATE_SYMBOL') delete globalThis[symbol];
  }
};
