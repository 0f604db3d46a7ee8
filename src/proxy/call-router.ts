import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '../contract/ports.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { nameOfStatus, STATUS } from '../spark-connect/rpc-failure.ts';
import { ClientCall } from './client-call.ts';
import { ExecutionRelay } from './execution-relay.ts';
import type { ProxyCounters } from './proxy-counters.ts';
import type { ProxyKey } from './proxy-key.ts';
import { Refusal, toProxyStatus, type ProxyStatus } from './proxy-status.ts';
import type { RawCall } from './raw-call.ts';
import { relayOnce, relayUnary, type Relayed } from './relay.ts';
import { clientOf, readExecutePlan, readReattach, type ExecutionRequest } from './requests.ts';
import { releasedAnswer, sessionIds } from './session-ids.ts';
import type { ProxyClient } from './session-source.ts';
import type { ReadySessions } from './ready-sessions.ts';
import type { Upstream } from './upstream.ts';
import type { SingleClient } from './single-client.ts';

const SERVICE = '/spark.connect.SparkConnectService/';

/** Methods with one request and one answer that may be repeated. Others reach the server once. */
const REPEATABLE = [
  'AnalyzePlan',
  'Config',
  'Interrupt',
  'ReleaseExecute',
  'ReleaseSession',
  'FetchErrorDetails',
  'ArtifactStatus',
  'GetStatus',
];

/** A call whose session is ready. */
interface Accepted {
  readonly client: ProxyClient;
  readonly first: Uint8Array | undefined;
  readonly upstream: Upstream;
}

/** What a router needs. */
export interface CallRouterParts {
  readonly key: ProxyKey;
  /** Whether a client may have dialled this name. */
  readonly isOurHost: (authority: string) => boolean;
  readonly sessions: ReadySessions;
  readonly counters: ProxyCounters;
  /** Absent where clients may share a session. */
  readonly singleClient: SingleClient | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Accepts the calls of clients, and passes them on to their sessions. */
export class CallRouter {
  readonly #parts: CallRouterParts;

  constructor(parts: CallRouterParts) {
    this.#parts = parts;
  }

  /** Serves one call until it ends. Never throws. */
  async serve(path: string, raw: RawCall): Promise<void> {
    const { counters, logger, clock } = this.#parts;
    const call = new ClientCall(path, raw, counters);
    const startedMs = clock.monotonicMs();
    counters.openCalls += 1;
    const status = await this.#statusOf(call).catch(toProxyStatus);
    call.end(status);
    counters.openCalls -= 1;
    const code = nameOfStatus(status.code);
    // A method that only its client knows is no label: there may be any number of them.
    counters.ended(isKnown(call.method) ? call.method : 'other', code);
    const ms = Math.round(clock.monotonicMs() - startedMs);
    logger.debug(
      { method: call.method, code, ms, sentBytes: call.sentBytes, receivedBytes: call.receivedBytes },
      'call',
    );
  }

  async #statusOf(call: ClientCall): Promise<ProxyStatus> {
    this.#assertAllowed(call);
    const first = await call.next();
    const client = readClient(call, first);
    const { sessions } = this.#parts;
    try {
      return await this.#relay(call, { client, first, upstream: await sessions.get(client, call) });
    } finally {
      sessions.release(client);
    }
  }

  async #relay(call: ClientCall, { client, first, upstream }: Accepted): Promise<ProxyStatus> {
    const { endpoint } = await raceAbort(upstream.line(), call.signal, 'proxy');
    const relayed = { call, upstream, ids: sessionIds(call.method, client, endpoint) };
    const { singleClient } = this.#parts;
    if (endpoint.sessionId !== undefined) singleClient?.admit(upstream, client, call.peer);
    if (endpoint.sessionId !== undefined && call.method === 'ReleaseSession') {
      singleClient?.release(upstream);
      await call.write(releasedAnswer(client));
      return { code: STATUS.OK, details: '' };
    }
    if (first === undefined) return relayOnce(relayed, first);
    if (call.method === 'ExecutePlan') {
      return this.#execute(relayed, { ...readExecutePlan(first, randomUUID), plan: first });
    }
    if (call.method === 'ReattachExecute') return this.#execute(relayed, { ...readReattach(first), plan: undefined });
    return REPEATABLE.includes(call.method) ? relayUnary(relayed, first) : relayOnce(relayed, first);
  }

  async #execute(
    relayed: Relayed,
    request: ExecutionRequest & { readonly plan: Uint8Array | undefined },
  ): Promise<ProxyStatus> {
    const { counters } = this.#parts;
    counters.openStreams += 1;
    try {
      const onReattach = (): void => void (counters.reattaches += 1);
      return await new ExecutionRelay({ ...request, relayed, onReattach }).run();
    } finally {
      counters.openStreams -= 1;
    }
  }

  /** @throws Refusal */
  #assertAllowed({ metadata, host, path }: ClientCall): void {
    const { key, isOurHost, counters } = this.#parts;
    const find = (header: string): string | undefined => metadata.get(header)[0]?.toString();
    if (!isOurHost(host)) {
      counters.refused += 1;
      throw new Refusal(
        STATUS.PERMISSION_DENIED,
        'anysession: the proxy was called by another host name. Use the address that it printed.',
      );
    }
    if (!key.isIn(find)) {
      counters.refused += 1;
      throw new Refusal(
        STATUS.UNAUTHENTICATED,
        'anysession: the key of the proxy is missing or wrong. Use the address that it printed, with its `x-anysession-key`.',
      );
    }
    if (!path.startsWith(SERVICE)) {
      throw new Refusal(STATUS.UNIMPLEMENTED, 'anysession: the proxy serves spark.connect.SparkConnectService only.');
    }
  }
}

function isKnown(method: string): boolean {
  return (
    REPEATABLE.includes(method) || ['ExecutePlan', 'ReattachExecute', 'AddArtifacts', 'CloneSession'].includes(method)
  );
}

/** @throws Refusal when the request is not a message. */
function readClient({ method }: ClientCall, request: Uint8Array | undefined): ProxyClient {
  try {
    return clientOf(request ?? new Uint8Array());
  } catch {
    if (!isKnown(method)) return { userId: '', sessionId: '' };
    throw new Refusal(STATUS.INVALID_ARGUMENT, `anysession: the request of ${method} is not a Spark Connect message.`);
  }
}
