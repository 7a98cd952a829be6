/**
 * config: what the outside says of how Stratus runs, parsed once in each app's main file and handed down as plain
 * values. A mistake is one sentence that names the variable or the line, what was read and what is allowed.
 */
export { type Env, readEnv } from './env.js';
export { type LogLevel } from './variables.js';
export {
  type KnownPlatform,
  type Schedule,
  type StratusConfig,
  type StreamConfig,
  readStratusFile,
} from './stratus-file.js';
export { configurationPage, envExample } from './reference.js';
