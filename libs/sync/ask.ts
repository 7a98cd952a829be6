import { Failure } from '#kernel';
import type { Reply } from '#http';
import type { z } from 'zod';
import type { CallSpec } from './call-spec.js';
import type { Stream } from './define.js';
import { PageTooLarge, type Door } from './door.js';
import { reasonOf, tooLarge, type RecordsAsk } from './map-records.js';

export interface SizedCall {
  readonly size: number;
  readonly min: number;
  readonly request: (size: number) => CallSpec;
  readonly body: z.ZodType;
  /** What was asked for, for a failure: `a page of 4`. */
  readonly what: (size: number) => string;
}

/** Asks, and asks for half as much as long as the platform finds the reply too large; its body as parsed. */
export async function askInSize(
  door: Door,
  ask: RecordsAsk,
  call: SizedCall,
): Promise<{ body: unknown; size: number; roomy: boolean; headers: Reply['headers'] }> {
  for (let { size } = call; ; size = Math.max(call.min, Math.floor(size / 2))) {
    try {
      const reply = await door.call(call.request(size), ask.signal);
      await ask.alive();
      if (reply.body === null) throw emptied(ask.stream, reply.status);
      const body = call.body.safeParse(reply.body);
      if (!body.success) throw misbuilt(ask.stream, body.error);
      return { body: body.data, size, roomy: door.isRoomy(reply), headers: reply.headers };
    } catch (thrown) {
      if (!(thrown instanceof PageTooLarge)) throw thrown;
      if (size <= call.min) throw tooLarge(ask.stream, `even ${call.what(size)}`, thrown);
    }
  }
}

/** No page is nothing: it was lost on its way, and the next try may bring it. */
const emptied = (stream: Stream, status: number): Failure =>
  new Failure(
    'transient',
    `${stream.name}: the platform answered ${status} with nothing in it where a page was expected; it is tried again`,
  );

const misbuilt = (stream: Stream, error: z.ZodError): Failure =>
  new Failure(
    'bug',
    `${stream.name}: the reply is not built as expected (${reasonOf(error)}); the platform changed its API: compare the stream's body schema with its documentation`,
  );
