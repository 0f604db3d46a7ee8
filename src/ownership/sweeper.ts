import type { Observation } from '../contract/observation.ts';
import type { Clock, Logger, Metrics } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../contract/session-handle.ts';
import { throwIfAborted } from '../provider-kit/aborted-error.ts';
import { eachOf } from '../provider-kit/each-of.ts';
import type { AuditLog } from './audit-log.ts';
import type { SweepDecision, SweepReason, SweepReport } from './sweep-decision.ts';
import { judgeRecords, type JudgedRecord } from './judged-record.ts';
import type { SweepClaim, SweepRecords, SweptRecord } from './sweep-records.ts';
import { ENDED, factsOf, factsOfSeen, isOf, TAKEN, toSessionError, type Decided } from './sweep-facts.ts';
import { APPEARANCE_MS, isEndable, judgeAge, judgeOwner } from './sweep-rules.ts';

/** How many sessions are ended at the same time. */
const PARALLEL_ENDS = 8;

/** The calls that a sweep makes, through all layers. */
export interface SweepCalls {
  list(signal: AbortSignal): AsyncIterable<Observation>;
  describe(handle: SessionHandle, signal: AbortSignal): Promise<Observation>;
  /** Ends a session, or fails while starts with its key still wait for the claim. */
  end(seen: Observation, signal: AbortSignal): Promise<Observation>;
}

