import express, { type Express } from 'express';
import helmet from 'helmet';
import { accessLog } from './access-log.js';
import { api, API_PATH, docsPage, mountApi, openApiOf, postTestEmail, TEST_EMAIL_PATH } from './api/index.js';
import { serveAssets } from './assets.js';
import { board } from './board.js';
import { BOARD_PATH, maybeSignedIn, mustSignIn, readSession } from './gate.js';
import { health } from './health.js';
import { newsOf } from './news.js';
import type { ConsoleOptions } from './options.js';
import { RETURN_PATH } from './api/resources/oauth.js';
import { notFound, onError, sendPage } from './reply.js';
import { scrape } from './scrape.js';
import { sameSecret } from './sessions.js';
import { signInRoutes } from './sign-in-routes.js';
import { status } from './status.js';
import { webOf } from './web.js';
import { comeBack } from './oauth-return.js';
import { mustRun, runsInstallation } from './workspaces.js';

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
  const web = webOf();
  app.use(serveAssets(), web.assets);
  app.use(readSession(options));
  app.use(signInRoutes(options));

  const news = newsOf(options);
  app.get('/api/system/status', mayScrape(options), status(news));
  app.get('/metrics', mayScrape(options), scrape(options));

  app.use(API_PATH, mountApi(options, api));
  app.all(TEST_EMAIL_PATH, postTestEmail(options));
  app.all(RETURN_PATH, comeBack);

  app.use(mustSignIn);
  const docs = docsPage(openApiOf(api));
  app.get('/docs', (_request, response) => sendPage(response, docs));
  app.use(BOARD_PATH, mustRun(options), board(options));
  app.use(web.pages);

  app.use(notFound);
  app.use(onError(options.logger));
  return app;
}

/** For programs: the metrics token, or a signed-in person. Loopback is nobody: a proxy on this machine is loopback too. */
const mayScrape =
  ({ metricsToken, warehouse }: ConsoleOptions): express.RequestHandler =>
  async (request, response, next) => {
    const given = /^Bearer (.+)$/i.exec(request.get('Authorization') ?? '')?.[1];
    if (metricsToken && given !== undefined && sameSecret(given, metricsToken)) return next();
    const session = maybeSignedIn(request);
    if (session && (await runsInstallation(warehouse, session))) return next();
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
          frameSrc: ["'self'"],
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
