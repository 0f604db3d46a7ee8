import type { GoogleAuth } from 'google-auth-library';
import { onGivenUp } from '../../src/contract/on-abort.ts';
import type { CallLimits, NativeOperation } from './client.ts';
import { loadAuth, loadDataproc, loadGax, loadRestGax, type GaxCore } from './load-google.ts';
import type { DataprocConfig } from './options.ts';

/** A request. */
export type Message = Readonly<Record<string, unknown>> & { readonly name?: string; readonly parent?: string };

/** One open connection to the service. */
export interface Connection {
  call(method: string, request: Message, limits: CallLimits): Promise<unknown>;
  getOperation(name: string, limits: CallLimits): Promise<NativeOperation>;
  close(): void;
}

/** No credentials could be had: nothing has been sent. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** What may be done with Dataproc. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/get (read 2026-11-20) */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** Who calls, for the service's own statistics. @see https://cloud.google.com/apis/docs/system-parameters (read 2026-11-21) */
const CALLER = `gl-node/${process.versions.node} anysession`;

/** What both transports of the SDK call a method of a stub. */
type StubMethod = (
  request: Message,
  headers: unknown,
  options: object,
  callback: (error: unknown, answer: unknown) => void,
) => { cancel(): void };
type Stub = Readonly<Record<string, StubMethod>>;

/** In what the two transports differ. */
interface TransportTraits {
  /** gRPC has a class for headers, REST takes lists of values by name. */
  readonly headersOf: (routing: string, timeoutMs: number) => unknown;
  /** Calls that are not cancelled at their caller's abort but run on to their deadline; nobody waits for them. */
  readonly runsOn: ReadonlySet<string>;
}

/** What a stub is called with: times and attempts are our own. */
const NO_OPTIONS = Object.freeze({});

/**
 * The SDK's REST sends bodies as streams, and a call that is cancelled before it has opened its connection ends its stream with
 * an error that nobody listens for: an uncaught exception.
 */
const REST: TransportTraits = {
  headersOf: (routing) => ({ 'x-goog-request-params': [routing], 'x-goog-api-client': [CALLER] }),
  runsOn: new Set(['createSession', 'terminateSession']),
};

/**
 * Loads the SDK, sees that there are credentials, and opens the channel. The SDK's stubs are called themselves: what its client
 * wraps around them (log lines, paging, operations that poll, timeouts of its own) is done above or not wanted, and costs as
 * much as the call.
 *
 * @throws CredentialsError before the SDK's client is built: one that is built without credentials ends the process by rejecting
 * where nobody listens.
 */
export async function openConnection(config: DataprocConfig): Promise<Connection> {
  const { endpoint, transport } = config;
  const auth = await openAuth(config);
  const sdk = loadDataproc();
  const common = { auth, apiEndpoint: endpoint.host, port: endpoint.port };
  if (transport === 'rest') {
    const settings = { ...common, fallback: true, ...(!endpoint.tls && { protocol: 'http' }) };
    type Arguments = ConstructorParameters<typeof sdk.SessionControllerClient>;
    const client = new sdk.SessionControllerClient(settings, loadRestGax() as Arguments[1]);
    return toConnection(client, REST);
  }
  const gax = loadGax();
  const settings = {
    ...common,
    ...(!endpoint.tls && { sslCreds: gax.grpc.credentials.createInsecure() }),
    // Retries have one owner, and a lookup of settings in DNS at each new connection has none.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    // A connection that broke is opened anew at once; the pauses between attempts are the retry layer's.
    'grpc.initial_reconnect_backoff_ms': 100,
  };
  const client = new sdk.SessionControllerClient(
    settings as ConstructorParameters<typeof sdk.SessionControllerClient>[0],
  );
  return toConnection(client, { headersOf: grpcHeaders(gax), runsOn: new Set() });
}

interface SdkClient {
  initialize(): Promise<unknown>;
  close(): Promise<void>;
  readonly operationsClient: {
    getOperation(request: object, options: object): Promise<readonly unknown[]>;
  };
}

async function toConnection(client: SdkClient, { headersOf, runsOn }: TransportTraits): Promise<Connection> {
  const stub = (await client.initialize()) as Stub;
  return {
    call(method, request, { wanted, timeoutMs }) {
      return new Promise((resolve, reject) => {
        const send = stub[method];
        if (send === undefined) throw new Error(`the SDK has no method ${method}`);
        const { name, parent = '' } = request;
        const routing =
          name === undefined ? `parent=${encodeURIComponent(parent)}` : `name=${encodeURIComponent(name)}`;
        let sent: { cancel(): void } | undefined;
        let isGivenUp = false;
        const letGo = onGivenUp(wanted, () => {
          isGivenUp = true;
          if (!runsOn.has(method)) sent?.cancel();
        });
        if (isGivenUp) throw wanted.signal.reason;
        const timer = runsOn.has(method) ? setTimeout(() => sent?.cancel(), timeoutMs).unref() : undefined;
        sent = send.call(stub, request, headersOf(routing, timeoutMs), NO_OPTIONS, (error, answer) => {
          clearTimeout(timer);
          letGo();
          // Out of the turn in which the answer came: its connection is free again then, and what the callers of many answers ask
          // next leaves in one write. Asked for at once, it takes up to twice the time.
          setImmediate(() => {
            if (error === null || error === undefined) resolve(answer);
            // What the SDK rejects with is read by the error table.
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
            else reject(error);
          });
        });
      });
    },
    async getOperation(name, { timeoutMs }) {
      const [operation] = await client.operationsClient.getOperation(
        { name },
        { timeout: timeoutMs, retry: { retryCodes: [] } },
      );
      return operation as NativeOperation;
    },
    close() {
      // A channel that is closed twice, or never was used, has nothing to tell.
      client.close().catch(() => {});
    },
  };
}

/** The service is told the deadline, and the call is stopped here when it is given up: gRPC's own timer would be one more for nothing. */
function grpcHeaders({ grpc }: GaxCore): TransportTraits['headersOf'] {
  return (routing, timeoutMs) => {
    const metadata = new grpc.Metadata();
    metadata.set('x-goog-request-params', routing);
    metadata.set('x-goog-api-client', CALLER);
    metadata.set('grpc-timeout', `${Math.ceil(timeoutMs)}m`);
    return metadata;
  };
}

async function openAuth({ endpoint, credentials, project }: DataprocConfig): Promise<GoogleAuth> {
  const { GoogleAuth, OAuth2Client, PassThroughClient } = loadAuth();
  if (!endpoint.tls) return new GoogleAuth({ authClient: new PassThroughClient() });
  if (typeof credentials === 'function') {
    const authClient = new OAuth2Client();
    authClient.refreshHandler = async () => {
      const { accessToken, expiresAtMs } = await orCredentialsError(credentials());
      return { access_token: accessToken, expiry_date: expiresAtMs };
    };
    return new GoogleAuth({ authClient, projectId: project });
  }
  const auth = new GoogleAuth({ scopes: SCOPES, projectId: project, ...(credentials && { credentials }) });
  await orCredentialsError(auth.getClient());
  return auth;
}

/** A source of credentials may fail with anything; under this name the error table knows where it comes from. */
async function orCredentialsError<Value>(source: Promise<Value>): Promise<Value> {
  try {
    return await source;
  } catch (cause) {
    throw new CredentialsError(cause instanceof Error ? cause.message : 'the source threw something that is no Error');
  }
}
