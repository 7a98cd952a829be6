import type { Request, Response } from 'express';
import type { ConsoleOptions } from '../options.js';
import { authorise, callerOf, mustBeMeant, type Caller } from './callers.js';
import { beginDeed, endDeed } from './deeds.js';
import { claimKey, fingerprintOf, type Claim, type Repeat } from './idempotency.js';
import type { Mounted } from './mount.js';
import { Problem, problemOf, sendProblem } from './problem.js';
import { readRequest } from './read.js';
import { changes, type Call, type Deed } from './route.js';
import { bodyOf, sendBody, statusOf } from './send-reply.js';
import { forgetReads, sharedRead } from './shared-reads.js';
import type { z } from 'zod';

type AnyCall = Call<z.ZodType, z.ZodType, z.ZodType>;

/** One request, as far as it has come. */
interface Step {
  readonly options: ConsoleOptions;
  readonly mounted: Mounted;
  readonly request: Request;
  readonly response: Response;
}

/** Answers one request to a declared route, whatever happens. */
export async function answerCall(
  options: ConsoleOptions,
  mounted: Mounted,
  request: Request,
  response: Response,
): Promise<void> {
  try {
    await answer({ options, mounted, request, response });
  } catch (thrown) {
    const problem = problemOf(thrown, request, options.logger);
    if (!response.headersSent) return sendProblem(response, problem);
    // A file or a stream that broke off: the reader must not take it for whole.
    response.destroy();
  }
}

/** Who calls; may they; was it meant; does it fit; was it done before; do it, with its line in the audit log. */
async function answer(step: Step): Promise<void> {
  const { options, mounted, request, response } = step;
  const { route, tag } = mounted;
  const caller = await callerOf(options, request);
  try {
    authorise(caller, route, tag);
    if (mounted.method !== 'GET') mustBeMeant(request, caller);
  } catch (thrown) {
    await noteRefused(step, caller, thrown);
    throw thrown;
  }
  const said = await readRequest(route, request, response);
  const claim = await claimed(step, caller, said);
  if (claim && 'status' in claim) return sendRepeat(response, claim);
  let kept: { status: number; body: string | null };
  try {
    kept = await done(step, caller, said);
  } catch (thrown) {
    await claim?.release();
    throw thrown;
  }
  await claim?.done(kept.status, route.once ? null : kept.body);
  if (!response.headersSent) sendBody(response, kept.status, kept.body);
}

/** Does it. The deed's line is there before and says afterwards how it went. */
async function done(
  step: Step,
  caller: Caller | null,
  said: { params: unknown; query: unknown; body: unknown },
): Promise<{ status: number; body: string | null }> {
  const { options, mounted, request, response } = step;
  const { route } = mounted;
  const now = options.now();
  let deed: Deed = {};
  let told = false;
  const begin = (): Promise<string> => beginDeed(options.warehouse, begun(step, caller, now));
  // Nobody's attempts are written down only where the handler says so: a flood of them must not fill the log.
  const line = changes(route) && caller ? await begin() : null;
  const call = {
    ...said,
    get caller(): Caller {
      if (!caller) throw new Problem('not-signed-in', 'sign in first');
      return caller;
    },
    maybeCaller: caller,
    get workspace(): string {
      return this.caller.workspace;
    },
    now,
    doors: options,
    deedId: line,
    tell(more: Deed) {
      told = true;
      deed = { ...deed, ...more };
    },
    request,
    response,
  } as AnyCall;
  let thrown: unknown;
  try {
    if (line !== null) response.set('X-Stratus-Deed', line);
    const reply = async (): Promise<string | null> => bodyOf(route, await route.handle(call), response);
    const body = await (route.shared
      ? sharedRead(options, { key: keyOf(step, caller, said), now }, reply)
      : reply());
    if (line !== null && deed.undo !== undefined && !response.headersSent)
      response.set('X-Stratus-Undo', line);
    return { status: statusOf(route), body };
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    if (mounted.method !== 'GET') forgetReads(options);
    const { undo, ...rest } = deed;
    const outcome = thrown === undefined ? {} : { outcome: whyNot(thrown) };
    const id = line ?? (told && changes(route) ? await begin() : null);
    if (id !== null)
      await endDeed(options.warehouse, id, {
        ...rest,
        ...(thrown === undefined && undo !== undefined ? { undo } : {}),
        ...outcome,
      });
  }
}

/** The same for calls that a shared route answers alike. */
const keyOf = (
  { mounted }: Step,
  caller: Caller | null,
  { params, query }: { readonly params: unknown; readonly query: unknown },
): string => `${mounted.key} ${caller?.workspace ?? ''} ${JSON.stringify([params, query])}`;

const begun = (step: Step, caller: Caller | null, at: Date) => ({
  caller,
  action: step.mounted.route.audit!,
  route: step.mounted.key,
  subject: Object.values(step.request.params).join('/') || null,
  at,
});

function whyNot(thrown: unknown): string {
  if (thrown instanceof Problem) return `refused (${thrown.status}): ${thrown.message}`;
  return `failed: ${thrown instanceof Error ? thrown.message : 'unknown'}`;
}

/** A change that somebody known was not allowed leaves a line too. */
async function noteRefused(step: Step, caller: Caller | null, thrown: unknown): Promise<void> {
  if (!caller || !changes(step.mounted.route)) return;
  await beginDeed(step.options.warehouse, begun(step, caller, step.options.now()), whyNot(thrown));
}

const KEY = /^[\x21-\x7e]{1,100}$/;

/** The call's `Idempotency-Key`, where it has one and changes something. */
async function claimed(
  { options, mounted, request }: Step,
  caller: Caller | null,
  said: { params: unknown; query: unknown },
): Promise<Claim | Repeat | null> {
  const key = request.get('Idempotency-Key');
  if (key === undefined || !caller || !changes(mounted.route)) return null;
  if (!KEY.test(key))
    throw new Problem('invalid', 'an Idempotency-Key has 1 to 100 visible ASCII characters');
  const secret = options.ring.keys.get(options.ring.current)!;
  const fingerprint = fingerprintOf(secret, mounted.key, [said.params, said.query, request.body as unknown]);
  // By user, not by session: a repeat after a new sign-in is still a repeat.
  const owner = `${caller.workspace}/${caller.kind === 'token' ? caller.id : caller.userId}`;
  return claimKey(options.warehouse, { caller: owner, key, fingerprint, now: options.now() });
}

function sendRepeat(response: Response, { status, reply }: Repeat): void {
  response.set('Idempotency-Replayed', 'true');
  if (reply === null && status !== 204)
    throw new Problem('conflict', 'this was done; its reply was shown once and is not kept');
  sendBody(response, status, reply);
}
