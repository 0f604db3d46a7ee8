import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AthenaAccount } from '../../src/emulator/athena/athena-account.ts';
import { SESSION_INPUTS as ATHENA_INPUTS } from '../../src/emulator/athena/athena-inputs.ts';
import { toAthenaConfig } from '../../src/emulator/athena/athena-options.ts';
import { sessionHandlers as athenaHandlers } from '../../src/emulator/athena/session-handlers.ts';
import { EmrAccount } from '../../src/emulator/emr-serverless/emr-account.ts';
import { SESSION_INPUTS as EMR_INPUTS } from '../../src/emulator/emr-serverless/emr-inputs.ts';
import { toEmrServerlessConfig } from '../../src/emulator/emr-serverless/emr-serverless-options.ts';
import { sessionHandlers as emrHandlers } from '../../src/emulator/emr-serverless/session-handlers.ts';
import { EmrAccount as ClusterAccount } from '../../src/emulator/emr/emr-account.ts';
import { SESSION_INPUTS as CLUSTER_SESSION_INPUTS } from '../../src/emulator/emr/emr-inputs.ts';
import { toEmrConfig } from '../../src/emulator/emr/emr-options.ts';
import { sessionHandlers as clusterSessionHandlers } from '../../src/emulator/emr/session-handlers.ts';
import { GlueAccount } from '../../src/emulator/glue/glue-account.ts';
import { SESSION_INPUTS as GLUE_INPUTS } from '../../src/emulator/glue/glue-inputs.ts';
import { toGlueConfig } from '../../src/emulator/glue/glue-options.ts';
import { sessionHandlers as glueHandlers } from '../../src/emulator/glue/session-handlers.ts';
import { operationsOf, type EmulatedSession, type Operation } from '../../src/emulator/service.ts';
import type { Timeline } from '../../src/emulator/timeline.ts';
import type { World } from '../../src/emulator/world.ts';
import { attempt, newWorld } from './service-world.ts';

/** The moves that a service may make; the emulator must never make another one by itself. */
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
  PROVISIONING: ['READY', 'STOPPING', 'TIMEOUT'],
  READY: ['STOPPING', 'TIMEOUT'],
  STOPPING: ['STOPPED', 'TIMEOUT'],
  STOPPED: [],
  TIMEOUT: [],
};

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

interface Machine {
  readonly operations: Readonly<Record<'StartSession' | 'TerminateSession', Operation>>;
  readonly sessions: () => readonly EmulatedSession[];
  readonly start: (token: number, size: number) => object;
  readonly name: (id: string) => object;
  readonly withinQuota: () => boolean;
}

function run(timeline: Timeline, machine: Machine, steps: readonly Step[]): void {
  const seen = new Map<string, string>();
  const watch = (): void => {
    timeline.settle();
    for (const { id, state } of machine.sessions().map((session) => session.truth())) {
      const before = seen.get(id) ?? state;
      expect(before === state || reaches(before, state), `${before} -> ${state}`).toBe(true);
      seen.set(id, state);
    }
    expect(machine.withinQuota()).toBe(true);
  };
  const { StartSession: start, TerminateSession: terminate } = machine.operations;
  for (const one of steps) {
    const all = machine.sessions();
    const chosen = one.do === 'start' || one.do === 'wait' ? undefined : all[one.which % Math.max(1, all.length)];
    if (one.do === 'start') attempt(start, machine.start(one.token, one.size));
    else if (one.do === 'wait') timeline.advance(one.ms);
    else if (one.do === 'terminate' && chosen !== undefined) attempt(terminate, machine.name(chosen.id));
    else chosen?.setBusy(one.do === 'busy');
    watch();
  }
  const tokens = machine.sessions().map((session) => session.truth().token);
  expect(new Set(tokens).size).toBe(tokens.length);
  for (const session of machine.sessions()) attempt(terminate, machine.name(session.id));
  timeline.advance(1000);
  expect(machine.sessions().filter((session) => session.truth().live)).toEqual([]);
}

