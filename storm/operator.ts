import { setTimeout as after } from 'node:timers/promises';
import { platformOf } from '#catalog';
import { createSender, type Sender } from '#http';
import type { Json, KeyRing } from '#kernel';
import { consentUrl, exchangeCode, type Platform } from '#sync';
import { createMetrics } from '#telemetry';
import { insertRun, listConnections, saveConnection, type ConnectionRow, type Warehouse } from '#warehouse';
import { demoConnections } from '../apps/sandbox/index.js';

const LOOK_MS = 1000;
/** What the network swallows is asked for again. */
const CONSENT_MS = 10_000;

/**
 * Does what only a person can: gives new credentials to a connection whose own were lost, and says that so much was really
 * deleted where a comparison doubts it. How often it gave credentials. What Postgres or the platform cannot answer just
 * now is tried again; throws what the last try met, where it met something.
 */
export async function tendConnections(
  warehouse: Warehouse,
  ring: KeyRing,
  stop: AbortSignal,
): Promise<number> {
  const sender = createSender();
  let mended = 0;
  const look = async (): Promise<void> => {
    const lost = (await listConnections(warehouse)).filter(({ status }) => status === 'reconnect');
    // One that cannot be done just now keeps nobody from the others.
    const done = await Promise.allSettled([
      ...lost.map(async (connection) => {
        await reconnect(warehouse, ring, sender, connection);
        mended += 1;
      }),
      acceptDeletions(warehouse),
    ]);
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  };
  let met: Error | undefined;
  try {
    while (!stop.aborted) {
      met = await look().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      await after(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  } finally {
    sender.close();
  }
  if (met !== undefined) throw met;
  return mended;
}

async function reconnect(
  warehouse: Warehouse,
  ring: KeyRing,
  sender: Sender,
  connection: ConnectionRow,
): Promise<void> {
  const platform = platformOf(connection.platform);
  const { credentials } = demoConnections('').find((one) => one.platform === platform.name)!;
  const demo = credentials as Readonly<Record<string, string>>;
  await saveConnection(warehouse, ring, {
    platform: platform.name,
    name: connection.name,
    settings: connection.settings,
    // A refresh token that is taken once is of no use a second time, where there is one: the account's owner says yes again.
    credentials:
      'refreshToken' in demo && platform.auth.consent
        ? await consentAgain(platform, platform.auth.consent, sender, connection, demo)
        : demo,
    baseUrl: connection.baseUrl,
    sandbox: connection.sandbox,
  });
}

const REDIRECT_URI = 'http://127.0.0.1/consented';

/** The platform's page in a browser whose user says yes at once, and the exchange of the code that it came back with. */
async function consentAgain(
  platform: Platform,
  consent: NonNullable<Platform['auth']['consent']>,
  sender: Sender,
  { baseUrl, sandbox, settings: kept }: ConnectionRow,
  { clientId = '', clientSecret = '' }: Readonly<Record<string, string>>,
): Promise<Json> {
  const candidate = { settings: platform.settings.parse(kept), baseUrl, sandbox };
  const page = consent.page({
    settings: candidate.settings,
    clientId,
    redirectUri: REDIRECT_URI,
    state: 'storm',
    challenge: 'storm',
  });
  const { headers } = await fetch(consentUrl(platform, candidate, page), {
    redirect: 'manual',
    signal: AbortSignal.timeout(CONSENT_MS),
  });
  const code = new URL(headers.get('location') ?? REDIRECT_URI).searchParams.get('code') ?? '';
  const app = { clientId, clientSecret };
  return (await exchangeCode(
    { sender, metrics: createMetrics(), now: () => new Date() },
    platform,
    candidate,
    { app, code, redirectUri: REDIRECT_URI, verifier: 'storm' },
  )) as Json;
}

/** An order of many parcels is most of a small shop's: whoever deleted it knows. */
async function acceptDeletions(warehouse: Warehouse): Promise<void> {
  const doubted = await warehouse.query<{ connectionId: string; stream: string }>(
    `select connection_id as "connectionId", stream from (
       select distinct on (connection_id, stream) * from runs where kind = 'reconcile'
       order by connection_id, stream, queued_at desc
     ) newest where state = 'failed' and failure like '%suspiciously short%'`,
  );
  for (const one of doubted)
    await insertRun(
      warehouse,
      { ...one, kind: 'reconcile', trigger: 'manual', acceptedBy: 'storm' },
      new Date(),
    );
}
