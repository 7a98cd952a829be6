import { Failure } from '#kernel';
import { PRIVATE_ADDRESS } from './hosts.js';

const NEXT: Readonly<Record<string, string>> = {
  ENOTFOUND: 'check the host’s name in the connection’s settings',
  EAI_AGAIN: 'name lookup does not work right now; it is tried again',
  ECONNREFUSED: 'nothing listens there: check the address and that the server runs; it is tried again',
  ECONNRESET: 'the other side hung up; it is tried again',
  EPIPE: 'the other side hung up; it is tried again',
  ENETUNREACH: 'there is no route to it: check this machine’s network; it is tried again',
  EHOSTUNREACH: 'there is no route to it: check this machine’s network; it is tried again',
  ETIMEDOUT: 'it did not answer in time; it is tried again',
  ECONNABORTED: 'the reply broke off; it is tried again',
};

/** A certificate that does not hold; trying again changes nothing. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ERR_TLS/;

/**
 * What went wrong between us and the platform, as a Failure. Nothing of the library's error is passed on: it carries
 * headers, and with them the credentials.
 */
export function troubleOf(
  thrown: unknown,
  call: { method: string; url: string; timeoutMs: number; timedOut: boolean; calledOff: boolean },
): Failure {
  if (thrown instanceof Failure) return thrown;
  const { code, message } = readError(thrown);
  const host = hostPort(call.url);
  if (call.calledOff) return new Failure('transient', `the call to ${host} was called off`);
  if (call.timedOut || code === 'ETIMEDOUT')
    return new Failure(
      'transient',
      `could not reach ${host} (ETIMEDOUT): no complete answer within ${call.timeoutMs / 1000} s; it is tried again`,
    );
  if (code === PRIVATE_ADDRESS) return new Failure('config', message);
  if (/max(?:ContentLength|BodyLength)|ERR_FR_MAX_BODY/.test(`${message} ${code}`))
    return new Failure(
      'refused',
      `a body to or from ${host} is larger than what is read at once (8 MB): ask for fewer records at once`,
    );
  if (/^(?:ERR_INVALID|ERR_HTTP_INVALID|ERR_UNESCAPED|ERR_BAD_OPTION)/.test(code))
    return new Failure(
      'config',
      `the call to ${host} could not be written (${code}): a setting or credential holds a character that a header or address may not`,
    );
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Failure(
      'transient',
      `${host} sent larger headers than are read (16 kB): a proxy before the API may add them; it is tried again`,
    );
  if (CERTIFICATE.test(code))
    return new Failure(
      'config',
      `the certificate of ${host} is not trusted (${code}): check the address and the certificate`,
    );
  if (
    code.startsWith('HPE_') ||
    code.startsWith('Z_') ||
    code.startsWith('ERR_BROTLI') ||
    code === 'ERR_BAD_RESPONSE'
  )
    return new Failure(
      'transient',
      `${host} sent a reply that broke off or cannot be unpacked (${code}); it is tried again`,
    );
  return new Failure(
    'transient',
    `could not reach ${host} (${code || 'unknown error'}): ${NEXT[code] ?? 'it is tried again'}`,
  );
}

function readError(thrown: unknown): { code: string; message: string } {
  const { code, cause, message } = (thrown ?? {}) as {
    code?: unknown;
    cause?: { code?: unknown };
    message?: unknown;
  };
  const first = [code, cause?.code].find((one) => typeof one === 'string') as string | undefined;
  return { code: first ?? '', message: typeof message === 'string' ? message : '' };
}

/** All of a URL that may be shown: paths and queries can carry secrets. */
export function hostPort(url: string): string {
  if (!URL.canParse(url)) return 'the given address';
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;
}
