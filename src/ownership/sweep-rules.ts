import type { Observation } from '../contract/observation.ts';
import { durationText } from '../provider-kit/duration-text.ts';
import type { SweepReason } from './sweep-decision.ts';

/**
 * How long after its lifetime a session is left to its service, milliseconds: services count from its creation or from its
 * first readiness, which is minutes later, and end it some time after that.
 */
export const EXPIRY_GRACE_MS = 10 * 60_000;

/** How long a lost start may appear in a list or a lookup after it was sent, milliseconds. */
export const APPEARANCE_MS = 15 * 60_000;

/**
 * Whether a session has outlived its lifetime. Both times of its age are of the service's clock: a wrong clock of this machine
 * expires nothing. Where the service itself reports a longer lifetime (of a template, or rounded up), that one counts.
 */
export function judgeAge(seen: Observation): SweepReason & { readonly isExpired: boolean } {
  const { details, serviceTimeMs } = seen;
  const { createdAtMs, ownership, maxLifetimeMs = 0 } = details;
  const unknown = (missing: string): ReturnType<typeof judgeAge> => ({
    isExpired: false,
    code: 'unknown-age',
    reason: `its age is unknown, because ${missing}`,
  });
  if (ownership?.lifetimeMs === undefined) return unknown('an earlier version started it without a lifetime');
  if (createdAtMs === undefined) return unknown('the service reports no creation time');
  if (serviceTimeMs === undefined) return unknown("the service's answer had no date");
  const lifetimeMs = Math.max(ownership.lifetimeMs, maxLifetimeMs);
  const ageMs = serviceTimeMs - createdAtMs;
  const text = `it is ${durationText(ageMs)} old and may live ${durationText(lifetimeMs)}`;
  if (ageMs > lifetimeMs + EXPIRY_GRACE_MS) return { isExpired: true, code: 'expired', reason: text };
  return { isExpired: false, code: 'within-lifetime', reason: text };
}

/** Why a session is not ours to end by its age; `undefined` if it is. */
export function judgeOwner({ details: { ownership } }: Observation, owner: string): SweepReason | undefined {
  if (ownership === undefined) return { code: 'not-ours', reason: 'anysession did not start it' };
  if (ownership.owner === owner) return undefined;
  return { code: 'not-ours', reason: `its owner is '${ownership.owner}', not '${owner}'` };
}

/** Whether the service still holds something for a session, and nobody has asked for its end. */
export function isEndable({ state, final }: Observation): boolean {
  return !final && state !== 'terminated';
}
