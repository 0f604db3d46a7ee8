import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { SessionError } from '../contract/session-error.ts';
import { ageOf } from '../cost/cost.ts';
import { raceAbort } from '../provider-kit/race-abort.ts';
import { sleep } from '../provider-kit/sleep.ts';
import { endSession } from '../session/end-session.ts';
import { listObservations } from '../session/listing.ts';
import { LIFETIME_MS } from './plan.ts';
import { isRunning, parseVerifyOwner, type VerifyOwner } from './verify-owner.ts';

/** Lists may lag behind a start: another list after this pause has to show nothing either, milliseconds. */
const LIST_AGAIN_MS = 2_000;
/** How often the sessions are listed at most. */
const MAX_LISTS = 5;

/** What ending sessions needs. */
export interface EndingParts {
  /** The provider with its layers. */
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The pause before the list is read again, milliseconds. */
  readonly listAgainMs?: number;
}

/** A session that runs on, with the reason. */
export interface LeftSession {
  readonly id: string;
  readonly why: string;
}

/** What became of the sessions. */
export interface EndingReport {
  readonly ended: readonly string[];
  readonly left: readonly LeftSession[];
  /** Why the list could not be read: then sessions may run that only it would show. */
  readonly unlisted?: SessionError;
}

/** The sessions that run `verifier` has started: what it knows of, and what the list shows. */
export function endOwnSessions(parts: EndingParts, owner: string, ids: Iterable<string>): Promise<EndingReport> {
  return endFound(parts, ids, ({ details }) => (details.ownership?.owner === owner ? 'end' : undefined));
}

/**
 * Ends the sessions that earlier verifications of this owner have left. Those of a process of this host that runs are left alone, and
 * those of another host until their lifetime is over.
 */
export function endLeftSessions(parts: EndingParts, self: VerifyOwner): Promise<EndingReport> {
  const { clock } = parts;
  return endFound(parts, [], (seen) => {
    const found = parseVerifyOwner(seen.details.ownership?.owner);
    if (found === undefined || found.owner !== self.owner) return undefined;
    const { lifetimeMs = LIFETIME_MS } = seen.details.ownership ?? {};
    if ((ageOf(seen, clock.nowMs()) ?? 0) > lifetimeMs) return 'end';
    if (found.host !== self.host) return 'it was started on another host, and is young enough to be in use';
    const isLive = found.pid !== self.pid && isRunning(found.pid);
    return isLive ? `process ${found.pid} on this host uses it` : 'end';
  });
}

/** Ends what the list shows and the verdict says, until the list shows no more of it. */
async function endFound(
  parts: EndingParts,
  ids: Iterable<string>,
  verdictOn: (seen: Observation) => string | undefined,
): Promise<EndingReport> {
  const { provider, clock, signal, listAgainMs = LIST_AGAIN_MS } = parts;
  const ended = new Set<string>();
  const left = new Map<string, string>();
  const end = async (id: string, state: Observation['state']): Promise<void> => {
    if (ended.has(id)) return;
    const handle = { v: 1, provider: provider.id, scope: provider.scope, id } as const;
    try {
      await raceAbort(
        endSession({ provider, clock, handle, state, graceUntilMs: clock.monotonicMs() }, { signal }),
        signal,
        'terminate',
        'unknown',
      );
      ended.add(id);
      left.delete(id);
    } catch (error) {
      left.set(id, `it could not be ended: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await Promise.all([...ids].map((id) => end(id, undefined)));
  const listOnce = async (): Promise<number> => {
    let fresh = 0;
    for await (const seen of listObservations(provider, clock, { signal })) {
      const { handle, state, final } = seen;
      const verdict = final || state === 'terminated' ? undefined : verdictOn(seen);
      if (verdict === undefined || ended.has(handle.id)) continue;
      if (verdict !== 'end') left.set(handle.id, verdict);
      else {
        fresh += 1;
        await end(handle.id, state);
      }
    }
    return fresh;
  };
  const report = (): EndingReport => ({ ended: [...ended], left: [...left].map(([id, why]) => ({ id, why })) });
  try {
    for (let lists = 1; lists <= MAX_LISTS; lists++) {
      const fresh = await listOnce();
      if (lists > 1 && fresh === 0) break;
      await sleep(clock, listAgainMs, signal);
    }
    return report();
  } catch (error) {
    if (!SessionError.is(error)) throw error;
    return { ...report(), unlisted: error };
  }
}
