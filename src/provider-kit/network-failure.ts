import type { ErrorKind } from '../contract/error-kinds.ts';

/**
 * How far a failed call got: it never left this process (`local`), found no credentials (`credentials`), got no connection
 * (`connect`), lost its connection before the answer (`wire`), or got an error or an unreadable answer (`answer`).
 */
export type FailureStage = 'local' | 'credentials' | 'connect' | 'wire' | 'answer';

/** Errors before the first byte of the request. @see https://nodejs.org/api/errors.html#common-system-errors (read 2026-11-20) */
const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'NO_CONNECTION',
]);

/** Whether the TLS handshake failed: nothing was sent, and a retry does not fix a certificate. */
export function isTlsCode(code: string): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_)|_CERT_|^EPROTO$/.test(code);
}

/** The code of a proxy's failure: `PROXY_407` for an answer with that status, `PROXY_UNREACHABLE` without an answer. */
const PROXY_CODE = /^PROXY_(\d{3}|UNREACHABLE)$/;

/** Whether an HTTP status with a web page comes from a proxy or a firewall: services refuse in their own format. */
export function isProxyStatus(httpStatus: number): boolean {
  return httpStatus === 403 || httpStatus === 407 || httpStatus === 511;
}

/** What to do about an answer of a proxy; `undefined` for other codes. */
export function proxyAdvice(code: string): string | undefined {
  const status = PROXY_CODE.exec(code)?.[1];
  if (status === undefined) return undefined;
  if (status === 'UNREACHABLE') return 'check HTTPS_PROXY, or add the host to NO_PROXY';
  if (status === '407') return 'put a valid user and password into HTTPS_PROXY';
  if (status.startsWith('4')) return 'ask the owners of the proxy to allow the host, or add the host to NO_PROXY';
  return 'check whether the proxy can reach the host, or add the host to NO_PROXY';
}

/** What Node.js throws for wrong arguments, headers and keys, and for files: nothing was sent. @see https://nodejs.org/api/errors.html (read 2026-11-30) */
const LOCAL_CODE =
  /^ERR_(?:CRYPTO|HTTP_INVALID|INVALID|MISSING|OSSL|OUT_OF_RANGE|UNESCAPED)_?|^(?:EISDIR|ELOOP|EMFILE|ENOENT|ENOTDIR)$/;
const LOCAL_CALL = /^(?:access|l?stat|open|readlink|realpath|scandir|spawn)/;

/** The stage of an error of Node.js, from its `code` and `syscall`. */
export function networkStage(code: string, syscall = ''): 'local' | 'connect' | 'wire' {
  if (syscall === 'connect' || CONNECT_CODES.has(code) || PROXY_CODE.test(code) || isTlsCode(code)) return 'connect';
  return LOCAL_CODE.test(code) || LOCAL_CALL.test(syscall) ? 'local' : 'wire';
}

/** The kind of a failure that is not the service's answer. */
export function kindOfStage(stage: Exclude<FailureStage, 'answer'>, code: string): ErrorKind {
  if (stage === 'credentials') return 'unauthenticated';
  if (stage === 'local') return 'internal';
  if (code === 'TUNNEL_GARBLED') return 'unexpected';
  if (code === 'PROXY_407' || code === 'PROXY_511') return 'unauthenticated';
  if (/^PROXY_4/.test(code)) return 'forbidden';
  return stage === 'connect' && isTlsCode(code) ? 'config-invalid' : 'unavailable';
}

/** The pause that a `retry-after` header asks for, milliseconds: the header holds seconds or a date. */
export function readRetryAfter(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1000);
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
