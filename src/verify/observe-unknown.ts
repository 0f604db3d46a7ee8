import type { Evidence } from './evidence.ts';
import { AGREEING_ANSWERS } from './observers.ts';
import { ProbeCalls, type ProbeRunParts } from './probe-run.ts';

/** Asks about a session that does not exist: this starts nothing. */
export async function observeUnknown(parts: ProbeRunParts, unknownId: string, evidence: Evidence): Promise<void> {
  const calls = new ProbeCalls(parts, evidence);
  while (evidence.unknowns.length < AGREEING_ANSWERS) {
    const look = await calls.ask('an unknown session', (call) => parts.probe.describe(unknownId, call));
    if (look === undefined) return;
    evidence.unknowns.push(look);
  }
}
