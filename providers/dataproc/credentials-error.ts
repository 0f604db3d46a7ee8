import type { ErrorKind } from '../../src/contract/error-kinds.ts';
import { kindOfStage, networkStage } from '../../src/provider-kit/network-failure.ts';
import type { ServiceFailure } from '../../src/provider-kit/service-failure.ts';

/** What Google's libraries throw for a failed request. */
interface RequestError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
  readonly config?: { readonly url?: string | URL };
  readonly response?: {
    readonly status?: unknown;
    readonly data?: unknown;
    readonly headers?: { get?(name: string): string | null };
  };
}

/** The answer of a token service: OAuth's form, or that of Google's APIs. */
interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** Nobody got credentials, so Dataproc got no request. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly kind: ErrorKind;
  readonly failure: ServiceFailure;
  readonly advice: string;

  constructor(failure: Omit<ServiceFailure, 'stage'>, kind: ErrorKind, advice: string) {
    super(failure.message);
    this.kind = kind;
    this.failure = { ...failure, stage: 'credentials' };
    this.advice = advice;
  }

  /** The error of whatever a source of credentials threw. */
  static of(thrown: unknown): CredentialsError {
    if (thrown instanceof CredentialsError) return thrown;
    const error: RequestError =
      thrown instanceof Error ? thrown : new Error('the source threw a value that is not an Error');
    const httpStatus = Number(error.response?.status ?? error.status ?? Number.NaN);
    const host = hostOf(error);
    if (httpStatus >= 100) return refused(error, { httpStatus, host });
    const { code, syscall } = systemErrorOf(error);
    const stage = code === undefined ? 'local' : networkStage(code, syscall);
    if (code !== undefined && stage !== 'local') return unanswered(error, { code, stage, host });
    if (code !== undefined) return unreadable(error, code);
    if (error.message.startsWith('Could not load the default credentials')) {
      return new CredentialsError({ code: 'NO_CREDENTIALS', message: 'none were found' }, 'unauthenticated', LOG_IN);
    }
    return new CredentialsError({ code: error.name, message: error.message }, 'unauthenticated', LOG_IN);
  }
}

/** For a function of the user's configuration that failed. */
export function functionError(thrown: unknown): CredentialsError {
  const message = thrown instanceof Error ? thrown.message : 'it threw a value that is not an Error';
  return new CredentialsError(
    {
      code: thrown instanceof Error ? thrown.name : 'Error',
      message: `the function \`credentials\` failed: ${message}`,
    },
    'unauthenticated',
    'correct that function',
  );
}

const LOG_IN =
  'run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS or the option `credentials`';

/** What to do about a refusal, by what the token service writes. @see https://cloud.google.com/iam/docs/troubleshooting-oauth (read 2026-11-30) */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/\biat\b.*\bexp\b|reasonable timeframe/i, 'set the clock of this machine (turn on time synchronization)'],
  [
    /getAccessToken|impersonate/,
    'grant roles/iam.serviceAccountTokenCreator on that service account to your own account',
  ],
  [
    /Invalid JWT Signature|account not found|deleted_client|disabled_client|invalid_client/i,
    'the key or its account was revoked: create a new key, and check the option `credentials` or GOOGLE_APPLICATION_CREDENTIALS',
  ],
];

const GIVE_ACCOUNT =
  'give this machine a service account with the scope cloud-platform, or set GOOGLE_APPLICATION_CREDENTIALS';

function refused(
  error: RequestError,
  { httpStatus, host }: { readonly httpStatus: number; readonly host: string },
): CredentialsError {
  const { code, text } = readRefusal(error, httpStatus);
  const message = `${host} answered ${code} (HTTP ${httpStatus})${text === '' ? '' : `: ${text}`}${clockNote(error, text)}`;
  const failure = { code, message, httpStatus };
  if (httpStatus >= 500 || httpStatus === 429 || httpStatus === 408) {
    return new CredentialsError(failure, 'unavailable', 'it may work later');
  }
  const kind = code === 'PERMISSION_DENIED' ? 'forbidden' : 'unauthenticated';
  const known = ADVICE.find(([pattern]) => pattern.test(`${code} ${text}`))?.[1];
  const general = String(error.config?.url).includes('/computeMetadata/') ? GIVE_ACCOUNT : LOG_IN;
  return new CredentialsError(failure, kind, known ?? general);
}

function unanswered(
  error: RequestError,
  { code, stage, host }: { readonly code: string; readonly stage: 'connect' | 'wire'; readonly host: string },
): CredentialsError {
  const message =
    stage === 'connect'
      ? `cannot connect to ${host} (${code}): ${reasonOf(error)}`
      : `the connection to ${host} broke before it answered (${code})`;
  return new CredentialsError(
    { code, message },
    kindOfStage(stage, code),
    'check the network, and the variables HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS',
  );
}

/** A file or a key that cannot be used, before anyone was asked. */
function unreadable({ message }: Error, code: string): CredentialsError {
  if (!code.startsWith('ERR_')) {
    const advice = 'check GOOGLE_APPLICATION_CREDENTIALS, and the files that its file names';
    return new CredentialsError({ code, message }, 'unauthenticated', advice);
  }
  return new CredentialsError(
    { code, message: `cannot use the private key (${code}): ${message}` },
    'unauthenticated',
    'check `private_key` in the option `credentials` or in the file of GOOGLE_APPLICATION_CREDENTIALS: a PEM text with line breaks, not with `\\n`',
  );
}

function readRefusal({ response }: RequestError, httpStatus: number): Refusal {
  const data: unknown = typeof response?.data === 'string' ? parseJson(response.data) : response?.data;
  const { error, error_description: description } = Object(data) as {
    readonly error?: string | { readonly status?: string; readonly message?: string };
    readonly error_description?: string;
  };
  if (typeof error === 'string') return { code: error, text: description ?? '' };
  return { code: error?.status ?? `HTTP ${httpStatus}`, text: error?.message ?? '' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** How far this machine's clock is off, when the refusal is about time. */
function clockNote({ response }: RequestError, text: string): string {
  const date = Date.parse(response?.headers?.get?.('date') ?? '');
  if (!ADVICE[0]?.[0].test(text) || Number.isNaN(date)) return '';
  const minutes = Math.round((Date.now() - date) / 60_000);
  return ` (this machine's clock is ${Math.abs(minutes)} min ${minutes < 0 ? 'behind' : 'ahead of'} that server's)`;
}

function hostOf({ config }: RequestError): string {
  const url = config?.url?.toString() ?? '';
  return URL.canParse(url) ? new URL(url).host : 'the token service';
}

/** The code of Node.js, which may be on an inner error. */
function systemErrorOf(error: RequestError): { readonly code?: string; readonly syscall?: string } {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const { code, syscall } = inner as RequestError;
    if (typeof code === 'string' && code !== '') return { code, ...(typeof syscall === 'string' && { syscall }) };
  }
  return {};
}

function reasonOf({ message }: Error): string {
  return /reason: (.*)$/s.exec(message)?.[1] ?? message;
}
