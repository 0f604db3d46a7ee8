import { SessionError } from '../contract/session-error.ts';
import type { CallListener, CallLog, CallRecord } from './call-log.ts';
import type { FaultScript } from './fault-script.ts';
import type { EmulatorServer } from './loopback.ts';
import { Oracle } from './oracle.ts';
import type { EmulatedService } from './service.ts';
import type { Timeline } from './timeline.ts';

const URL_NAMES = [
  'athena',
  'emrServerless',
  'emr',
  'glue',
  'dataprocGrpc',
  'dataprocRest',
  'healthomics',
  's3',
  'sparkConnect',
] as const;

/** The URL of each started service; `sparkConnect` is the endpoint of the sessions of Athena, EMR Serverless, EMR on EC2 and Glue. Those of Dataproc use its REST server. */
export type EmulatorUrls = Readonly<Record<(typeof URL_NAMES)[number], string>>;

export interface EmulatorParts {
  readonly services: readonly EmulatedService[];
  readonly timeline: Timeline;
  readonly faults: FaultScript;
  readonly log: CallLog;
  /** The listening servers, including those added later. */
  readonly servers: ReadonlyMap<keyof EmulatorUrls, EmulatorServer>;
}

/** Running emulators of cloud services. */
export class Emulator {
  /** The faults that have not struck yet; add more at any time. */
  readonly faults: FaultScript;
  /** What really happened. */
  readonly oracle: Oracle;
  readonly #parts: EmulatorParts;
  #closing: Promise<void> | undefined;

  constructor(parts: EmulatorParts) {
    this.#parts = parts;
    this.faults = parts.faults;
    this.oracle = new Oracle(parts.services, () => parts.timeline.settle());
  }

  /**
   * The URLs. Reading that of a service that was not started throws: a client whose endpoint is `undefined` would call the
   * real cloud.
   *
   * @throws SessionError `config-invalid` when the service was not started.
   */
  get urls(): EmulatorUrls {
    const urls = {};
    for (const name of URL_NAMES) {
      const server = this.#parts.servers.get(name);
      if (server === undefined) Object.defineProperty(urls, name, { get: () => refuseUrl(name) });
      else Object.defineProperty(urls, name, { value: server.url, enumerable: true });
    }
    return urls as EmulatorUrls;
  }

  /** The emulator's time, epoch milliseconds. */
  nowMs(): number {
    return this.#parts.timeline.nowMs();
  }

  /**
   * Lets `ms` milliseconds pass at once. On the real clock the emulator then runs ahead of it.
   *
   * @throws SessionError `config-invalid` when `ms` is not 0 or more.
   */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.MAX_SAFE_INTEGER)) {
      const message = `Time cannot advance by ${ms} ms; use 0 or more.`;
      throw new SessionError('config-invalid', message, { operation: 'emulator advance' });
    }
    this.#parts.timeline.advance(ms);
  }

  /** Every call that reached a service, oldest first; contains no secrets. */
  log(): readonly CallRecord[] {
    return this.#parts.log.records();
  }

  /**
   * Calls back when a call of a service has taken effect, before its answer is sent: the moment to kill a client under test.
   * Returns a function that unsubscribes.
   */
  onHandled(listener: CallListener): () => void {
    return this.#parts.log.onHandled(listener);
  }

  /**
   * Simulates work on the data plane of a session: BUSY while `busy`, IDLE afterwards.
   *
   * @throws SessionError `not-found` when no such session was ever started.
   */
  setBusy(sessionId: string, busy: boolean): void {
    this.#parts.timeline.settle();
    const session = this.#parts.services
      .flatMap((service) => service.sessions())
      .findLast(({ id }) => id === sessionId);
    if (session === undefined) {
      const message = `The emulator never started a session '${sessionId}'.`;
      throw new SessionError('not-found', message, { operation: 'emulator setBusy' });
    }
    session.setBusy(busy);
  }

  /** Stops the servers and cuts their connections; calling it again waits for the same end. */
  close(): Promise<void> {
    for (const service of this.#parts.services) service.close?.();
    this.#closing ??= Promise.all([...this.#parts.servers.values()].map((server) => server.close())).then(() => {});
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function refuseUrl(name: string): never {
  const message = `The emulator does not run ${name}. Add its service to 'services'.`;
  throw new SessionError('config-invalid', message, { operation: 'emulator urls' });
}
