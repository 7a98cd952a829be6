import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import express, { type RequestHandler, type Router } from 'express';
import type { Queue } from 'bullmq';
import { redactText } from '#telemetry';
import { assets } from './assets.js';
import { boardActions } from './board-actions.js';
import { BOARD_PATH, giveBoardToken, may } from './gate.js';
import type { ConsoleOptions } from './options.js';
import { boardError } from './reply.js';

/**
 * Bull Board behind the sign-in. Two boards share the path: viewers get one that is read-only, operators one that
 * offers to retry. Neither ever handles a call that changes something: those end in `boardActions`.
 */
export function board(options: ConsoleOptions): Router {
  const viewers = makeBoard(options, { readOnly: true });
  const operators = makeBoard(options, { readOnly: false });
  const router = express.Router();
  router.use(boardHeaders, (request, response, next) => {
    giveBoardToken(options, request, response);
    next();
  });
  router.use(boardActions(options));
  router.use(adaptPage, (request, response, next) =>
    (may(request, 'operator') ? operators : viewers)(request, response, next),
  );
  return router;
}

/**
 * The board's page carries an inline `<style>` and sets inline styles; its scripts are files. No other host: the font
 * it would fetch from Google is left out and the system's is used.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  // The page Queues shows it in a frame.
  "frame-ancestors 'self'",
].join('; ');

const boardHeaders: RequestHandler = (request, response, next) => {
  response.set('Content-Security-Policy', POLICY).set('X-Frame-Options', 'SAMEORIGIN');
  // Its scripts carry a hash in their names; the translations do not, hence no more than an hour.
  if (request.path.startsWith('/static/')) response.set('Cache-Control', 'private, max-age=3600');
  next();
};

/** The console's own blue where Bull Board is green. */
const THEME = {
  light: {
    primary: '#2b5797',
    ring: '#2b5797',
    'state-selected': '#e5eefb',
    'state-selected-hover': '#d9e6f9',
    'state-selected-foreground': '#2b5797',
    'sidebar-primary': '#2b5797',
    'sidebar-state-selected': '#dbe7f8',
    'sidebar-state-selected-hover': '#cfdff5',
    'sidebar-state-selected-foreground': '#2b5797',
  },
  dark: {
    primary: '#8ab4f3',
    'primary-foreground': '#0d1420',
    ring: '#8ab4f3',
    'state-selected': '#17294a',
    'state-selected-hover': '#1c3158',
    'state-selected-foreground': '#9cc2ff',
    'sidebar-primary': '#8ab4f3',
    'sidebar-state-selected': '#17294a',
    'sidebar-state-selected-hover': '#1c3158',
    'sidebar-state-selected-foreground': '#9cc2ff',
  },
} as const;

/** The board's own files; left to itself it finds them only where nobody has bundled it. */
const UI = dirname(
  createRequire(createRequire(import.meta.url).resolve('@bull-board/api')).resolve(
    '@bull-board/ui/package.json',
  ),
);

const GOOGLE_FONT = /<link[^>]*fonts\.googleapis\.com[^>]*>/g;
const OUR_STYLE = `<link rel="stylesheet" href="${assets.board.url}">`;

/** The board's own page without the font of another host and with the style that hides what is refused anyway. */
const adaptPage: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(
      typeof body === 'string' && body.startsWith('<!DOCTYPE html>')
        ? body.replace(GOOGLE_FONT, '').replace('</head>', `${OUR_STYLE}</head>`)
        : body,
    );
  next();
};

function makeBoard(options: ConsoleOptions, { readOnly }: { readOnly: boolean }): RequestHandler {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({
    queues: options.queues.boards.map((queue) => show(options, queue, readOnly)),
    serverAdapter: adapter as unknown as Parameters<typeof createBullBoard>[0]['serverAdapter'],
    options: {
      uiBasePath: UI,
      uiConfig: {
        boardTitle: 'Stratus queues',
        boardLogo: { path: assets.icon.url, width: 26, height: 26 },
        favIcon: { default: assets.icon.url, alternative: assets.icon.url },
        environment: {
          label: readOnly ? `${options.mode}, read-only for you` : options.mode,
          color: '#31558a',
          textColor: '#ffffff',
        },
        theme: THEME,
        locale: { lng: 'en-US' },
        pollingInterval: { showSetting: true },
        hideDocsLink: true,
        hideRedisDetails: true,
      },
      handlerHooks: { after: (_context, result) => ({ ...result, body: withoutSecrets(result.body) }) },
    },
  });
  adapter.setErrorHandler((error) => boardError(error, options.logger));
  const router = adapter.getRouter() as express.Express;
  router.disable('x-powered-by').set('trust proxy', options.trustProxy);
  return router;
}

function show({ platforms }: ConsoleOptions, queue: Queue, readOnlyMode: boolean): BullMQAdapter {
  const platform = platforms.find((one) => one.name === queue.name);
  // `allowCompletedRetries` is read by the adapter but missing from the type of its options.
  const how = {
    readOnlyMode,
    allowRetries: !readOnlyMode,
    allowCompletedRetries: false,
    description: platform ? `Runs of ${platform.title}` : 'What the schedules hand out; each becomes a run',
    externalJobUrl: ({ data }: { data: unknown }) => {
      const { runId } = ids(data);
      return runId
        ? { displayText: 'The run', href: `/runs/${encodeURIComponent(runId)}` }
        : (undefined as never);
    },
  };
  const shown = new BullMQAdapter(queue, how);
  shown.setFormatter('name', ({ name, data }: { name: string; data: unknown }) => {
    const { connection } = ids(data);
    return connection ? `${name} · ${connection}` : name;
  });
  shown.setFormatter('data', ids);
  return shown;
}

const ID_FIELDS = ['runId', 'connection', 'connectionId', 'stream'] as const;
type Ids = Partial<Record<(typeof ID_FIELDS)[number], string>>;

/** The ids that our jobs carry, and nothing that somebody else may have put beside them. */
function ids(data: unknown): Ids {
  if (typeof data !== 'object' || data === null) return {};
  const entries = Object.entries(data).filter(
    ([key, value]) => (ID_FIELDS as readonly string[]).includes(key) && typeof value === 'string',
  );
  return Object.fromEntries(entries) as Ids;
}

/**
 * Messages are free of secrets before they enter the queue; this is for the one that was not. An error is shown as
 * its sentence: frames of our own code tell an operator nothing, and where it is installed is nobody's business.
 */
function withoutSecrets<T>(body: T, under = ''): T {
  if (typeof body === 'string') return redactText(under === 'stacktrace' ? sentenceOf(body) : body) as T;
  if (Array.isArray(body)) return body.map((one: unknown) => withoutSecrets(one, under)) as T;
  if (typeof body !== 'object' || body === null || Object.getPrototypeOf(body) !== Object.prototype)
    return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, withoutSecrets(value as unknown, key)]),
  ) as T;
}

const sentenceOf = (stack: string): string =>
  stack.replace(/^(?:UnrecoverableError|RetryLater): /, '').replace(/(?:\n\s+at [^\n]+)+\s*$/, '');
