import pino from 'pino';
import { redactText, SECRET_KEYS } from './redact.js';

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

/** JSON lines with secrets taken out: whole keys by name, and what looks like a secret in any message. */
export function createLogger(options: LoggerOptions): Logger {
  const paths = SECRET_KEYS.flatMap((key) => {
    const name = key.includes('-') ? `["${key}"]` : `.${key}`;
    return [`*${name}`, key.includes('-') ? `["${key}"]` : key, `*.*${name}`];
  });
  const destination = options.write ? { write: options.write } : pino.destination({ dest: 2, sync: true });
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      redact: { paths, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        error: (error: unknown) =>
          error instanceof Error
            ? { name: error.name, message: redactText(error.message) }
            : redactText(String(error)),
      },
      hooks: {
        logMethod(parameters, method) {
          const texts = parameters.map((one) => (typeof one === 'string' ? redactText(one) : one));
          method.apply(this, texts as [string]);
        },
      },
    },
    destination,
  );
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
