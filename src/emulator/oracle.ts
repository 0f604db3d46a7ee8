import type { BatchTruth, CalculationTruth, EmulatedService, ServiceId, SessionTruth } from './service.ts';

/** What really happened, for tests that must not rely on the code under test. */
export class Oracle {
  readonly #services: readonly EmulatedService[];
  readonly #settle: () => void;

  constructor(services: readonly EmulatedService[], settle: () => void) {
    this.#services = services;
    this.#settle = settle;
  }

  /** Every session that was ever started, oldest first within its service. */
  sessions(service?: ServiceId): readonly SessionTruth[] {
    this.#settle();
    return this.#services
      .filter((candidate) => service === undefined || candidate.id === service)
      .flatMap((candidate) => candidate.sessions().map((session) => session.truth()));
  }

  /** The sessions that still hold resources. */
  live(service?: ServiceId): readonly SessionTruth[] {
    return this.sessions(service).filter((session) => session.live);
  }

  /** Every batch of runs that was ever started, oldest first. */
  batches(): readonly BatchTruth[] {
    this.#settle();
    return this.#services.flatMap((service) => service.batches?.() ?? []);
  }

  /** Every calculation that was ever started, oldest first. */
  calculations(): readonly CalculationTruth[] {
    this.#settle();
    return this.#services.flatMap((service) => service.calculations?.() ?? []);
  }

  /** How many sessions were started with a token; more than one breaks idempotency. */
  startedWith(token: string): number {
    return this.sessions().filter((session) => session.token === token).length;
  }

  /** How many sessions were started per token; sessions without one are not counted. */
  startsPerToken(): ReadonlyMap<string, number> {
    const starts = new Map<string, number>();
    for (const { token } of this.sessions()) {
      if (token !== undefined) starts.set(token, (starts.get(token) ?? 0) + 1);
    }
    return starts;
  }

  /** The billed seconds of all sessions. */
  billedSeconds(service?: ServiceId): number {
    return this.sessions(service).reduce((sum, session) => sum + session.billedSeconds, 0);
  }
}