/** Several moves can lie between two samples. */
function reaches(from: string, to: string, visited: readonly string[] = []): boolean {
  return (LEGAL[from] ?? []).some(
    (next) => next === to || (!visited.includes(next) && reaches(next, to, [...visited, next])),
  );
}

/** Runs random steps against a machine in a new world. */
function explore(machineIn: (world: World) => Machine): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = newWorld();
      run(world.timeline, machineIn(world), steps);
    }),
    { numRuns: 500 },
  );
}

describe('in any order of starts, ends, work and waiting', () => {
  it('Athena moves legally, keeps its quota, starts a token once, and can be emptied', () => {
    explore((world) => {
      const account = new AthenaAccount(world, toAthenaConfig({}, world.startupMs));
      return {
        operations: operationsOf(ATHENA_INPUTS, athenaHandlers(account)),
        sessions: () => account.sessions(),
        start: (token, size) => ({
          WorkGroup: 'spark35',
          EngineConfiguration: { MaxConcurrentDpus: size },
          ClientRequestToken: `token-${token}`,
        }),
        name: (SessionId) => ({ SessionId }),
        withinQuota: () => account.sessions().reduce((sum, session) => sum + (session.live ? session.dpus : 0), 0) <= 4,
      };
    });
  });

  it('EMR Serverless moves legally, keeps its quota, starts a token once, and can be emptied', () => {
    explore((world) => {
      const config = toEmrServerlessConfig({ sessionQuota: 2, startedMs: 100 }, world.startupMs);
      const account = new EmrAccount(world, config);
      return {
        operations: operationsOf(EMR_INPUTS, emrHandlers(account)),
        sessions: () => account.sessions(),
        start: (token, size) => ({
          applicationId: '00emulated1',
          clientToken: `token-${token}`,
          executionRoleArn: 'arn:aws:iam::123456789012:role/emulated',
          name: `size-${size}`,
        }),
        name: (sessionId) => ({ applicationId: '00emulated1', sessionId }),
        withinQuota: () => account.sessions().filter((session) => session.live).length <= 2,
      };
    });
  });

  it('EMR on EC2 moves legally, keeps its quota, starts a token once, and can be emptied', () => {
    explore((world) => {
      const account = new ClusterAccount(world, toEmrConfig({ sessionQuota: 2, startedMs: 100 }, world.startupMs));
      return {
        operations: operationsOf(CLUSTER_SESSION_INPUTS, clusterSessionHandlers(account)),
        sessions: () => account.sessions(),
        start: (token, size) => ({
          ClusterId: 'j-EMULATED1',
          ClientRequestToken: `token-${token}`,
          Name: `size-${size}`,
        }),
        name: (SessionId) => ({ ClusterId: 'j-EMULATED1', SessionId }),
        withinQuota: () => account.sessions().filter((session) => session.live).length <= 2,
      };
    });
  });

  it('Glue moves legally, keeps its quota, has one session per id, and can be emptied', () => {
    explore((world) => {
      const account = new GlueAccount(world, toGlueConfig({ dpuQuota: 6 }, world.startupMs));
      const { CreateSession, StopSession } = operationsOf(GLUE_INPUTS, glueHandlers(account));
      return {
        operations: { StartSession: CreateSession, TerminateSession: StopSession },
        sessions: () => account.sessions(),
        start: (token, size) => ({
          Id: `token-${token}`,
          Role: 'arn:aws:iam::123456789012:role/emulated',
          Command: {},
          WorkerType: 'G.1X',
          NumberOfWorkers: size,
          IdleTimeout: 30,
        }),
        name: (Id) => ({ Id }),
        withinQuota: () =>
          account.sessions().reduce((sum, session) => sum + (session.live ? session.maxCapacity : 0), 0) <= 6,
      };
    });
  });
});
