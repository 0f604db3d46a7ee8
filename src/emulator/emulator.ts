import { SessionError } from '../contract/session-error.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import type { FaultScript } from './fault-script.ts';
import { Oracle } from './oracle.ts';
import type { EmulatedService } from './service.ts';
import type { Timeline } from './timeline.ts';

/** The address of each service that was started. */
export interface EmulatorUrls {
  readonly athena: string;
  readonly emrServerless: string;
  readonly dataprocGrpc: string;
  readonly dataprocRest: string;
  readonly healthomics: string;
  readonly s3: string;
  /** Where the endpoints of Athena's and EMR Serverless' sessions lead. */
  readonly sparkConnect: string;
}

/** A server of the emulator's that listens. */
export interface EmulatorServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Every address that there can be. */
const URL_NAMES = [
  'athena',
  'emrServerless',
  'dataprocGrpc',
  'dataprocRest',
  'healthomics',
  's3',
  'sparkConnect',
] as const;

/** What a running emulator is made of. */
export interface EmulatorParts {
  readonly services: readonly EmulatedService[];
  readonly timeline: Timeline;
  readonly faults: FaultScript;
  readonly log: CallLog;
  /** The servers that listen; those that come later are seen too. */
  readonly servers: ReadonlyMap<keyof EmulatorUrls, EmulatorServer>;
}

/** Running stand-ins of cloud services. */
export class Emulator {
  /** The faults that are still to come; add more at any time. */
  readonly faults: FaultScript;
  /** What really happened. */
  readonly oracle: Oracle;
  readonly #parts: EmulatorParts;
  #closing: Promise<void> | undefined;

  constructor(parts: EmulatorParts) {
    this.#parts = parts;
    this.faults = parts.faults;
    this.oracle = new Oracle(parts.services, () => {
      parts.timeline.settle();
    });
  }

  /**
   * The addresses; reading that of a service that was not started throws, because a client that is given `undefined` as its
   * endpoint would quietly talk to the real cloud.
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
   * Lets `ms` milliseconds pass at once; works on the real clock too, and then runs ahead of it.
   *
   * @throws SessionError `config-invalid` when `ms` is not 0 or more.
   */
  advance(ms: number): void {
    if (!(ms >= 0 && ms < Number.MAX_SAFE_INTEGER)) {
      throw new SessionError('config-invalid', `Time cannot advance by ${ms} ms; give 0 or more.`, {
        operation: 'emulator advance',
      });
    }
    this.#parts.timeline.advance(ms);
  }

  /** Every call that reached a service, oldest first; holds no secrets. */
  log(): readonly CallRecord[] {
    return this.#parts.log.records();
  }

  /**
   * Plays work on the data plane of a session: BUSY while `busy`, IDLE afterwards.
   *
   * @throws SessionError `not-found` when no such session was ever started.
   */
  setBusy(sessionId: string, busy: boolean): void {
    this.#parts.timeline.settle();
    const session = this.#parts.services.flatMap((service) => service.sessions()).find(({ id }) => id === sessionId);
    if (session === undefined) {
      throw new SessionError('not-found', `The emulator never started a session '${sessionId}'.`, {
        operation: 'emulator setBusy',
      });
    }
    session.setBusy(busy);
  }

  /** Ends the servers and cuts their connections; calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= Promise.all([...this.#parts.servers.values()].map((server) => server.close())).then(() => {});
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function refuseUrl(name: string): never {
  throw new SessionError('config-invalid', `The emulator runs no ${name}; name it in 'services'.`, {
    operation: 'emulator urls',
  });
}
