import type { Timeline } from './timeline.ts';

interface Entry {
  readonly fingerprint: string;
  readonly output: object;
  readonly writtenAtMs: number;
}

/** What one idempotent call comes with. */
export interface TokenUse {
  /** Where the token counts, for example the operation and the application. */
  readonly scope: string;
  /** Without one, the call always runs. */
  readonly token: string | undefined;
  /** The parameters, without the token. */
  readonly parameters: object;
  /** Runs the call for the first time. */
  readonly run: () => object;
  /** Makes the error for a known token with other parameters. */
  readonly clash: () => Error;
}

/**
 * Idempotency tokens: the same token with the same parameters gets the first answer again, with other parameters an error.
 * A refused call leaves nothing behind, so its token can be used again.
 */
export class TokenBook {
  readonly #timeline: Timeline;
  readonly #lifetimeMs: number | undefined;
  readonly #entries = new Map<string, Entry>();

  constructor(timeline: Timeline, lifetimeMs: number | undefined) {
    this.#timeline = timeline;
    this.#lifetimeMs = lifetimeMs;
  }

  once(use: TokenUse): object {
    if (use.token === undefined) return use.run();
    const key = `${use.scope} ${use.token}`;
    const fingerprint = canonical(use.parameters);
    const known = this.#find(key);
    if (known === undefined) {
      const output = use.run();
      this.#entries.set(key, { fingerprint, output, writtenAtMs: this.#timeline.nowMs() });
      return output;
    }
    if (known.fingerprint !== fingerprint) throw use.clash();
    return known.output;
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#lifetimeMs === undefined) return entry;
    return this.#timeline.nowMs() - entry.writtenAtMs < this.#lifetimeMs ? entry : undefined;
  }
}

/** JSON with the keys in order, so that the same parameters always give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
