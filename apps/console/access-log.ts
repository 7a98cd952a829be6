import type { RequestHandler } from 'express';
import type { Logger } from '#telemetry';
import { maybeSignedIn } from './gate.js';

/**
 * One line per answered request. No query (a `next` or a token could be in it), no header, no cookie. Reads that went
 * well are `debug`: an open board asks every few seconds.
 */
export const accessLog =
  (logger: Logger, now: () => Date): RequestHandler =>
  (request, response, next) => {
    const started = now().getTime();
    const { method, ip } = request;
    const path = request.originalUrl.split('?', 1)[0];
    response.once('close', () => {
      const status = response.statusCode;
      const fields = {
        method,
        path,
        status,
        ms: now().getTime() - started,
        ip,
        user: maybeSignedIn(request)?.name,
      };
      const dull = (method === 'GET' || method === 'HEAD') && status < 400;
      logger[status >= 500 ? 'warn' : dull ? 'debug' : 'info'](fields, 'request');
    });
    next();
  };
