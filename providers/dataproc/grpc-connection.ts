import { openChannel } from '../../src/provider-kit/grpc-channel.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { Auth } from './credentials.ts';
import type { Connection } from './transport.ts';
import { loadMessages, type MessageClass, type Messages } from './load-google.ts';
import type { DataprocConfig } from './options.ts';
import { CALLER, routingOf, sendUntilAborted, type MethodName } from './request.ts';
import { unaryOn, type UnaryMethod } from './unary-call.ts';

/** The gRPC services of sessions and operations, on the same endpoint. @see https://github.com/googleapis/googleapis/blob/master/google/cloud/dataproc/v1/sessions.proto (read 2026-11-21) */
const SESSIONS = '/google.cloud.dataproc.v1.SessionController';
const OPERATIONS = '/google.longrunning.Operations';

const CHANNEL_OPTIONS = {
  // The retry layer owns retries, and DNS lookups of settings at each new connection are not needed.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // A broken connection is opened again at once; the retry layer owns the pauses between attempts.
  'grpc.initial_reconnect_backoff_ms': 100,
  // A new channel is a new connection, also beside one that does not answer.
  'grpc.use_local_subchannel_pool': 1,
  // A page of a thousand sessions exceeds gRPC's limit of 4 MiB. The limit also holds for what a compressed answer becomes.
  'grpc.max_receive_message_length': 64 * 1024 ** 2,
  // A connection that a NAT or a firewall has dropped shows after 30 s, while calls wait; an unused one is closed after 5 min.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.client_idle_timeout_ms': 5 * 60_000,
} as const;

/** Conversion of answers to plain objects, as in Google's client. */
const PLAIN = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** Opens a gRPC channel with the messages of Google's client, without the client's layers. */
export async function openGrpc({ endpoint }: DataprocConfig, auth: Auth, time: ServiceTime): Promise<Connection> {
  const grpc = await import('@grpc/grpc-js');
  const methods = methodsOf(await loadMessages());
  const address = `${endpoint.host}:${endpoint.port}`;
  const { channel, explain } = openChannel(grpc, endpoint, CHANNEL_OPTIONS);
  const send = unaryOn(channel, grpc, explain, time);
  return {
    async call(method, request, { signal, timeoutMs }) {
      const attempt = runningAttempt(signal);
      const metadata = new grpc.Metadata();
      attempt?.waitsFor('Google credentials');
      for (const [name, value] of await auth.headers()) metadata.set(name, value);
      metadata.set('x-goog-request-params', routingOf(request));
      metadata.set('x-goog-api-client', CALLER);
      // For the service. Here an abort stops the call, so gRPC needs no timer.
      metadata.set('grpc-timeout', `${Math.ceil(timeoutMs)}m`);
      attempt?.asks(address);
      return sendUntilAborted(signal, (answered) => send(methods[method], { request, metadata, answered }));
    },
    close() {
      channel.close();
    },
  };
}

function methodsOf({ v1, longrunning }: Messages): Readonly<Record<MethodName, UnaryMethod>> {
  return {
    createSession: toMethod(`${SESSIONS}/CreateSession`, v1.CreateSessionRequest, longrunning.Operation),
    getSession: toMethod(`${SESSIONS}/GetSession`, v1.GetSessionRequest, v1.Session),
    listSessions: toMethod(`${SESSIONS}/ListSessions`, v1.ListSessionsRequest, v1.ListSessionsResponse),
    terminateSession: toMethod(`${SESSIONS}/TerminateSession`, v1.TerminateSessionRequest, longrunning.Operation),
    deleteSession: toMethod(`${SESSIONS}/DeleteSession`, v1.DeleteSessionRequest, longrunning.Operation),
    getOperation: toMethod(`${OPERATIONS}/GetOperation`, longrunning.GetOperationRequest, longrunning.Operation),
  };
}

function toMethod(path: string, request: MessageClass, answer: MessageClass): UnaryMethod {
  return {
    path,
    serialize: (value) => request.encode(request.fromObject(value)).finish(),
    deserialize: (bytes) => answer.toObject(answer.decode(bytes), PLAIN),
  };
}
