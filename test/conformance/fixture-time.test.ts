import { describe, expect, it } from 'vitest';
import { CASES, realTime, runCase, type ConformanceSubject } from '../../src/conformance/index.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { ScriptedProvider, ScriptedService } from '../../src/testing/index.ts';
import { scriptedSubject } from './scripted-subject.ts';

/** The scripted provider as a live service would be: on the machine's own clock. */
function liveSubject({ startMs, limitMs }: { readonly startMs: number; readonly limitMs: number }): ConformanceSubject {
  const capabilities = { watchIntervalMs: { min: 1, max: 2 } };
  const subject = scriptedSubject(capabilities, 'live');
  return {
    ...subject,
    open: async () => {
      const service = new ScriptedService({
        clock: systemClock,
        capabilities,
        startMs,
        terminateMs: 4,
        latencyMs: 1,
      });
      return {
        ...(await subject.open()),
        createProvider: () => new ScriptedProvider({ service, clock: systemClock }),
        time: realTime(systemClock, limitMs),
        oracle: {
          requestCount: (operation) => service.oracle.callCount(operation),
          started: () => service.oracle.started.map((start) => start.sessionId),
          live: () => service.oracle.live(),
          idleTimeoutMs: () => Number.NaN,
          runningStatements: () => 0,
        },
      };
    },
  };
}

const endingCase = CASES.find((each) => each.rule === 'C-032')!;

describe('realTime', () => {
  it('waits for a service that takes its own time', async () => {
    expect(await runCase(endingCase, liveSubject({ startMs: 4, limitMs: 5_000 }))).toMatchObject({ outcome: 'passed' });
  });

  it('does not wait for ever', async () => {
    expect(await runCase(endingCase, liveSubject({ startMs: 60_000, limitMs: 5 }))).toMatchObject({
      outcome: 'failed',
      blockedBy: 'C-010',
    });
  });
});
