/** Two of the same signal within this span are one: nobody presses Ctrl-C again so soon. */
const ECHO_MS = 1000;
const ORPHAN_CHECK_MS = 500;

const last = new Map();

/**
 * A Ctrl-C under npm reaches this process twice, from the terminal and from npm, a few milliseconds apart. The second
 * must not pass for an impatient second Ctrl-C, which ends at once what should end in good order.
 * Call it before anything listens for signals: Node takes `process.emit` as it finds it then.
 */
export function ignoreSignalEchoes() {
  const emit = process.emit;
  process.emit = function (name, ...rest) {
    if (name === 'SIGINT' || name === 'SIGTERM' || name === 'SIGHUP') {
      const now = performance.now();
      const before = last.get(name) ?? -Infinity;
      last.set(name, now);
      if (now - before < ECHO_MS) return true;
    }
    return emit.call(this, name, ...rest);
  };
}

/**
 * npx puts a shell between itself and this process, which dies of a signal to npx without passing it on. Losing that
 * parent, with no signal before it, is then the signal.
 */
export function stopWithNpm() {
  if (!process.env['npm_command']) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent && last.size === 0) return;
    clearInterval(timer);
    if (last.size === 0) process.kill(process.pid, 'SIGTERM');
  }, ORPHAN_CHECK_MS);
  timer.unref();
}
