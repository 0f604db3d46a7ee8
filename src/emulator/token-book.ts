import type { Timeline } from './timeline.ts';

interface Entry {
  readonly fingerprint: string;
  readonly output: object;
  readonly writtenAtMs: number;
}

/** One idempotent call. */
export interface TokenUse {
  /** Where the token counts, for example the operation and the application. */
  readonly scope: string;
  /** Without one, the call always runs. */
  readonly token: string | undefined;
  /** The parameters, without the token. */
  readonly parameters: object;
}

/**
 * Idempotency tokens: the same token with the same parameters gets the first answer again; other parameters are an error.
 * A refused call leaves nothing behind, so its token can be used again.
 */
export class TokenBook {
  readonly #timeline: Timeline;
  readonly #lifetimeMs: number | undefined;
  readonly #clash: (scope: string) => Error;
  readonly #entries = new Map<string, Entry>();

  /** `clash` makes the error for a known token with other parameters. */
  constructor(timeline: Timeline, lifetimeMs: number | undefined, clash: (scope: string) => Error) {
    this.#timeline = timeline;
    this.#lifetimeMs = lifetimeMs;
    this.#clash = clash;
  }

  once<Output extends object>({ scope, token, parameters }: TokenUse, run: () => Output): Output {
    if (token === undefined) return run();
    const key = `${scope} ${token}`;
    const fingerprint = canonical(parameters);
    const known = this.#find(key);
    if (known === undefined) {
      const output = run();
      this.#entries.set(key, { fingerprint, output, writtenAtMs: this.#timeline.nowMs() });
      return output;
    }
    if (known.fingerprint !== fingerprint) throw this.#clash(scope);
    // Safe: a scope names one operation, whose calls all have the same output.
    return known.output as Output;
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#lifetimeMs === undefined) return entry;
    return this.#timeline.nowMs() - entry.writtenAtMs < this.#lifetimeMs ? entry : undefined;
  }
}

/** JSON with sorted keys, so that the same parameters always give the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
