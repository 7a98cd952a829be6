import { classify, allowedHost } from '#http';
import { Failure, seconds } from '#kernel';
import type { CallSpec } from './call-spec.js';
import type { Platform } from './define.js';
import type { Engine } from './engine.js';
import { judgedWithout } from './withhold.js';

/** The app that an account's owner says yes to: made by the operator at the platform. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A page of the platform's, as data; the engine adds the host. */
export interface ConsentPage {
  /** As in a `CallSpec`: another of the platform's own hosts. */
  readonly base?: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * An authorisation-code flow (RFC 6749 §4.1): the operator's browser goes to a page of the platform, says yes, and comes
 * back with a code, which is exchanged for credentials. Every function is pure.
 */
export interface Consent<Settings, Credentials> {
  /** Where the browser goes. Platforms that do not know PKCE ignore the challenge. */
  readonly page: (query: ConsentQuery<Settings>) => ConsentPage;
  /** Why what the browser brought back is not the platform's own, where the platform signs it; null where it is. */
  readonly forged?: (query: BroughtQuery<Settings>) => string | null;
  /** The call that exchanges the code. */
  readonly exchange: (query: ExchangeQuery<Settings>) => CallSpec;
  /** The credentials after that call's reply. Throws what zod throws, or a Failure, where it grants none. */
  readonly granted: (query: GrantQuery) => Credentials;
}

export interface ConsentQuery<Settings = unknown> {
  readonly settings: Settings;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  /** PKCE's, of the method S256. */
  readonly challenge: string;
}

export interface BroughtQuery<Settings = unknown> {
  /** Every parameter that the browser came back with. */
  readonly brought: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly app: App;
  readonly now: Date;
}

export interface ExchangeQuery<Settings = unknown> {
  readonly settings: Settings;
  readonly app: App;
  readonly code: string;
  readonly redirectUri: string;
  readonly verifier: string;
}

export interface GrantQuery {
  readonly app: App;
  readonly redirectUri: string;
  readonly body: unknown;
  readonly now: Date;
}

/** Who is to be connected: no connection yet, so nothing of it is stored. */
export interface Candidate {
  readonly settings: unknown;
  readonly baseUrl: string | null;
  /** A stand-in server: plain http and private addresses are allowed. */
  readonly sandbox: boolean;
}

type Place = Pick<CallSpec, 'base' | 'path'>;

/** As for a connection: one with a base url of its own asks that one for everything, at the platform's own paths. */
function placeOf(platform: Platform, { settings, baseUrl }: Candidate, { base, path }: Place): string {
  const own = baseUrl ?? base ?? platform.baseUrl(settings);
  return own.replace(/\/$/, '') + path;
}

/** The address that the operator's browser is sent to. */
export function consentUrl(platform: Platform, candidate: Candidate, page: ConsentPage): string {
  const url = new URL(placeOf(platform, candidate, page));
  for (const [name, value] of Object.entries(page.query)) url.searchParams.set(name, value);
  return url.toString();
}

const PATIENCE = seconds(20);

/**
 * Exchanges the code for credentials, as the platform's schema takes them. Throws a Failure whose message holds nothing of
 * what was sent or granted. The code is good for one try, so the call is never repeated.
 */
export async function exchangeCode(
  deps: Pick<Engine, 'sender' | 'metrics' | 'now'>,
  platform: Platform,
  candidate: Candidate,
  said: Omit<ExchangeQuery, 'settings'>,
): Promise<unknown> {
  const { consent } = platform.auth;
  if (!consent) throw new Failure('config', `${platform.title} has no sign-in page to go to`);
  const { settings, baseUrl, sandbox } = candidate;
  const spec = consent.exchange({ settings, ...said });
  const url = placeOf(platform, candidate, spec);
  const hosts = baseUrl === null ? platform.hosts : [new URL(baseUrl).hostname];
  allowedHost(url, { hosts, private: sandbox });
  const reply = await deps.sender.send(
    {
      method: spec.method ?? 'POST',
      url,
      idempotent: false,
      timeoutMs: PATIENCE,
      private: sandbox,
      ...(platform.json === undefined ? {} : { expect: platform.json }),
      ...(spec.headers === undefined ? {} : { headers: spec.headers }),
      ...(spec.form === undefined ? {} : { form: spec.form }),
      ...(spec.json === undefined ? {} : { json: spec.json }),
    },
    AbortSignal.timeout(PATIENCE),
  );
  deps.metrics.call(
    { platform: platform.name, operation: spec.operation, result: String(reply.status) },
    reply.ms,
  );
  const secrets = [said.app.clientSecret, said.code, said.verifier];
  const failure = judgedWithout(
    reply,
    secrets,
    (told) =>
      refusalOf(platform, told.body) ?? classify(told, deps.now(), (one, at) => platform.classify(one, at)),
  );
  if (failure) throw failure;
  return credentialsOf(platform, () =>
    consent.granted({ app: said.app, redirectUri: said.redirectUri, body: reply.body, now: deps.now() }),
  );
}

/** RFC 6749 §5.2: its own words for what is wrong, whatever the status. */
function refusalOf(platform: Platform, body: unknown): Failure | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const error = String(body.error).slice(0, 60);
  const next =
    error === 'invalid_client'
      ? 'check the app’s id and secret'
      : 'the code was used or is too old, or the app’s redirect address differs: begin again';
  return new Failure('credential', `${platform.title} gave no token (${error}): ${next}`);
}

function credentialsOf(platform: Platform, granted: () => unknown): unknown {
  try {
    return platform.credentials.parse(granted());
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown;
    throw new Failure(
      'transient',
      `${platform.title} answered without a token that can be used: begin again`,
      {
        cause: thrown,
      },
    );
  }
}
