import express, { type Express } from 'express';
import helmet from 'helmet';
import { accessLog } from './access-log.js';
import { accountRoutes } from './account-routes.js';
import { api, API_PATH, mountApi } from './api/index.js';
import { serveAssets } from './assets.js';
import { board } from './board.js';
import { BOARD_PATH, maybeSignedIn, mustSignIn, readSession } from './gate.js';
import { health } from './health.js';
import { newsOf } from './news.js';
import type { ConsoleOptions } from './options.js';
import { pageRoutes } from './page-routes.js';
import { notFound, onError } from './reply.js';
import { scrape } from './scrape.js';
import { sameSecret } from './sessions.js';
import { signInRoutes } from './sign-in-routes.js';
import { signInLimit } from './sign-in-limit.js';
import { status } from './status.js';

/**
 * The console as a list of doors, in order. What stands before `mustSignIn` is open to everybody and named here:
 * health, the assets, the sign-in, and what the metrics token opens. Everything after it, known or not, is behind the
 * sign-in.
 */
export function consoleApp(options: ConsoleOptions): Express {
  const app = express();
  app.disable('x-powered-by').set('trust proxy', options.trustProxy);
  app.use(accessLog(options.logger, options.now), headers(options));

  app.get('/api/system/health', health(options));
  app.use(serveAssets());
  app.use(readSession(options));
  const limit = signInLimit(options.now);
  app.use(signInRoutes(options, limit));

  const news = newsOf(options);
  app.get('/api/system/status', mayScrape(options), status(news));
  app.get('/metrics', mayScrape(options), scrape(options));

  app.use(API_PATH, mountApi(options, api));

  app.use(mustSignIn);
  app.use(BOARD_PATH, board(options));
  app.use(accountRoutes(options, limit));
  app.use(pageRoutes(options, news));

  app.use(notFound);
  app.use(onError(options.logger));
  return app;
}

/** For programs: the metrics token, or a signed-in person. Loopback is nobody: a proxy on this machine is loopback too. */
const mayScrape =
  ({ metricsToken }: ConsoleOptions): express.RequestHandler =>
  (request, response, next) => {
    const given = /^Bearer (.+)$/i.exec(request.get('Authorization') ?? '')?.[1];
    if (metricsToken && given !== undefined && sameSecret(given, metricsToken)) return next();
    if (maybeSignedIn(request)) return next();
    response.set('WWW-Authenticate', 'Bearer').status(401).json({
      error: 'sign in, or send METRICS_TOKEN as a bearer token',
    });
  };

function headers({ secureCookies }: ConsoleOptions): express.RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      // A browser that once heard it refuses plain http for good: only where people come by https.
      strictTransportSecurity: secureCookies,
      xFrameOptions: { action: 'deny' },
    }),
    (_request, response, next) => {
      response.set('Cache-Control', 'no-store');
      next();
    },
  ];
}
