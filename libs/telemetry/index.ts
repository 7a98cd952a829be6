/**
 * telemetry: what every door reports to. Logs are JSON lines on standard error; metrics are scraped.
 * Secrets are taken out here, once.
 */
export { type Logger, type LoggerOptions, createLogger, silentLogger } from './logger.js';
export { type Metrics, createMetrics } from './metrics.js';
export { redactFields, redactText } from './redact.js';
