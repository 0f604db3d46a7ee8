import type { Call } from './service.ts';
import type { Timeline } from './timeline.ts';

interface Entry {
  readonly fingerprint: string;
  readonly output: object;
  readonly writtenAtMs: number;
}

/** How a service treats idempotency tokens. */
export interface TokenRules {
  /** The request member with the token. */
  readonly member: string;
  /** How long a token is remembered; undefined: forever. */
  readonly lifetimeMs: number | undefined;
  /** The error for a known token with other parameters. */
  readonly clash: (operation: string) => Error;
}

/**
 * Idempotency tokens: the same token with the same parameters gets the first answer again; other parameters are an error.
 * A refused call leaves nothing behind, so its token can be used again.
 */
export class TokenBook {
  readonly #timeline: Timeline;
  readonly #rules: TokenRules;
  readonly #entries = new Map<string, Entry>();

  constructor(timeline: Timeline, rules: TokenRules) {
    this.#timeline = timeline;
    this.#rules = rules;
  }

  /** Runs a request once per token of its operation, or of its operation in a `scope` such as an application. */
  once<Output extends object>({ operation }: Call, request: object, run: () => Output, scope = ''): Output {
    const { [this.#rules.member]: token, ...parameters } = request as Record<string, unknown>;
    if (typeof token !== 'string' || token === '') return run();
    const key = `${operation} ${scope} ${token}`;
    const fingerprint = canonical(parameters);
    const known = this.#find(key);
    if (known === undefined) {
      const output = run();
      this.#entries.set(key, { fingerprint, output, writtenAtMs: this.#timeline.nowMs() });
      return output;
    }
    if (known.fingerprint !== fingerprint) throw this.#rules.clash(operation);
    // Safe: the calls of an operation all have the same output.
    return known.output as Output;
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    const { lifetimeMs = Number.POSITIVE_INFINITY } = this.#rules;
    return entry !== undefined && this.#timeline.nowMs() - entry.writtenAtMs < lifetimeMs ? entry : undefined;
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
