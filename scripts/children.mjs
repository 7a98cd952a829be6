import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** A port of the loopback that nobody listens on at this moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the child listens on its port: true; false when it ended or 30 s went by. */
export async function portAnswers(port, child, timeoutMs = 30_000) {
  const until = Date.now() + timeoutMs;
  let failed = false;
  child.once('error', () => (failed = true));
  while (Date.now() < until && !failed && child.exitCode === null && child.signalCode === null) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      after(1000, false),
    ]);
    socket.destroy();
    if (answered) return true;
    await after(20);
  }
  return false;
}

/** Asks the child to end, and ends it by force when it has not after `graceMs`. */
export async function stopChild(child, signal = 'SIGTERM', graceMs = 5000) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}
