/**
 * What Jest calls the environment of a test file: the process as it is. Its usual one is a context of its own behind a
 * proxy, which every `Date`, `Map` or `Promise` in the code has to pass; that costs more than most tests.
 */
// Jest loads the default export.
export default class BareEnvironment {
  /** Jest hangs its own console and a guard before `process.exit` on it; tests keep those of the process. */
  global = {};
  fakeTimers = null;
  fakeTimersModern = null;

  async setup() {}

  async teardown() {}

  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }
}
