import { createHash } from 'node:crypto';
import express, { type Router } from 'express';
import { STYLE } from './style.js';

/** Kept in code, so that a build has nothing to copy. Open to everybody: the sign-in page needs them. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#31558a"/><g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"><path d="M8 10.5h16" opacity=".55"/><path d="M8 16h16" opacity=".8"/><path d="M8 21.5h10"/></g></svg>`;

/**
 * Hides what Bull Board offers and this console refuses (see `boardActions`), told by its icons: everything that is
 * no retry. Without it an operator would find out by being refused.
 */
const BOARD_STYLE = `
[class*='jobActions-'] > li:not(:has(.lucide-refresh-cw)),
[class*='queueActions-'] > li:not(:has(.lucide-refresh-cw)),
:is(button, [role='menuitem']):has(> :is(
  .lucide-plus, .lucide-play, .lucide-pause, .lucide-pencil, .lucide-files, .lucide-trash, .lucide-ban,
  .lucide-gauge, .lucide-gantt-chart)) { display: none !important; }
/* Jobs of ours are never in these states; without their tabs there is room for the failed ones. */
a:is([href$='status=waiting-children'], [href$='status=prioritized']) { display: none !important; }
`;

interface Asset {
  readonly url: string;
  readonly type: string;
  readonly text: string;
}

const asset = (name: string, type: string, text: string): Asset => ({
  url: `/assets/${createHash('sha256').update(text).digest('hex').slice(0, 10)}/${name}`,
  type,
  text,
});

export const assets = {
  icon: asset('icon.svg', 'image/svg+xml', ICON),
  style: asset('console.css', 'text/css', STYLE),
  board: asset('board.css', 'text/css', BOARD_STYLE),
} as const;

export function serveAssets(): Router {
  const router = express.Router();
  for (const { url, type, text } of Object.values(assets))
    router.get(url, (_request, response) => {
      // The address holds a hash of the text: what it names never changes.
      response.set('Cache-Control', 'public, max-age=31536000, immutable').type(type).send(text);
    });
  return router;
}
