import type { Metadata } from '@grpc/grpc-js';
import { onAbort } from '../provider-kit/on-abort.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import type { FailureStreak, Line } from '../spark-connect/connect-attempt.ts';
import { isTokenRejected } from '../spark-connect/retry-policy.ts';
import { RpcFailure, STATUS } from '../spark-connect/rpc-failure.ts';
import type { RpcStream } from '../spark-connect/rpc-stream.ts';
import type { ClientCall } from './client-call.ts';
import { KEY_METADATA } from './proxy-key.ts';
import { Refusal, toProxyStatus, withoutSecrets, type ProxyStatus } from './proxy-status.ts';
import type { SessionIds } from './session-ids.ts';
import type { Upstream } from './upstream.ts';

/** A call of a client, and where it goes. */
export interface Relayed {
  readonly call: ClientCall;
  readonly upstream: Upstream;
  readonly ids: SessionIds;
}

/** Metadata of a client that is for the proxy, or that gRPC writes itself. */
const NOT_FORWARDED = ['authorization', KEY_METADATA, 'user-agent'];

/** An open call to the server, which ends when the client leaves. */
export interface OpenCall {
  readonly line: Line;
  readonly stream: RpcStream;
  /** Stops following the client. */
  readonly release: () => void;
}

/** What a client sends besides its messages, without what is for the proxy. */
export function forwardedMetadata({ call }: Relayed): Metadata {
  const metadata = call.metadata.clone();
  for (const key of NOT_FORWARDED) metadata.remove(key);
  return metadata;
}

/** Opens a call to the server for a client. */
export function openCall(relayed: Relayed, line: Line, path = relayed.call.path): OpenCall {
  const { call } = relayed;
  const metadata = forwardedMetadata(relayed);
  const stream = line.channel.raw(path, { metadata, secret: line.endpoint.metadata, deadline: call.deadline });
  const stopFollowing = onAbort(call.signal, () => stream.cancel(call.signal.reason as RpcFailure));
  const { silence } = relayed.upstream;
  const stopWatching = silence.add(stream);
  const release = (): void => {
    silence.heard();
    stopWatching();
    stopFollowing();
  };
  return { line, stream, release };
}

/** The status of a call that the server ended well. */
export function endOf({ stream, line }: OpenCall): ProxyStatus {
  return { code: STATUS.OK, details: '', metadata: withoutSecrets(stream.trailers, line.endpoint) };
}

/** Repeats a call with one request and one answer until the server answers it. @throws RpcFailure, SessionError */
export async function relayUnary(relayed: Relayed, request: Uint8Array): Promise<ProxyStatus> {
  const { call, upstream, ids } = relayed;
  const streak: FailureStreak = { failures: 0, renewed: false };
  for (;;) {
    const line = await raceAbort(upstream.line(), call.signal, 'proxy');
    const open = openCall(relayed, line);
    try {
      void open.stream.send(ids.toServer(request));
      open.stream.halfClose();
      const answer = await open.stream.next();
      // The status follows the answer, and may still be a failure.
      if (answer !== undefined) await open.stream.next();
      if (answer !== undefined) await call.write(ids.toClient(call.method, answer), open.stream.headers);
      return endOf(open);
    } catch (error) {
      await recoverOrThrow(relayed, open, error, streak);
    } finally {
      open.release();
    }
  }
}

/** Decides about a failed attempt. @throws the error, where repeating cannot help. */
export async function recoverOrThrow(
  { call, upstream }: Relayed,
  { line }: OpenCall,
  error: unknown,
  streak: FailureStreak,
): Promise<void> {
  if (!(error instanceof RpcFailure) || call.signal.aborted) throw error;
  error.trailers = withoutSecrets(error.trailers, line.endpoint);
  await upstream.recover(error, streak, line, call.signal);
}

/**
 * Passes on a call that nobody may repeat: an upload, or a method that is not known here. Its token is renewed before.
 * @param first - the first request
 * @throws RpcFailure, SessionError
 */
export async function relayOnce(relayed: Relayed, first: Uint8Array | undefined): Promise<ProxyStatus> {
  const { call, upstream, ids } = relayed;
  const open = openCall(relayed, await raceAbort(upstream.lastingLine(), call.signal, 'proxy'));
  const { stream, line } = open;
  try {
    void sendAll(relayed, stream, first);
    for (let answer = await stream.next(); answer !== undefined; answer = await stream.next()) {
      await call.write(ids.toClient(call.method, answer), stream.headers);
    }
    return endOf(open);
  } catch (error) {
    if (!(error instanceof RpcFailure) || call.signal.aborted) throw error;
    error.trailers = withoutSecrets(error.trailers, line.endpoint);
    if (!isTokenRejected(error, false) && error.code !== STATUS.UNAVAILABLE) throw error;
    await raceAbort(upstream.assertAlive(), call.signal, 'proxy');
    throw error;
  } finally {
    open.release();
  }
}

async function sendAll({ call, ids }: Relayed, stream: RpcStream, first: Uint8Array | undefined): Promise<void> {
  try {
    for (let request = first; request !== undefined; request = await call.next()) {
      await stream.send(ids.toServer(request));
    }
    stream.halfClose();
  } catch (error) {
    if (error instanceof Refusal) call.end(toProxyStatus(error));
    stream.cancel(new RpcFailure(STATUS.CANCELLED, 'The client ended the call in its request.'));
  }
}
