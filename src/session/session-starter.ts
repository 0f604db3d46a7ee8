import type { Capabilities } from '../contract/capabilities.ts';
import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import type { Holders } from '../ownership/holders.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { throwIfAborted } from '../provider-kit/aborted-error.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import type { UnsentCall } from '../provider-kit/unsent-call.ts';
import { callContext } from './call-context.ts';
import { findStarted } from './find-started.ts';
import { StartClaims, type StartedSession } from './start-claims.ts';
import { endSession } from './end-session.ts';
import { endedKeyError, isUsedKeyError, otherOwnerError, usedKeyError } from './key-errors.ts';
import { findLatestGeneration } from './latest-generation.ts';
import { lostStartError } from './session-errors.ts';
import { startInTurn, type SendStart, type StartSenderParts } from './start-in-turn.ts';
import type { StartOptions } from './start-options.ts';
import { keyedToken, MAX_GENERATION, mintToken } from './start-token.ts';

/** The lifetime where neither the start nor the service has one, milliseconds. */
const DEFAULT_LIFETIME_MS = 24 * 60 * 60_000;

/** What a starter needs. */
export interface StarterParts extends StartSenderParts {
  readonly owner: string;
  readonly environment: string;
  /** Who holds which session on this host; absent where nobody shall know. */
  readonly holders?: Holders | undefined;
}

/**
 * Starts exactly one session per start or key, even when answers are lost or the start is repeated.
 * Decision 5: docs/decisions/0005-a-start-runs-to-its-end.md
 */
export class SessionStarter {
  readonly #parts: StarterParts;
  readonly #claims: StartClaims;

  constructor(parts: StarterParts) {
    this.#parts = parts;
    this.#claims = new StartClaims(parts);
  }

  /**
   * Starts the session of `options.key`, or a new one. An abort by the caller does not interrupt it; `unsent` stops it while
   * nothing was sent, and `closing` while it waits for a free quota.
   * A session of the key that has failed but is still billed is returned, or terminated and replaced with `restart`.
   * @throws SessionError `conflict` with the handle when the key's session has ended, no later one lives, and `restart` was not asked for.
   */
  async start(options: StartOptions, unsent: UnsentCall, closing: AbortSignal): Promise<StartedSession> {
    const { key, restart = false } = options;
    const send = startInTurn(this.#parts, options, { unsent, closing });
    const held = { unsent, send };
    unsent.watch(() => false);
    if (key === undefined) return this.#startHeld(mintToken(this.#parts.random), options, held);
    for (let generation = 1; generation <= MAX_GENERATION; generation++) {
      const token = keyedToken(key, generation);
      const started =
        (await this.#claims.findOther(this.#request(token, options), options)) ??
        (await this.#startHeld(token, options, held).catch((error: unknown) => {
          if (isUsedKeyError(error)) return error;
          throw error;
        }));
      const usable = SessionError.is(started) ? started : await this.#use(key, started, options);
      if (!SessionError.is(usable)) return usable;
      if (!restart) return this.#takeLater(key, { generation, refusal: usable }, options);
    }
    throw new SessionError('conflict', `key '${key}' was restarted ${MAX_GENERATION} times; use another key`, {
      operation: 'start',
    });
  }

