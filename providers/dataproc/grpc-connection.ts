import type * as grpcModule from '@grpc/grpc-js';
import type { AuthClient, GoogleAuth } from 'google-auth-library';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
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
  // As in Google's client: a page of a thousand sessions exceeds gRPC's limit of 4 MiB.
  'grpc.max_receive_message_length': -1,
} as const;

/** Conversion of answers to plain objects, as in Google's client. */
const PLAIN = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/** Opens a gRPC channel with the messages of Google's client, without the client's layers. */
export async function openGrpc({ endpoint }: DataprocConfig, auth: GoogleAuth): Promise<Connection> {
  const grpc = await import('@grpc/grpc-js');
  const methods = methodsOf(await loadMessages());
  const credentials = endpoint.tls
    ? toChannelCredentials(grpc, await auth.getClient())
    : grpc.credentials.createInsecure();
  const address = `${endpoint.host}:${endpoint.port}`;
  const channel = new grpc.Channel(address, credentials, CHANNEL_OPTIONS);
  const send = unaryOn(channel, grpc);
  return {
    call(method, request, { signal, timeoutMs }) {
      runningAttempt(signal)?.asks(address);
      const metadata = new grpc.Metadata();
      metadata.set('x-goog-request-params', routingOf(request));
      metadata.set('x-goog-api-client', CALLER);
      // For the service. Here an abort stops the call, so gRPC needs no timer.
      metadata.set('grpc-timeout', `${Math.ceil(timeoutMs)}m`);
      return sendUntilAborted(signal, (answered) => send(methods[method], { request, metadata, answered }));
    },
    close() {
      channel.close();
    },
  };
}

function toChannelCredentials(grpc: typeof grpcModule, client: AuthClient): grpcModule.ChannelCredentials {
  const { credentials } = grpc;
  // gRPC expects headers as a plain object.
  const getRequestHeaders = async (url?: string): Promise<Record<string, string>> =>
    Object.fromEntries(await client.getRequestHeaders(url));
  return credentials.combineChannelCredentials(
    credentials.createSsl(),
    credentials.createFromGoogleCredential({ getRequestHeaders }),
  );
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
