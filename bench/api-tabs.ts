import { setTimeout as after } from 'node:timers/promises';

/** What the process of the open tabs is told to begin with. */
export interface TabsOrder {
  readonly url: string;
  readonly cookie: string;
  readonly tabs: number;
}

/** What they did so far. */
export interface TabsReport {
  readonly events: number;
  readonly asked: number;
  readonly refused: number;
}

/** What pages ask for when they are opened, and again whenever they are told that something happened. */
const SHOWN: readonly (readonly string[])[] = [
  ['/overview'],
  ['/overview', '/runs?limit=50'],
  ['/overview', '/runs?limit=50&state=running,queued'],
  ['/overview', '/failures?limit=50&state=open'],
  ['/overview', '/connections'],
  ['/overview', '/connections/conn_1', '/connections/conn_1/streams'],
  ['/overview', '/quota'],
  ['/overview', '/backfills?limit=50'],
];

/** As a page does: whatever happens within this time is asked for once. */
const GATHER_MS = 100;

let events = 0;
let asked = 0;
let refused = 0;

/** One page that somebody has open: it listens, and asks again for what it shows. */
async function tab(order: TabsOrder, shown: readonly string[]): Promise<void> {
  const headers = { Cookie: order.cookie };
  const ask = async (path: string): Promise<void> => {
    const reply = await fetch(`${order.url}/api/v1${path}`, { headers });
    await reply.arrayBuffer();
    asked += 1;
    if (reply.status !== 200) refused += 1;
  };
  const askAll = (): Promise<unknown> => Promise.all(shown.map(ask));
  await askAll();
  const reply = await fetch(`${order.url}/api/v1/events`, { headers });
  if (reply.status !== 200) throw new Error(`a tab could not listen: ${reply.status}`);
  let gathering = false;
  void (async () => {
    for await (const part of reply.body!) {
      const told =
        Buffer.from(part as Uint8Array)
          .toString()
          .match(/^event: (?:runs|changed)$/gm)?.length ?? 0;
      events += told;
      if (told === 0 || gathering) continue;
      gathering = true;
      void after(GATHER_MS).then(() => {
        gathering = false;
        return askAll();
      });
    }
  })();
}

process.on('message', (message: TabsOrder | 'report') => {
  if (message === 'report') return void process.send!({ events, asked, refused } satisfies TabsReport);
  void Promise.all(
    Array.from({ length: message.tabs }, (_, i) => tab(message, SHOWN[i % SHOWN.length]!)),
  ).then(() => process.send!('open'));
});
// Whoever started it went.
process.on('disconnect', () => process.exit());
