import type { CallContext } from '../../src/contract/call-context.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ProviderPorts } from '../../src/contract/provider-plugin.ts';
import type { SeenEndpoint, ServiceProbe } from '../../src/contract/service-probe.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../../src/contract/session-handle.ts';
import type { Cursor } from '../../src/contract/session-provider.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { CallRunner, type ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { observe } from './observation.ts';
import { toProxyEndpoint } from './proxy-endpoint.ts';
import type { NativeSession, SessionService } from './session-service.ts';

/** The single calls of an AWS service, for `anysession verify`. */
export function awsProbe(service: SessionService, ports: ProviderPorts): ServiceProbe {
  const probe = new AwsServiceProbe(service, ports);
  const startAlone = service.startAlone?.bind(service);
  const listEnded = service.listEnded?.bind(service);
  return Object.assign(
    probe,
    startAlone && {
      startAlone: (request: StartRequest, call: CallContext) =>
        probe.ask('start', call, async (sub) => probe.idIn(await startAlone(request, sub))),
    },
    listEnded && { listEnded: (call: CallContext) => probe.ask('listPage', call, listEnded) },
  );
}

class AwsServiceProbe implements ServiceProbe {
  readonly #service: SessionService;
  readonly #ports: ProviderPorts;
  readonly #runner: CallRunner;

  constructor(service: SessionService, ports: ProviderPorts) {
    const { id, scope } = service;
    this.#service = service;
    this.#ports = ports;
    this.#runner = new CallRunner({
      place: { id, scope },
      clock: ports.clock,
      requests: ports.requests,
      toError: (thrown, failed) => service.toSessionError(thrown, failed),
    });
  }

  ask<T>(operation: ProviderOperation, call: CallContext, work: (call: ServiceCall) => Promise<T>): Promise<T> {
    return this.#runner.run({ operation, call }, work);
  }

  /** The id in the answer to a start. */
  idIn({ id }: NativeSession): string {
    if (id === undefined || id === '') throw this.#unreadable('start', 'no session id');
    return id;
  }

  start(request: StartRequest, call: CallContext): Promise<string> {
    return this.ask('start', call, async (sub) => {
      const send = await this.#service.prepareStart(request, sub);
      return this.idIn(await send());
    });
  }

  describe(id: string, call: CallContext): Promise<Observation> {
    return this.ask('describe', call, async (sub) => {
      const session = await this.#service.get(this.#handle(id), sub);
      if (session === undefined) throw this.#unreadable('describe', 'no session');
      return this.#observe(id, session);
    });
  }

  list(call: CallContext): Promise<readonly Observation[]> {
    return this.ask('listPage', call, async (sub) => {
      const found: Observation[] = [];
      let cursor: Cursor | undefined;
      do {
        const { sessions, next } = await this.#service.list({}, cursor, sub);
        found.push(...sessions.flatMap((session) => (session.id ? [this.#observe(session.id, session)] : [])));
        cursor = next;
      } while (cursor !== undefined);
      return found;
    });
  }

  terminate(id: string, call: CallContext): Promise<void> {
    return this.ask('terminate', call, async (sub) => {
      await this.#service.terminate(id, sub);
    });
  }

  endpoint(id: string, call: CallContext): Promise<SeenEndpoint> {
    return this.ask('endpoint', call, async (sub) => {
      const endpoint = toProxyEndpoint(await this.#service.endpoint(id, sub), this.#service.id);
      const serviceTimeMs = this.#service.time.lastMs;
      const keys = endpoint && Object.keys(endpoint.metadata);
      return { isThere: endpoint !== undefined, keys, expiresAtMs: endpoint?.expiresAtMs, serviceTimeMs };
    });
  }

  close(): void {
    this.#service.close();
  }

  #observe(id: string, session: NativeSession): Observation {
    const serviceTimeMs = this.#service.time.lastMs;
    const context = { handle: this.#handle(id), observedAtMs: this.#ports.clock.nowMs(), serviceTimeMs };
    return observe(session, this.#service, context);
  }

  #handle(id: string): SessionHandle {
    return { v: HANDLE_VERSION, provider: this.#service.id, scope: this.#service.scope, id };
  }

  #unreadable(operation: ProviderOperation, missing: string): SessionError {
    const message = `the answer of ${this.#service.name} to ${operation} has ${missing}`;
    return new SessionError('unexpected', message, { operation, provider: this.#service.id, effect: 'unknown' });
  }
}
