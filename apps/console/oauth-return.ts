import express, { type RequestHandler } from 'express';

const readForm = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 });

/**
 * Where a platform sends the browser: a GET with a query, or a form that it posts. A post of another site carries no
 * cookie of ours, so both go on to the same GET of our own, which does: that one knows who set out, and changes something
 * only for the state that it set out with.
 */
export const comeBack: RequestHandler = (request, response, next) => {
  if (request.method !== 'GET' && request.method !== 'POST') return next();
  readForm(request, response, (error?: unknown) => {
    if (error) return next(error);
    const brought = request.method === 'GET' ? request.query : (request.body as unknown);
    const fields = Object.entries((brought ?? {}) as Record<string, unknown>).filter(
      (one): one is [string, string] => typeof one[1] === 'string',
    );
    response.redirect(303, `/api/v1/oauth/callback?${new URLSearchParams(fields).toString()}`);
  });
};
