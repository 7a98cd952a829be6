import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import { refuse } from './reply.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface WebFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly brotli: Buffer | undefined;
}

/** The first word of every page's address below `/`. `apps/web` names the pages themselves; what is not here is a 404. */
const PAGES = [
  'runs',
  'backfills',
  'errors',
  'quarantine',
  'board',
  'quota',
  'alerts',
  'orders',
  'tables',
  'connections',
  'audit',
  'users',
  'settings',
  'account',
] as const;

const PAGE = new RegExp(`^/(?:(?:${PAGES.join('|')})(?:/[^/]+)*)?$`);

/** The built pages of `apps/web`. */
export interface Web {
  /** Scripts, styles and pictures: open to everybody, named by their content, kept by browsers for good. */
  readonly assets: Router;
  /** The one document behind every address of a page; what is at that address, the pages find out themselves. */
  readonly pages: Router;
}

/** Reads all of them into memory, a few hundred kilobytes: no request leads to a path on the disk. */
export function webOf(folder = builtFolder()): Web {
  const files = readAll(folder);
  const assets = express.Router();
  assets.get('/assets/:name', (request, response, next) => {
    const file = files.get(`/assets/${request.params.name}`);
    if (!file) return next();
    response.set('Cache-Control', 'public, max-age=31536000, immutable');
    send(file)(request, response, next);
  });
  const index = files.get('/index.html');
  const pages = express.Router({ caseSensitive: true });
  pages.get(PAGE, index ? send(index) : notBuilt);
  return { assets, pages };
}

const send =
  ({ type, plain, brotli }: WebFile): RequestHandler =>
  (request, response) => {
    const squeezed = brotli && request.acceptsEncodings(['br', 'identity']) === 'br' ? brotli : undefined;
    response.set('Content-Type', type).set('Vary', 'Accept-Encoding');
    if (squeezed) response.set('Content-Encoding', 'br');
    response.send(squeezed ?? plain);
  };

const notBuilt: RequestHandler = (request, response) =>
  refuse(
    request,
    response,
    503,
    'the pages are not built: run `npm run build`, then start the console again',
  );

function readAll(folder: string): Map<string, WebFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => extname(name) in TYPES)
      .map((name): [string, WebFile] => {
        const path = join(folder, name);
        return [
          `/${name.split(sep).join('/')}`,
          {
            type: TYPES[extname(name)]!,
            plain: readFileSync(path),
            brotli: existsSync(`${path}.br`) ? readFileSync(`${path}.br`) : undefined,
          },
        ];
      }),
  );
}

/** `dist/web`, whether this runs from there or from the sources. */
function builtFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'dist', 'web');
}
