import type { SessionError } from '../contract/session-error.ts';
import type { Session } from '../session/session.ts';
import { ProvisionedSession, type ProvisionOptions } from './provisioned-session.ts';
import type { ProxiedSession, ProxyClient, SessionSource } from './session-source.ts';

/** Which clients share a session: those of one user, or none; by default all of them. */
export type Sharing = 'user' | 'client';

/** Sessions for the clients of a proxy, started when they are needed: one for all, or one for each user or client. */
export class ProvisionedSessions implements SessionSource {
  readonly #options: ProvisionOptions;
  readonly #per: Sharing | undefined;
  readonly #places = new Map<string | undefined, ProvisionedSession>();
  #calls = 0;

  constructor(options: ProvisionOptions, per?: Sharing) {
    this.#options = options;
    this.#per = per;
  }

  /** Whether a session was ever asked for. */
  get used(): boolean {
    return this.#calls > 0;
  }

  /** Starts the session that all clients share, and waits until its service has accepted that. */
  startNow(): Promise<Session> {
    return this.#placeFor(undefined).open();
  }

  async get(client: ProxyClient, signal: AbortSignal): Promise<ProxiedSession> {
    this.#calls += 1;
    return this.#placeOf(client).use(signal);
  }

  release(client: ProxyClient): void {
    this.#placeOf(client).release();
  }

  state(client: ProxyClient): string | undefined {
    return this.#placeOf(client).state;
  }

  /** The number of calls so far, and what `report` says about each session. */
  async status(): Promise<object> {
    const sessions = await Promise.all([...this.#places.values()].map(async (place) => place.report()));
    return { calls: this.#calls, sessions: sessions.filter((report) => report !== undefined) };
  }

  /** Why sessions have ended, where no call has seen that. */
  async endedUnseen(): Promise<readonly SessionError[]> {
    const ends = await Promise.all([...this.#places.values()].map((place) => place.endedUnseen()));
    return ends.filter((error) => error !== undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#places.values()].map((place) => place.close()));
  }

  #placeOf({ userId, sessionId }: ProxyClient): ProvisionedSession {
    return this.#placeFor(this.#per === undefined ? undefined : this.#per === 'user' ? userId : sessionId);
  }

  #placeFor(identity: string | undefined): ProvisionedSession {
    let place = this.#places.get(identity);
    if (place === undefined) {
      place = new ProvisionedSession(this.#options, identity);
      this.#places.set(identity, place);
    }
    return place;
  }
}
