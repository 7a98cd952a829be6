import pino from 'pino';
import { redactFields, redactText } from './redact.js';

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export interface LoggerOptions {
  /** `fatal` … `trace`, or `silent`. */
  readonly level: string;
  /** Which process speaks: `worker`, `scheduler`, `console`, `up`. */
  readonly process: string;
  /** Where lines go; standard error by default, so that standard output stays the command's own. */
  readonly write?: (line: string) => void;
}

/** JSON lines with secrets taken out. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.write ? { write: options.write } : pino.destination({ dest: 2, sync: true });
  return redacting(
    pino(
      {
        level: options.level,
        base: { process: options.process, pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    ),
  );
}

/** Redacts before pino sees anything: its own redaction knows paths of a fixed depth and no text. */
function redacting(logger: pino.Logger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](redactFields(fields), redactText(message));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => redacting(logger.child(redactFields(fields))),
  };
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
