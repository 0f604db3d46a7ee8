import { ObjectStore } from '../../src/emulator/s3/object-store.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AthenaAccount } from '../../src/emulator/athena/athena-account.ts';
import { toAthenaConfig } from '../../src/emulator/athena/athena-options.ts';
import { sessionOperations as athenaOperations } from '../../src/emulator/athena/session-operations.ts';
import { EmrAccount } from '../../src/emulator/emr-serverless/emr-account.ts';
import { toEmrServerlessConfig } from '../../src/emulator/emr-serverless/emr-serverless-options.ts';
import { sessionOperations as emrOperations } from '../../src/emulator/emr-serverless/session-operations.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { ServiceError } from '../../src/emulator/service-error.ts';
import type { Call, Operation } from '../../src/emulator/service.ts';
import { Timeline } from '../../src/emulator/timeline.ts';
import type { World } from '../../src/emulator/world.ts';

/** Moves that a service may make; the emulator must never make another one by itself. */
const LEGAL: Readonly<Record<string, readonly string[]>> = {
  CREATING: ['CREATED', 'IDLE', 'TERMINATING'],
  CREATED: ['IDLE', 'TERMINATING'],
  SUBMITTED: ['STARTING', 'TERMINATING'],
  STARTING: ['STARTED', 'IDLE', 'TERMINATING'],
  STARTED: ['IDLE', 'BUSY', 'TERMINATING'],
  IDLE: ['BUSY', 'TERMINATING'],
  BUSY: ['IDLE', 'TERMINATING'],
  TERMINATING: ['TERMINATED'],
  TERMINATED: [],
};

const CALL: Call = { emptyPage: false, calculationFailure: undefined, touches: () => undefined };

type Step =
  | { readonly do: 'start'; readonly token: number; readonly size: number }
  | { readonly do: 'terminate' | 'busy' | 'idle'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('start' as const), token: fc.nat(5), size: fc.integer({ min: 2, max: 3 }) }),
  fc.record({ do: fc.constantFrom('terminate' as const, 'busy' as const, 'idle' as const), which: fc.nat(20) }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.oneof(fc.nat(400), fc.nat(90 * 60_000), fc.constant(24 * 3_600_000)),
  }),
);

interface Sample {
  readonly id: string;
  readonly state: string;
}

interface Machine {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly sessions: () => readonly {
    readonly id: string;
    truth(): { live: boolean; state: string; token: string | undefined };
    setBusy(busy: boolean): void;
  }[];
  readonly start: (token: number, size: number) => object;
  readonly name: (id: string) => object;
  readonly withinQuota: () => boolean;
}

function run(timeline: Timeline, machine: Machine, steps: readonly Step[]): void {
  const seen = new Map<string, string>();
  const watch = (): void => {
    timeline.settle();
    const samples: Sample[] = machine.sessions().map((session) => ({ id: session.id, state: session.truth().state }));
    for (const { id, state } of samples) {
      const before = seen.get(id) ?? state;
      expect(before === state || reaches(before, state), `${before} -> ${state}`).toBe(true);
      seen.set(id, state);
    }
    expect(machine.withinQuota()).toBe(true);
  };
  const attempt = (operation: string, members: object): void => {
    try {
      machine.operations[operation]?.run(members, CALL);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
  };
  for (const one of steps) {
    const all = machine.sessions();
    const chosen = one.do === 'start' || one.do === 'wait' ? undefined : all[one.which % Math.max(1, all.length)];
    if (one.do === 'start') attempt('StartSession', machine.start(one.token, one.size));
    else if (one.do === 'wait') timeline.advance(one.ms);
    else if (one.do === 'terminate' && chosen !== undefined) attempt('TerminateSession', machine.name(chosen.id));
    else chosen?.setBusy(one.do === 'busy');
    watch();
  }
  const tokens = machine.sessions().map((session) => session.truth().token);
  expect(new Set(tokens).size).toBe(tokens.length);
  for (const session of machine.sessions()) attempt('TerminateSession', machine.name(session.id));
  timeline.advance(1000);
  expect(machine.sessions().filter((session) => session.truth().live)).toEqual([]);
}

/** Several moves can lie between two looks. */
function reaches(from: string, to: string, visited: readonly string[] = []): boolean {
  return (LEGAL[from] ?? []).some(
    (next) => next === to || (!visited.includes(next) && reaches(next, to, [...visited, next])),
  );
}

function newWorld(): World {
  const clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined };
  return {
    timeline: new Timeline(clock),
    random: new SeededRandom(1),
    region: 'us-east-1',
    accountId: '123456789012',
    startupMs: 500,
    objects: new ObjectStore(),
    connect: { url: 'http://127.0.0.1:0', admit: () => undefined },
  };
}

describe('whatever is started, terminated, worked in and waited for, in any order', () => {
  it('Athena moves legally, keeps its quota, starts a token once, and can be emptied', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world = newWorld();
        const account = new AthenaAccount(world, toAthenaConfig({}, world.startupMs));
        run(
          world.timeline,
          {
            operations: athenaOperations(account),
            sessions: () => account.sessions(),
            start: (token, size) => ({
              WorkGroup: 'spark35',
              EngineConfiguration: { MaxConcurrentDpus: size },
              ClientRequestToken: `token-${token}`,
            }),
            name: (SessionId) => ({ SessionId }),
            withinQuota: () =>
              account.sessions().reduce((sum, session) => sum + (session.live ? session.dpus : 0), 0) <= 4,
          },
          steps,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('EMR Serverless moves legally, keeps its quota, starts a token once, and can be emptied', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world = newWorld();
        const account = new EmrAccount(
          world,
          toEmrServerlessConfig({ sessionQuota: 2, startedMs: 100 }, world.startupMs),
        );
        const operations = Object.entries(emrOperations(account)).map(
          ([name, rest]) => [name, rest.definition] as const,
        );
        run(
          world.timeline,
          {
            operations: Object.fromEntries(operations),
            sessions: () => account.sessions(),
            start: (token, size) => ({
              applicationId: '00emulated1',
              clientToken: `token-${token}`,
              executionRoleArn: 'arn:aws:iam::123456789012:role/emulated',
              name: `size-${size}`,
            }),
            name: (sessionId) => ({ applicationId: '00emulated1', sessionId }),
            withinQuota: () => account.sessions().filter((session) => session.live).length <= 2,
          },
          steps,
        );
      }),
      { numRuns: 500 },
    );
  });
});
