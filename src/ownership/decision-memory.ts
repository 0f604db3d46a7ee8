import type { SweepDecision, SweepReport } from './sweep-decision.ts';

/** How many sessions are remembered. Sessions that no list shows any more are never asked about again. */
const MOST_REMEMBERED = 50_000;

/** The last decision on each session: a session that is left again for the same reason says nothing new. */
export class DecisionMemory {
  readonly #last = new Map<string, string>();

  isNew({
    provider,
    scope,
    outcome,
    code,
    handle,
    token = '',
  }: SweepDecision & Pick<SweepReport, 'provider' | 'scope'>): boolean {
    const session = [provider, scope, handle?.id ?? token].join('\0');
    const isNew = outcome !== 'left' || this.#last.get(session) !== code;
    if (this.#last.size >= MOST_REMEMBERED) this.#last.clear();
    this.#last.set(session, code);
    return isNew;
  }
}
