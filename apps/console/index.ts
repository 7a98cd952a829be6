/**
 * console: what the operator sees. Everything but health, the assets and the sign-in is behind the sign-in; every
 * call that changes something shows the session's token, is checked against the role and leaves a line in the audit
 * log. It reads Postgres and the queues and shows no secret: credentials stay sealed.
 */
export { startConsole, type Console } from './serve.js';
export { type ConsoleOptions } from './options.js';
export { dropFactor } from './second-factor.js';
export { endSessions } from './sessions.js';
export { createUser, findUser, randomPassword, setPassword } from './users.js';
