import { describe, expect, it } from 'vitest';
import { CASES, realTime, runCase, type ConformanceSubject } from '../../src/conformance/index.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { ScriptedService } from '../../src/testing/index.ts';
import { scriptedFixture, scriptedSubject } from './scripted-subject.ts';

/** The scripted provider as a live service: on the clock of the machine. */
function liveSubject(startMs: number, limitMs: number): ConformanceSubject {
  const capabilities = { watchIntervalMs: { min: 1, max: 2 } };
  const options = { clock: systemClock, capabilities, startMs, terminateMs: 4, latencyMs: 1 };
  return {
    ...scriptedSubject(capabilities, 'live'),
    open: async () => scriptedFixture(new ScriptedService(options), realTime(systemClock, limitMs)),
  };
}

const endingCase = CASES.find((each) => each.rule === 'C-032')!;

describe('realTime', () => {
  it('waits for a service that takes its own time', async () => {
    expect(await runCase(endingCase, liveSubject(4, 5_000))).toMatchObject({ outcome: 'passed' });
  });

  it('does not wait for ever', async () => {
    const result = await runCase(endingCase, liveSubject(60_000, 5));
    expect(result).toMatchObject({ outcome: 'failed', blockedBy: 'C-010' });
  });
});