  /** The session of a key with its present state, or the error of a start that wants no other one. */
  async #use(
    key: string,
    started: StartedSession,
    { adopt, restart = false }: StartOptions,
  ): Promise<StartedSession | SessionError> {
    const now = { ...started, first: await this.#describeStarted(started.first) };
    const { handle, state, final, details } = now.first;
    const { owner = this.#parts.owner } = details.ownership ?? {};
    if (owner !== this.#parts.owner && !final) {
      leaveClaim(now);
      if (adopt !== 'any') throw otherOwnerError(key, owner, now.first);
      const warning = `the session of this key belongs to ${owner}: closing leaves it running`;
      this.#parts.logger.warn({ key, session: handle.id }, warning);
      return { ...now, claim: { kind: 'adopted', liveness: 'doubtful', record: undefined } };
    }
    if (!final && state !== 'terminated') {
      if (state !== 'failed') return now;
      // A degraded session is still billed, and of no use: a living holder ends it, otherwise this start holds or ends it (H-007).
      const isHeldElsewhere = now.claim?.kind === 'adopted' && now.claim.liveness === 'living';
      const mine = isHeldElsewhere || now.claim?.kind === 'held' ? now : { ...now, claim: undefined };
      if (!restart || (!isHeldElsewhere && !(await this.#end(now.first)))) return mine;
    }
    if (now.claim?.kind === 'held') now.claim.hold.release();
    return endedKeyError(key, now.first);
  }

  /**
   * The live session that an earlier `restart` of the key has started; this starts none.
   * @throws SessionError the refusal when there is none.
   */
  async #takeLater(
    key: string,
    { generation, refusal }: { readonly generation: number; readonly refusal: SessionError },
    options: StartOptions,
  ): Promise<StartedSession> {
    const { logger } = this.#parts;
    const first = await findLatestGeneration(this.#parts, key, { after: generation }).catch((error: unknown) => {
      logger.warn({ key, error }, 'the search for a session that a restart of this key has started failed');
      return undefined;
    });
    const token = first?.details.ownership?.token;
    if (first === undefined || token === undefined) throw refusal;
    const request = this.#request(token, options);
    const later =
      (await this.#claims.findOther(request, options)) ?? (await this.#claims.take(first, request, { key }));
    const usable = await this.#use(key, later, options);
    if (SessionError.is(usable)) throw usable;
    return usable;
  }

  /** Claims the session before it is started, so that a crash leaves a record of it. */
  async #startHeld(
    token: string,
    options: StartOptions,
    { unsent, send }: { readonly unsent: UnsentCall; readonly send: SendStart },
  ): Promise<StartedSession> {
    const request = this.#request(token, options);
    const { key } = options;
    const { idleTimeoutMs } = request;
    const claim = await this.#claims.claim(request, key);
    const hold = claim?.kind === 'held' ? claim.hold : undefined;
    try {
      throwIfAborted(unsent.signal, 'start');
      unsent.watch();
      const first = await this.#startOnce(request, { key, send });
      hold?.started(first.handle.id);
      return { first, claim, idleTimeoutMs };
    } catch (error) {
      const isUnstarted = SessionError.is(error) && error.effect === 'none';
      // The session of an earlier holder may live.
      if (isUnstarted && claim?.kind === 'held' && claim.before === undefined) hold?.release();
      else hold?.abandon();
      throw error;
    }
  }

  #request(token: string, options: StartOptions): StartRequest {
    const { provider, owner, defaults } = this.#parts;
    const maxLifetimeMs = options.maxLifetimeMs ?? defaults.maxLifetimeMs;
    const size = options.size ?? defaults.size;
    const sparkConf = options.sparkConf ?? defaults.sparkConf;
    return {
      token,
      owner,
      lifetimeMs: lifetimeOf(maxLifetimeMs, provider.capabilities),
      idleTimeoutMs: options.idleTimeoutMs ?? defaults.idleTimeoutMs ?? provider.capabilities.idleTimeoutMs.default,
      labels: omitUndefined({ ...defaults.labels, ...options.labels }),
      ...(options.name !== undefined && { name: options.name }),
      ...(maxLifetimeMs !== undefined && { maxLifetimeMs }),
      ...(size !== undefined && { size }),
      ...(sparkConf !== undefined && { sparkConf: omitUndefined(sparkConf) }),
      ...(options.native !== undefined && { native: options.native }),
    };
  }

  async #startOnce(
    request: StartRequest,
    { key, send }: { readonly key: string | undefined; readonly send: SendStart },
  ): Promise<Observation> {
    const { token } = request;
    try {
      return await send(request);
    } catch (error) {
      if (!mayHaveStarted(error)) throw error;
      const failures: unknown[] = [];
      const found = await findStarted(this.#parts, { token, handle: error.handle }, failures);
      if (found !== undefined) return found;
      if (error.effect === 'none' && key !== undefined && failures.length === 0) throw usedKeyError(key, error);
      if (error.effect === 'none') throw error;
      throw lostStartError(error, { token, key, failedSearch: failures.at(-1) });
    }
  }

  /** A repeated start may answer with the state at the first start, so the session of a key is described before it is returned. */
  async #describeStarted(started: Observation): Promise<Observation> {
    const { provider, clock, logger } = this.#parts;
    if (started.final) return started;
    try {
      return await provider.describe(started.handle, callContext(clock));
    } catch (error) {
      // Lookups may lag behind the start. After any other failure the session must still be returned, or nobody would end it.
      if (!SessionError.is(error, 'not-found'))
        logger.warn(
          { session: started.handle.id, error },
          'describing the session of a key failed; using the answer of its start',
        );
      return started;
    }
  }

  /** Terminates a degraded session before the next generation starts. Returns false if that failed. */
  async #end({ handle, state }: Observation): Promise<boolean> {
    const { provider, clock, logger } = this.#parts;
    try {
      await endSession({ provider, clock, handle, state, graceUntilMs: clock.monotonicMs() });
      return true;
    } catch (error) {
      logger.warn(
        { session: handle.id, error },
        'terminating a failed session before its restart failed; returning it',
      );
      return false;
    }
  }
}

/** Leaves the record of a session as the start has found it. */
function leaveClaim({ claim }: StartedSession): void {
  if (claim?.kind !== 'held') return;
  if (claim.before === undefined) claim.hold.release();
  else claim.hold.giveBack(claim.before);
}

/** How long a session may live before it counts as an orphan, milliseconds: a duration, equal on each repetition of a start. */
function lifetimeOf(maxLifetimeMs: number | undefined, { maxLifetimeMs: range }: Capabilities): number {
  return Math.ceil(maxLifetimeMs ?? (range === false ? DEFAULT_LIFETIME_MS : range.default));
}

/**
 * Whether a failed start may have started a session: its answer was lost, or a service that identifies starts by name
 * answers `conflict` because an earlier attempt, or another process with the same key, came first (C-020).
 */
function mayHaveStarted(error: unknown): error is SessionError {
  return SessionError.is(error) && (error.effect === 'unknown' || error.kind === 'conflict');
}
