import { AGREEING_ANSWERS, type Evidence } from './evidence.ts';
import type { Point } from './points/point.ts';
import { ProbeCalls, type ProbeRunParts } from './probe-run.ts';

/** A session that does not exist, and the points that are observed. */
interface UnknownSession {
  readonly id: string;
  readonly points: readonly Point[];
}

/** Asks about a session that does not exist, and terminates it where a point needs that: this starts and ends nothing. */
export async function observeUnknown(
  parts: ProbeRunParts,
  { id, points }: UnknownSession,
  evidence: Evidence,
): Promise<void> {
  const calls = new ProbeCalls(parts, evidence);
  const { probe } = parts;
  while (evidence.unknowns.length < AGREEING_ANSWERS) {
    const reading = await calls.ask('an unknown session', (call) => probe.describe(id, call));
    if (reading === undefined) break;
    evidence.unknowns.push(reading);
  }
  if (!points.some(({ treatment }) => treatment.kind === 'probe' && treatment.observer === 'unknown-terminate')) return;
  while (evidence.unknownTerminates.length < AGREEING_ANSWERS) {
    const reading = await calls.ask('terminate of an unknown session', (call) => probe.terminate(id, call));
    if (reading === undefined) return;
    evidence.unknownTerminates.push(reading);
  }
}
