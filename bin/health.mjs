/**
 * The containers' health check. With an address: it answers well. Without: this container reaches the stores named in
 * REDIS_URL and DATABASE_URL, without which a worker or scheduler does nothing.
 */
import { connect } from 'node:net';

const TIMEOUT_MS = 4000;
const STANDARD_PORTS = { 'redis:': 6379, 'rediss:': 6379, 'postgres:': 5432, 'postgresql:': 5432 };

function reaches(address) {
  const { protocol, hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port || STANDARD_PORTS[protocol]),
      timeout: TIMEOUT_MS,
    });
    socket.once('connect', () => resolve(socket.destroy()));
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.once('error', (error) => reject(new Error(`${protocol}//${hostname}: ${error.message}`)));
  });
}

async function answers(address) {
  const reply = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!reply.ok) throw new Error(`${address} answered ${reply.status}`);
}

const [, , address] = process.argv;
const { REDIS_URL, DATABASE_URL } = process.env;
try {
  if (address) await answers(address);
  else await Promise.all([REDIS_URL, DATABASE_URL].filter(Boolean).map(reaches));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.exit(0);
