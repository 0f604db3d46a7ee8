import { STATUS } from '../spark-connect/rpc-failure.ts';
import { Refusal } from './proxy-status.ts';
import type { ProxyClient } from './session-source.ts';
import type { Upstream } from './upstream.ts';

/** Who uses a Spark session, and over which connections. */
interface Holder {
  readonly sessionId: string;
  readonly peers: Set<string>;
}

/**
 * Keeps a Spark session for one client at a time, where its service names it: a second client would share the views and settings
 * of the first one without knowing it.
 */
export class SingleClient {
  readonly #holders = new WeakMap<Upstream, Holder>();
  readonly #isConnected: (peer: string) => boolean;

  constructor(isConnected: (peer: string) => boolean) {
    this.#isConnected = isConnected;
  }

  /** @throws Refusal while another client is connected. */
  admit(upstream: Upstream, { sessionId }: ProxyClient, peer: string): void {
    let holder = this.#holders.get(upstream);
    if (holder !== undefined && holder.sessionId !== sessionId && [...holder.peers].some(this.#isConnected)) {
      throw new Refusal(
        STATUS.FAILED_PRECONDITION,
        'anysession: another client uses this session, and its service keeps one Spark session for both, with its views and settings. Stop the other client, or open the proxy with `share` (--per user).',
      );
    }
    if (holder?.sessionId !== sessionId) {
      holder = { sessionId, peers: new Set() };
      this.#holders.set(upstream, holder);
    }
    holder.peers.add(peer);
  }

  /** The client has released its session. */
  release(upstream: Upstream): void {
    this.#holders.delete(upstream);
  }
}
