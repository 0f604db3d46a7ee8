import type { Timeline } from '../timeline.ts';
import { header, type WireRequest } from '../wire.ts';
import type { DataprocConfig } from './dataproc-options.ts';
import { refusal } from './google-errors.ts';

/** Refuses calls without a bearer token, and with one that was first used too long ago. */
export class BearerCheck {
  readonly #timeline: Timeline;
  readonly #rules: Pick<DataprocConfig, 'requireBearer' | 'bearerLifetimeMs'>;
  readonly #firstUsedAtMs = new Map<string, number>();

  constructor(timeline: Timeline, rules: Pick<DataprocConfig, 'requireBearer' | 'bearerLifetimeMs'>) {
    this.#timeline = timeline;
    this.#rules = rules;
  }

  /** @throws ServiceError */
  check(request: WireRequest): void {
    const { requireBearer, bearerLifetimeMs = Number.POSITIVE_INFINITY } = this.#rules;
    if (!requireBearer) return;
    const token = /^Bearer (\S+)$/.exec(header(request, 'authorization') ?? '')?.[1];
    if (token === undefined) {
      throw refusal(
        'UNAUTHENTICATED',
        'Request is missing required authentication credential. Expected OAuth 2 access token.',
      );
    }
    const nowMs = this.#timeline.nowMs();
    const firstUsedAtMs = this.#firstUsedAtMs.get(token) ?? nowMs;
    this.#firstUsedAtMs.set(token, firstUsedAtMs);
    if (nowMs - firstUsedAtMs < bearerLifetimeMs) return;
    throw refusal('UNAUTHENTICATED', 'Request had invalid authentication credentials. Expected OAuth 2 access token.');
  }
}
