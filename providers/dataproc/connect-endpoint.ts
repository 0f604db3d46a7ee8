import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { notReadyError } from '../../src/provider-kit/observation.ts';
import type { NativeSession } from './client.ts';
import { SPARK_CONNECT_ENDPOINT } from './session-native.ts';
import { DATAPROC_STATES, toStateName } from './states.ts';
import type { Bearer } from './transport.ts';

/**
 * The path of the WebSocket on the host of every session.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/proxy.py, read 2026-11-30)
 */
const BRIDGE_PATH = '/tcp-over-websocket-bridge/35218cb7-1201-4940-89e8-48d8f03fed96';

const HTTPS_PORT = 443;

/** The session of an endpoint, and how to reach it. */
export interface EndpointContext {
  readonly handle: SessionHandle;
  readonly bearer: Bearer;
  /** Whether the service is reached by TLS: then its sessions are too. */
  readonly tls: boolean;
}

/**
 * The endpoint of a session for a Spark Connect client. The server has one Spark session, whose id is the uuid of the Dataproc session.
 * @throws SessionError `conflict` while there is none, `session-failed` when the session has ended, `unsupported` for a Jupyter
 * session, `unexpected` when the address cannot be read.
 */
export function toConnectEndpoint(session: NativeSession, { handle, bearer, tls }: EndpointContext): ConnectEndpoint {
  const { uuid, stateMessage, runtimeInfo, jupyterSession } = session;
  const state = toStateName(session.state);
  const facts = DATAPROC_STATES.facts(state);
  const about = { operation: 'endpoint', provider: handle.provider, handle } as const;
  if (facts?.state === 'terminated' || facts?.state === 'failed') {
    const reason = stateMessage || 'no reason given';
    throw new SessionError('session-failed', `session ${handle.id} is ${state} (${reason}) and has no endpoint`, about);
  }
  if (jupyterSession) {
    const message = `session ${handle.id} is a Jupyter session, which has no Spark Connect; start one with \`sessionType: spark-connect\``;
    throw new SessionError('unsupported', message, about);
  }
  const address = runtimeInfo?.endpoints?.[SPARK_CONNECT_ENDPOINT];
  if (address === undefined) throw notReadyError(handle, `is ${state} and has no endpoint yet`);
  const url = parseAddress(address);
  if (url === undefined || !uuid) {
    throw new SessionError('unexpected', 'the answer has an endpoint without a readable address or uuid', about);
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    tls: address.startsWith('https:') || tls,
    metadata: {},
    tunnel: { path: BRIDGE_PATH, headers: bearer.headers },
    expiresAtMs: bearer.expiresAtMs,
    sessionId: uuid,
  };
}

/** `sc://host:443`, and `https://host/` from older releases. URLs with a scheme that Node.js does not know have no port. */
function parseAddress(address: string): URL | undefined {
  const text = address.replace(/^(?:sc|https):\/\/([^/;]+).*$/s, 'wss://$1');
  const url = text === address || !URL.canParse(text) ? undefined : new URL(text);
  return url?.username === '' && url.password === '' ? url : undefined;
}
