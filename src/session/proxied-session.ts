import type { CallContext } from '../contract/call-context.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { ConnectEndpoint } from '../contract/session-provider.ts';
import type { ProxyOptions, SparkConnectProxy } from '../contract/spark-connect-proxy.ts';
import type { CallOptions } from './call-context.ts';
import { code, duration, flag, text, type Checks } from './option-checks.ts';
import type { SessionStatus } from './session-tracker.ts';

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