/** What a sweeper needs. */
export interface SweeperParts {
  readonly environment: string;
  readonly owner: string;
  readonly provider: { readonly id: string; readonly scope: string };
  readonly calls: SweepCalls;
  readonly records: SweepRecords;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** How to sweep. */
export interface SweepLimits {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Only sessions with a dead holder and without a key: a start with the key inherits the others. */
  readonly onlyUnkeyed?: boolean;
}

/** A session to end, and why. */
interface Target {
  readonly handle: SessionHandle;
  readonly why: SweepReason & { readonly code: 'dead-holder' | 'expired' };
  readonly record?: JudgedRecord | undefined;
  readonly seen?: Observation | undefined;
}

/**
 * Ends the sessions of one scope that nobody holds and that have outlived their lifetime, and leaves every other one alone.
 * Many sweeps may run at once: a claim decides who ends a session, and ending one twice succeeds.
 */
export class Sweeper {
  readonly #parts: SweeperParts;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** @throws SessionError `aborted` */
  async sweep(limits: SweepLimits): Promise<SweepReport> {
    const { environment, provider, records } = this.#parts;
    const { dryRun, signal, onlyUnkeyed = false } = limits;
    const all = await judgeRecords(records, provider);
    const judged = onlyUnkeyed
      ? all.filter(({ verdict, record }) => verdict === undefined && record.key === undefined)
      : all;
    const needsList = !onlyUnkeyed || judged.some(({ record }) => record.sessionId === undefined);
    const listing = needsList ? await this.#list(signal) : { seen: [] };
    const decisions: SweepDecision[] = [];
    const decide = (decided: Decided): void => void decisions.push(this.#record(decided, dryRun));
    const targets = onlyUnkeyed ? [] : this.#unrecorded(listing.seen, judged, decide);
    for (const each of judged) {
      const seen = listing.seen.find((session) => isOf(session, each.record));
      const target = this.#target(each, seen);
      if (target !== undefined) targets.push(target);
      else if (each.verdict !== undefined)
        decide({ outcome: 'left', ...each.verdict, ...factsOf(each.record), ...factsOfSeen(seen) });
      else decide(await this.#missing(each.record, { dryRun, isListed: listing.error === undefined }));
    }
    await eachOf(targets, PARALLEL_ENDS, async (target) => {
      throwIfAborted(signal, 'sweep');
      decide(await this.#end(target, limits));
    });
    throwIfAborted(signal, 'sweep');
    const place = { environment, provider: provider.id, scope: provider.scope };
    return { ...place, dryRun, decisions, ...(listing.error && { error: listing.error }) };
  }

  async #list(signal: AbortSignal): Promise<{ readonly seen: readonly Observation[]; readonly error?: SessionError }> {
    const seen: Observation[] = [];
    try {
      for await (const each of this.#parts.calls.list(signal)) seen.push(each);
      return { seen };
    } catch (error) {
      throwIfAborted(signal, 'sweep');
      return { seen: [], error: toSessionError(error) };
    }
  }

  /** Decides on the listed sessions that have no record here; returns those to end. */
  #unrecorded(
    listed: readonly Observation[],
    judged: readonly JudgedRecord[],
    decide: (decided: Decided) => void,
  ): Target[] {
    const { owner } = this.#parts;
    const targets: Target[] = [];
    for (const seen of listed) {
      if (judged.some(({ record }) => isOf(seen, record))) continue;
      const age = judgeAge(seen);
      const left = isEndable(seen) ? judgeOwner(seen, owner) : ENDED;
      if (left === undefined && age.isExpired)
        targets.push({ handle: seen.handle, why: { code: 'expired', reason: age.reason }, seen });
      else decide({ outcome: 'left', ...(left ?? { code: age.code, reason: age.reason }), ...factsOfSeen(seen) });
    }
    return targets;
  }

  /** The session of a record, if it is to be ended. */
  #target(judged: JudgedRecord, seen: Observation | undefined): Target | undefined {
    const { record, verdict } = judged;
    const { id, scope } = this.#parts.provider;
    const age = seen && judgeAge(seen);
    if (
      age?.isExpired === true &&
      seen !== undefined &&
      isEndable(seen) &&
      judgeOwner(seen, this.#parts.owner) === undefined
    )
      return { handle: seen.handle, why: { code: 'expired', reason: age.reason }, record: judged, seen };
    const sessionId = seen?.handle.id ?? record.sessionId;
    if (verdict !== undefined || sessionId === undefined) return undefined;
    const handle = { v: HANDLE_VERSION, provider: id, scope, id: sessionId } as const;
    const who =
      record.pid === 0 ? 'nobody holds it any more' : `its holder, process ${record.pid} on this host, has died`;
    const why = { code: 'dead-holder', reason: who } as const;
    return { handle, why, record: judged, seen };
  }

  async #end(target: Target, { dryRun, signal }: SweepLimits): Promise<Decided> {
    const { records, calls } = this.#parts;
    const { why, handle, record: judged } = target;
    const facts = { handle, ...(judged && factsOf(judged.record)), ...factsOfSeen(target.seen) };
    const isDead = judged !== undefined && judged.verdict === undefined;
    const claim = isDead && !dryRun ? await records.claimToSweep(judged.record) : undefined;
    if (isDead && !dryRun && claim === undefined) return { outcome: 'left', ...TAKEN, ...facts };
    try {
      // The list may be old; in the meantime the session may have ended.
      const seen = await calls.describe(handle, signal);
      const known = { ...facts, ...factsOfSeen(seen) };
      const left = this.#leftAfterAll(seen, target);
      if (left !== undefined) {
        if (left.code === 'ended') claim?.release();
        else claim?.giveBack();
        return { outcome: 'left', ...left, ...known };
      }
      if (dryRun) return { outcome: 'would-terminate', ...why, ...known };
      await calls.end(seen, signal);
      claim?.release();
      return { outcome: 'terminated', ...why, ...known };
    } catch (error) {
      if (SessionError.is(error, 'not-found')) return { ...this.#notFound(judged?.record, claim), ...facts };
      claim?.giveBack();
      return { outcome: 'failed', ...why, ...facts, error: toSessionError(error) };
    }
  }

  /** Why a session that was to be ended is left after it was described. */
  #leftAfterAll(seen: Observation, { why, record }: Target): SweepReason | undefined {
    const { ownership } = seen.details;
    if (!isEndable(seen)) return ENDED;
    if (record !== undefined && ownership?.token !== record.record.token)
      return {
        code: 'not-ours',
        reason: `it was started as ${ownership?.token ?? 'a session of others'}, not as its record says`,
      };
    if (why.code === 'dead-holder') return undefined;
    const age = judgeAge(seen);
    return judgeOwner(seen, this.#parts.owner) ?? (age.isExpired ? undefined : { code: age.code, reason: age.reason });
  }

  /** A start without a session id whose session no list shows. */
  async #missing(
    record: SweptRecord,
    { dryRun, isListed }: { readonly dryRun: boolean; readonly isListed: boolean },
  ): Promise<Decided> {
    const facts = factsOf(record);
    if (!isListed)
      return { outcome: 'left', code: 'not-seen-yet', reason: 'the sessions could not be listed', ...facts };
    const claim = dryRun ? undefined : await this.#parts.records.claimToSweep(record);
    if (!dryRun && claim === undefined) return { outcome: 'left', ...TAKEN, ...facts };
    return { ...this.#notFound(record, claim), ...facts };
  }

  /**
   * A session that its service does not show stays on record until it has been missing for {@link APPEARANCE_MS}: lists and lookups
   * lag behind starts, and may be wrong for a while.
   */
  #notFound(
    record: SweptRecord | undefined,
    claim: SweepClaim | undefined,
  ): Pick<Decided, 'outcome' | 'code' | 'reason'> {
    const uptimeMs = this.#parts.records.uptimeMs();
    const sinceMs = record?.missingSinceUptimeMs ?? uptimeMs;
    if (record !== undefined && uptimeMs - sinceMs < APPEARANCE_MS) {
      claim?.giveBack({ missingSinceUptimeMs: sinceMs });
      return { outcome: 'left', code: 'not-seen-yet', reason: 'its service does not show it; it may appear later' };
    }
    claim?.release();
    if (record?.sessionId !== undefined || record === undefined) return { outcome: 'left', ...ENDED };
    return { outcome: 'left', code: 'never-started', reason: 'no list shows a session of its start' };
  }

  /** Writes a decision where people and programs find it. */
  #record(decided: Decided, dryRun: boolean): SweepDecision {
    const { environment, provider, audit, clock, logger, metrics } = this.#parts;
    const decision = { ...decided, decidedAtMs: clock.nowMs() };
    const { outcome, code, reason, handle, error } = decision;
    const place = { environment, provider: provider.id, scope: provider.scope };
    audit.append({ ...place, ...decision, dryRun });
    const fields = { ...(handle && { session: handle.id }), code };
    if (outcome === 'terminated') {
      logger.info(fields, `sweep terminated a session: ${reason}`);
      const attributes = { 'anysession.provider': provider.id, 'anysession.scope': provider.scope };
      metrics.add('anysession.sweep.orphans', 1, { ...attributes, 'anysession.reason': code });
    }
    if (outcome === 'failed')
      logger.warn({ ...fields, error }, 'sweep could not end a session; the next sweep tries again');
    return decision;
  }
}
