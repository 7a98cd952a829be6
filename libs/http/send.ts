import { Failure } from '#kernel';
import axios, {
  isAxiosError,
  type AxiosError,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import axiosRetry, { isNetworkError } from 'axios-retry';
import { setMaxListeners } from 'node:events';
import { readBody, textOf } from './body.js';
import type { HttpRequest, Reply } from './call.js';
import { fileText, LARGEST_FILE } from './file.js';
import { isPrivateAddress, openAgents } from './hosts.js';
import { hostPort, troubleOf } from './trouble.js';
import { PACKINGS, unpacked } from './unpack.js';

const TIMEOUT_MS = 30_000;
/** Four times the largest page in earnest; a worker holds eight at once. Also bounds what a packed body may unfold to. */
const LARGEST_BODY = 8 * 1024 * 1024;
const RETRIES = 2;
const LONGEST_DELAY_MS = 2000;
const PASSING = new Set([502, 503, 504]);

export interface SenderOptions {
  /** Told of each finished call, failed ones with status null; for metrics. */
  readonly observe?: (call: {
    host: string;
    method: string;
    status: number | null;
    ms: number;
    attempts: number;
  }) => void;
  readonly logger?: { warn(fields: object, message: string): void };
  /** Base of the delay before a retry; 200 ms by default. */
  readonly retryDelayMs?: number;
  readonly timeoutMs?: number;
}

/** The only way onto the network: one call, one reply or one Failure that holds no secret. */
export interface Sender {
  send(request: HttpRequest, signal: AbortSignal): Promise<Reply>;
  close(): void;
}

/** What one call needs to know of its own tries; a class, so that axios passes it on by reference. */
class Tries {
  attempts = 0;
  timedOut = false;
  stop: () => void = () => undefined;
  constructor(
    readonly request: HttpRequest,
    readonly signal: AbortSignal,
    readonly timeoutMs: number,
  ) {}

  /** A clock for one try: axios' own timeout restarts with every byte, so a dripping server would hold it for ever. */
  begin(): AbortSignal {
    this.stop();
    this.attempts += 1;
    const off = new AbortController();
    const forward = (): void => off.abort();
    const timer = setTimeout(() => {
      this.timedOut = true;
      off.abort();
    }, this.timeoutMs);
    // AbortSignal.any would leave something behind on a worker's long-lived signal with every call.
    this.signal.addEventListener('abort', forward, { once: true });
    this.stop = () => {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', forward);
    };
    if (this.signal.aborted) off.abort();
    return off.signal;
  }
}

type Config = InternalAxiosRequestConfig & { tries?: Tries };

const triesOf = (config: unknown): Tries | undefined => (config as Config | undefined)?.tries;

export function createSender(options: SenderOptions = {}): Sender {
  const guarded = openAgents(false);
  const open = openAgents(true);
  const base = options.retryDelayMs ?? 200;
  const http = axios.create({
    adapter: 'http',
    timeout: 0,
    maxContentLength: LARGEST_BODY,
    maxBodyLength: LARGEST_BODY,
    maxRedirects: 0,
    proxy: false,
    // Ours to do: the library takes a packed body that breaks off for a whole one.
    decompress: false,
    responseType: 'arraybuffer',
    transformResponse: [(data: unknown) => data],
  });
  axiosRetry(http, {
    retries: RETRIES,
    shouldResetTimeout: true,
    retryDelay: (count) => Math.min(LONGEST_DELAY_MS, base * 2 ** (count - 1) * (1 + Math.random() / 2)),
    retryCondition: (error) => {
      const tries = triesOf(error.config);
      if (!tries?.request.idempotent || tries.timedOut || tries.signal.aborted) return false;
      if (error.response) return isBrokenOff(error) || soonOver(error.response);
      // ERR_ codes are ours and axios' own: a body too large, a header that cannot be written.
      return isNetworkError(error) && !error.code?.startsWith('ERR_');
    },
    onRetry: (count, error) =>
      options.logger?.warn(
        {
          host: hostPort(error.config?.url ?? ''),
          retry: count,
          status: error.response?.status ?? null,
          code: error.code,
        },
        'a call is tried again',
      ),
  });
  http.interceptors.request.use((config) => {
    const signal = triesOf(config)?.begin();
    if (signal) config.signal = signal;
    return config;
  });

  async function exchange(request: HttpRequest, tries: Tries): Promise<AxiosResponse<unknown>> {
    const { httpAgent, httpsAgent } = request.private ? open : guarded;
    try {
      const config = {
        method: request.method,
        url: withQuery(request.url, request.query),
        headers: headersOf(request),
        data: dataOf(request),
        httpAgent,
        httpsAgent,
        tries,
        ...(isFile(request.expect) ? { maxContentLength: LARGEST_FILE } : {}),
        // Only what is tried again is an error to axios, since retries are decided on errors. axios-retry's own
        // `validateResponse` would do, but hands out a reply whose body broke off as a good one without a body.
        validateStatus: (status: number) => !(request.idempotent && PASSING.has(status)),
      };
      return await http.request<unknown>(config);
    } catch (thrown) {
      if (isAxiosError<unknown>(thrown) && thrown.response && !isBrokenOff(thrown)) return thrown.response;
      throw thrown;
    } finally {
      tries.stop();
    }
  }

  return {
    async send(request, signal) {
      const tries = new Tries(request, signal, request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS);
      const started = performance.now();
      // One signal ends all calls of a worker.
      setMaxListeners(0, signal);
      const host = hostPort(request.url);
      const report = (status: number | null): number => {
        const ms = Math.round(performance.now() - started);
        options.observe?.({ host, method: request.method, status, ms, attempts: tries.attempts });
        return ms;
      };
      try {
        checkAddress(request);
        signal.throwIfAborted();
        const response = await exchange(request, tries);
        const headers = plainHeaders(response.headers);
        const { status } = response;
        const bytes = await bodyOf(response, host, headers['content-encoding']);
        const about = { status, from: host, contentType: headers['content-type'] ?? '' };
        const { expect = 'json', gzip = false } = request;
        const body =
          expect === 'bytes' && status < 300
            ? bytes
            : expect === 'file' && status < 300
              ? await fileText(bytes, { ...about, gzip })
              : readBody(textOf(bytes), about, expect);
        return { status, headers, body, ms: report(status), attempts: tries.attempts };
      } catch (thrown) {
        report(null);
        if (signal.aborted && signal.reason instanceof Failure) throw signal.reason;
        const { method, url } = request;
        throw troubleOf(thrown, {
          method,
          url,
          timeoutMs: tries.timeoutMs,
          timedOut: tries.timedOut && !signal.aborted,
          calledOff: signal.aborted,
        });
      }
    },
    close() {
      guarded.destroy();
      open.destroy();
    },
  };
}

const isFile = (expect: HttpRequest['expect']): boolean => expect === 'file' || expect === 'bytes';

/** The head of a reply came, its body did not. */
const isBrokenOff = ({ response }: AxiosError): boolean =>
  response !== undefined && !Buffer.isBuffer(response.data);

/** What a refusal says counts for its status, also where its body is broken. */
async function bodyOf(
  { data, status }: AxiosResponse<unknown>,
  from: string,
  encoding: string | undefined,
): Promise<Buffer> {
  if (!Buffer.isBuffer(data)) return Buffer.alloc(0);
  try {
    return await unpacked(data, { from, encoding, largest: LARGEST_BODY });
  } catch (thrown) {
    if (status >= 300) return Buffer.alloc(0);
    throw thrown;
  }
}

/** Asked to stay away for longer than a retry waits: that is the queue's business. */
function soonOver({ headers }: AxiosResponse): boolean {
  const wait = Number.parseFloat(String(headers['retry-after'] ?? '0'));
  return !(wait * 1000 > LONGEST_DELAY_MS);
}

/** Sockets never look up an address that is already a number, so it is checked here as well. */
function checkAddress({ url, private: allowed }: HttpRequest): void {
  if (!URL.canParse(url))
    throw new Failure('config', 'the address to call is no URL: check the connection’s settings');
  const { protocol, hostname, host } = new URL(url);
  if (allowed) return;
  if (protocol !== 'https:')
    throw new Failure('config', `${host} would be called over ${protocol}// in clear: use https://`);
  if (isPrivateAddress(hostname))
    throw new Failure('config', `${host} leads into a private network, which this connection may not call`);
}

function withQuery(url: string, query: HttpRequest['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return url;
  const full = new URL(url);
  for (const [name, value] of given) full.searchParams.append(name, String(value));
  return full.href;
}

function headersOf({ headers, json, form, expect }: HttpRequest): Record<string, string> {
  const own = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    accept: expect === 'text' || isFile(expect) ? '*/*' : 'application/json',
    'accept-encoding': PACKINGS,
    'user-agent': 'Stratus',
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...own,
  };
}

function dataOf({ json, form }: HttpRequest): string | undefined {
  if (json !== undefined) return JSON.stringify(json);
  return form === undefined ? undefined : new URLSearchParams(form).toString();
}

function plainHeaders(headers: AxiosResponse['headers']): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers as Record<string, unknown>))
    if (typeof value === 'string' || Array.isArray(value))
      plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return plain;
}
