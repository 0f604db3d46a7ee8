/** Whether trying again can help: never, after a while, or no longer (our own retries are used up). */
export type Retry = 'permanent' | 'temporary' | 'persistent';

/** What one error kind means to a caller, to an HTTP gateway and to a shell. */
export interface ErrorKindFacts {
  /** The kind's retry class before any retry was made. */
  readonly retry: Exclude<Retry, 'persistent'>;
  /** Whether the retry layer may try again on its own while the deadline allows; false where waiting is somebody else's job (a quota). */
  readonly retriedByLayer: boolean;
  /** The HTTP status a gateway answers. */
  readonly httpStatus: number;
  /** The exit code of the command line. */
  readonly exitCode: number;
  /** What to do next, in one sentence; absent where only the message can say it. */
  readonly advice?: string;
}

/** Every kind of error there is, with what it means; closed: nothing else is ever thrown on purpose. */
export const ERROR_KINDS = Object.freeze({
  'config-invalid': {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 400,
    exitCode: 2,
    advice: 'Correct the configuration and run again.',
  },
  'invalid-request': {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 422,
    exitCode: 2,
  },
  unauthenticated: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 401,
    exitCode: 3,
    advice: 'Log in again or give valid credentials.',
  },
  forbidden: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 403,
    exitCode: 3,
    advice: 'Ask for the missing permission.',
  },
  'not-found': {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 404,
    exitCode: 4,
    advice: 'Check the name or id; the session may be gone.',
  },
  conflict: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 409,
    exitCode: 5,
    advice: 'Use what already exists, or choose another name.',
  },
  'quota-exceeded': {
    retry: 'temporary',
    retriedByLayer: false,
    httpStatus: 429,
    exitCode: 6,
    advice: 'End sessions you no longer need, or raise the quota.',
  },
  'rate-limited': {
    retry: 'temporary',
    retriedByLayer: true,
    httpStatus: 429,
    exitCode: 6,
    advice: 'Try again later, and less often.',
  },
  unavailable: { retry: 'temporary', retriedByLayer: true, httpStatus: 503, exitCode: 7, advice: 'Try again later.' },
  timeout: {
    retry: 'temporary',
    retriedByLayer: true,
    httpStatus: 504,
    exitCode: 8,
    advice: 'Allow more time, or check whether it happened.',
  },
  aborted: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 499,
    exitCode: 130,
  },
  unsupported: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 501,
    exitCode: 9,
    advice: 'Choose a provider that has it.',
  },
  'session-failed': {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 502,
    exitCode: 10,
    advice: 'Fix the reason and start a new session.',
  },
  unexpected: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 502,
    exitCode: 11,
    advice: 'Report it with the native code: no table knows this answer.',
  },
  internal: {
    retry: 'permanent',
    retriedByLayer: false,
    httpStatus: 500,
    exitCode: 70,
    advice: 'Report it: this is a bug of anysession.',
  },
} as const satisfies Record<string, ErrorKindFacts>);

/** The closed set of error kinds. */
export type ErrorKind = keyof typeof ERROR_KINDS;

/** Tells whether a text is the name of an error kind. */
export function isErrorKind(value: unknown): value is ErrorKind {
  return typeof value === 'string' && Object.hasOwn(ERROR_KINDS, value);
}
