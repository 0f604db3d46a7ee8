import type { ExchangeObserver } from '../../src/contract/exchange.ts';
import { openChannel } from '../../src/provider-kit/grpc-channel.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import type { ServiceTime } from '../../src/provider-kit/service-time.ts';
import type { Auth } from './credentials.ts';
import type { Connection } from './transport.ts';
import { toExchange } from './exchange.ts';
import { rpcMethods, type RpcMethod } from './rpc-methods.ts';
import type { DataprocConfig } from './options.ts';
import { CALLER, routingOf, sendUntilAborted, type MethodName } from './request.ts';
import { unaryOn, type ReceivedAnswer, type UnaryMethod } from './unary-call.ts';

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

/** What a connection works with and reports to. */
export interface GrpcParts {
  readonly auth: Auth;
  readonly time: ServiceTime;
  readonly exchanges: ExchangeObserver | undefined;
}

/** Opens a gRPC channel with the messages of Google's client, without the client's layers. */
export async function openGrpc(
  { endpoint }: DataprocConfig,
  { auth, time, exchanges }: GrpcParts,
): Promise<Connection> {
  const grpc = await import('@grpc/grpc-js');
  const rpcs = await rpcMethods();
  const methods = unaryMethods(rpcs);
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
      let seen: ReceivedAnswer | undefined;
      const received = exchanges && ((answer: ReceivedAnswer): void => void (seen = answer));
      try {
        return await sendUntilAborted(signal, (answered) =>
          send(methods[method], { request, metadata, answered, received }),
        );
      } finally {
        // The callbacks of the channel run outside the asynchronous context of the call.
        const exchange = seen && !signal.aborted ? toExchange(rpcs[method], request, seen) : undefined;
        if (exchange !== undefined) exchanges?.exchanged(exchange);
      }
    },
    close() {
      channel.close();
    },
  };
}

function unaryMethods(rpcs: Readonly<Record<MethodName, RpcMethod>>): Readonly<Record<MethodName, UnaryMethod>> {
  const methods = Object.entries(rpcs).map(([name, { path, request, answer }]) => {
    const method: UnaryMethod = {
      path,
      serialize: (value) => request.encode(request.fromObject(value)).finish(),
      deserialize: (bytes) => answer.toObject(answer.decode(bytes), PLAIN),
    };
    return [name, method] as const;
  });
  // Safe: the same names.
  return Object.fromEntries(methods) as Record<MethodName, UnaryMethod>;
}
