import type { CallContext } from '../../src/contract/call-context.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { ProviderOperation } from '../../src/contract/operations.ts';
import type { ProviderPorts, ServiceProbes } from '../../src/contract/provider-plugin.ts';
import type { ServiceProbe } from '../../src/contract/service-probe.ts';
import { HANDLE_VERSION } from '../../src/contract/session-handle.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { dataprocCapabilities } from './capabilities.ts';
import { DataprocClient, type NativeSession } from './client.ts';
import { encodeAnswer } from './exchange.ts';
import { toSessionError } from './errors.ts';
import { toNativeFilter } from './list-filter.ts';
import { fromSession } from './observation.ts';
import type { DataprocConfig } from './options.ts';
import { toSessionInput } from './start-input.ts';
import type { DataprocCall } from './transport.ts';

/** The time limit of one request: a gRPC call without a deadline waits forever. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The single calls of Dataproc for `anysession verify`. */
export const probes: ServiceProbes<DataprocConfig> = {
  open: (config, ports) => new DataprocProbe(config, ports),
  encodeAnswer,
};

/** A session is its name here, and its endpoint is a part of its description. */
class DataprocProbe implements ServiceProbe {
  readonly #config: DataprocConfig;
  readonly #ports: ProviderPorts;
  readonly #client: DataprocClient;
  readonly #runner: CallRunner;
  readonly #scope: string;

  constructor(config: DataprocConfig, ports: ProviderPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#scope = `${config.project}/${config.region}`;
    this.#client = new DataprocClient(config, ports.clock, ports.exchanges);
    const { clock, requests } = ports;
    this.#runner = new CallRunner({
      place: { id: 'dataproc', scope: this.#scope },
      clock,
      requests,
      toError: toSessionError,
    });
  }

  start(request: StartRequest, call: CallContext): Promise<string> {
    return this.#ask('start', call, async (sub) => {
      const session = toSessionInput(request, this.#config);
      const { token } = request;
      await this.#client.inParent('createSession', { sessionId: token, requestId: token, session }, sub);
      return token;
    });
  }

  describe(id: string, call: CallContext): Promise<Observation> {
    return this.#ask('describe', call, async (sub) =>
      this.#observe(id, await this.#client.ofSession('getSession', { id }, sub)),
    );
  }

  list(call: CallContext): Promise<readonly Observation[]> {
    return this.#ask('listPage', call, async (sub) => {
      const found: Observation[] = [];
      const { listPageSize: pageSize } = dataprocCapabilities(this.#config);
      let pageToken = '';
      do {
        const request = { pageSize, pageToken, filter: toNativeFilter({}) ?? '' };
        const { sessions, nextPageToken } = await this.#client.inParent('listSessions', request, sub);
        for (const session of sessions ?? []) {
          const id = session.name?.split('/').at(-1);
          if (id) found.push(this.#observe(id, session));
        }
        pageToken = nextPageToken ?? '';
      } while (pageToken !== '');
      return found;
    });
  }

  terminate(id: string, call: CallContext): Promise<void> {
    return this.#ask('terminate', call, async (sub) => {
      await this.#client.ofSession('terminateSession', { id }, sub);
    });
  }

  close(): void {
    this.#client.close();
  }

  #ask<T>(operation: ProviderOperation, call: CallContext, work: (call: DataprocCall) => Promise<T>): Promise<T> {
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, call.deadline - this.#ports.clock.monotonicMs());
    return this.#runner.run({ operation, call }, (sub) => work({ ...sub, timeoutMs }));
  }

  #observe(id: string, session: NativeSession): Observation {
    const handle = { v: HANDLE_VERSION, provider: 'dataproc', scope: this.#scope, id } as const;
    const { lastMs: serviceTimeMs } = this.#client.time;
    return fromSession(session, { handle, observedAtMs: this.#ports.clock.nowMs(), serviceTimeMs });
  }
}
