import type { CallContext } from '../contract/call-context.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { CallOptions } from './call-context.ts';
import { anything, code, duration, flag, oneOf, text, type Checks } from './option-checks.ts';
import type { SessionStatus } from './session-tracker.ts';
import type { StartOptions } from './start-options.ts';

/** What a proxy uses of a session. */
export interface ProxySubject {
  readonly handle: SessionHandle;
  readonly status: SessionStatus;
  whenReady(options?: CallOptions): Promise<SessionStatus>;
  refresh(options?: CallOptions): Promise<SessionStatus>;
  /** @throws SessionError why there is no endpoint. */
  endpoint(call: CallContext): Promise<ConnectEndpoint>;
}

/** Opens a proxy to one session. */
export type OpenProxy = (session: ProxySubject, options: ProxyOptions) => Promise<SparkConnectProxy>;

/** Options of a proxy that starts sessions. @typeParam Native - the start options of the provider only */
export interface SessionsProxyOptions<Native = unknown> extends ProxyOptions {
  /** How each session is started. With `per`, the key of each user or client is `KEY/IDENTITY`. A key whose session has ended starts the next one. */
  readonly start?: Omit<StartOptions<Native>, 'signal'> | undefined;
  /** A session for each user name or client; by default one for all. */
  readonly per?: 'user' | 'client' | undefined;
  /** What calls get when their session has ended: its reason (default), or a new session, with a warning in the log. */
  readonly onLost?: 'fail' | 'restart' | undefined;
  /** How long a session without calls is kept, milliseconds; by default until the proxy is closed. */
  readonly lingerMs?: number | undefined;
}

const LARGEST_PORT = 65_535;

/** A shorter key could be guessed. */
const SHORTEST_KEY = 16;

export const PROXY_CHECKS: Checks<ProxyOptions> = {
  port: { type: 'integer', minimum: 1, maximum: LARGEST_PORT },
  key: {
    type: 'string',
    minLength: SHORTEST_KEY,
    // What a gRPC header may carry.
    pattern: '^[\\x21-\\x7e]*$',
    title: `a text of ${SHORTEST_KEY} or more visible ASCII characters`,
  },
  startTimeoutMs: duration,
  listen: {
    type: 'object',
    properties: { host: text(), certFile: text(), keyFile: text(), tokenFile: text() },
    required: ['host', 'certFile', 'keyFile', 'tokenFile'],
    additionalProperties: false,
  },
  share: flag,
  logger: code('a logger', (value) => typeof value === 'object' && value !== null && 'debug' in value),
};

export const SESSIONS_PROXY_CHECKS: Checks<SessionsProxyOptions> = {
  ...PROXY_CHECKS,
  // The start checks what is in it.
  start: anything,
  per: oneOf('user', 'client'),
  onLost: oneOf('fail', 'restart'),
  lingerMs: duration,
};
