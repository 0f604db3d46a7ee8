import { UNKNOWN_SESSION, type Observation } from '../contract/observation.ts';
import type { Clock, Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../contract/session-handle.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { differingOptions, hashOptions, type ClaimedSession } from '../ownership/holder-record.ts';
import type { ClaimOutcome, Holders } from '../ownership/holders.ts';
import { notFoundObservation } from '../provider-kit/observation.ts';
import { callContext } from './call-context.ts';
import { NOT_FOUND_GRACE_MS } from './session-wait.ts';
import type { StartOptions } from './start-options.ts';

/** What the claims of starts need. */
export interface StartClaimsParts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: string;
  /** Who holds which session on this host; absent where nobody shall know. */
  readonly holders?: Holders | undefined;
}

/** A session that was started or found. */
export interface StartedSession {
  readonly first: Observation;
  /** Who holds it; `undefined` where nobody records that. */
  readonly claim: ClaimOutcome | undefined;
  readonly idleTimeoutMs: number;
}

/** Records who holds the session of a start, and compares its options with those of a recorded one. */
export class StartClaims {
  readonly #parts: StartClaimsParts;

  constructor(parts: StartClaimsParts) {
    this.#parts = parts;
  }

  /**
   * Claims the session of a start before it is sent.
   * @param options - hashes of the options of a session that was found; those of the request by default.
   */
  async claim(
    request: StartRequest,
    key: string | undefined,
    options?: ClaimedSession['options'],
  ): Promise<ClaimOutcome | undefined> {
    const { holders, provider, logger } = this.#parts;
    if (holders === undefined || !provider.capabilities.outlivesProcess) return undefined;
    const claim = await holders.claim({ ...this.#claimed(request, key), ...(options && { options }) });
    if (claim.kind === 'adopted' && claim.liveness === 'doubtful') {
      logger.warn(
        { key },
        'another host, container or boot may hold the session of this key: closing leaves it running; `onClose: terminate` ends it',
      );
    }
    return claim;
  }

  #claimed(request: StartRequest, key: string | undefined): ClaimedSession {
    const { provider, environment } = this.#parts;
    const { token, owner, lifetimeMs: _lifetimeMs, ...options } = request;
    const hashes = key === undefined ? {} : hashOptions(token, { ...options });
    return { token, owner, provider: provider.id, scope: provider.scope, environment, key, options: hashes };
  }

  /**
   * The session of a key that was started with other options on this host. `undefined` when the options are the same, or nobody knows.
   * @throws SessionError `conflict` that names the options, unless `adopt: 'any'` or the session has ended.
   */
  async findOther(request: StartRequest, { key, adopt }: StartOptions): Promise<StartedSession | undefined> {
    const { holders, provider } = this.#parts;
    if (holders === undefined || key === undefined || !provider.capabilities.outlivesProcess) return undefined;
    const place = { token: request.token, provider: provider.id, scope: provider.scope };
    const record = holders.recordOf(place);
    if (record === undefined) return undefined;
    const different = differingOptions(record.options, this.#claimed(request, key).options);
    if (different.length === 0) return undefined;
    if (record.sessionId === undefined) {
      // The start of a living holder is under way. That of a dead one may never have been sent.
      if (adopt === 'any' || (await holders.livingRecordOf(place)) === undefined) return undefined;
      throw otherOptionsError(key, different);
    }
    const handle = { v: HANDLE_VERSION, provider: provider.id, scope: provider.scope, id: record.sessionId } as const;
    const first = await this.#describeRecorded(handle);
    // Lookups may lag behind the start.
    const isNew = this.#parts.clock.nowMs() - record.startedAtMs < NOT_FOUND_GRACE_MS;
    const hasEnded = first.nativeState === UNKNOWN_SESSION ? !isNew : first.final || first.state === 'terminated';
    if (adopt !== 'any' && !hasEnded) {
      throw otherOptionsError(key, different, first);
    }
    // The record keeps the options that the session was started with.
    return this.take(first, request, { key, options: record.options });
  }

  /** Claims a session that was found. */
  async take(
    first: Observation,
    request: StartRequest,
    { key, options }: { readonly key: string; readonly options?: ClaimedSession['options'] },
  ): Promise<StartedSession> {
    const claim = await this.claim(request, key, options);
    if (claim?.kind === 'held') claim.hold.started(first.handle.id);
    return { first, claim, idleTimeoutMs: request.idleTimeoutMs };
  }

  async #describeRecorded(handle: SessionHandle): Promise<Observation> {
    const { provider, clock } = this.#parts;
    try {
      return await provider.describe(handle, callContext(clock));
    } catch (error) {
      if (!SessionError.is(error, 'not-found')) throw error;
      return notFoundObservation(provider.id, { handle, observedAtMs: clock.nowMs() });
    }
  }
}

function otherOptionsError(key: string, different: readonly string[], first?: Observation): SessionError {
  const differ = different.length === 1 ? 'differs' : 'differ';
  return new SessionError(
    'conflict',
    `the session with key '${key}' has other options: ${different.join(', ')} ${differ}`,
    {
      operation: 'start',
      ...(first && { handle: first.handle, observation: first }),
      advice: "Use the same options, another key, or `adopt: 'any'` to take the session as it is.",
    },
  );
}
