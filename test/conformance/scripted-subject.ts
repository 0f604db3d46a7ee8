import {
  DUCKDB_SAMPLES,
  virtualTime,
  type ConformanceFixture,
  type ConformanceSubject,
  type InjectedFault,
  type SqlSample,
} from '../../src/conformance/index.ts';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { ColumnField } from '../../src/contract/column-batch.ts';
import {
  SCRIPTED_CAPABILITIES,
  ScriptedProvider,
  ScriptedService,
  VirtualClock,
  type TestValue,
} from '../../src/testing/index.ts';

/** As little as a service can have. */
export const POOR_CAPABILITIES = {
  sql: false,
  sparkConnect: false,
  dashboard: false,
  labels: false,
  reportsBusy: false,
  maxLifetimeMs: false,
  listFilters: [],
  listsFinal: false,
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  outlivesProcess: false,
} as const satisfies Partial<Capabilities>;

/** Outlasts everything for which the kit waits. */
const LONG_CODE = 'while True: pass';

/** The scripted provider as a subject of the kit; its service behaves as the capabilities say. */
export function scriptedSubject(
  capabilities: Partial<Capabilities> = {},
  name = 'scripted',
  { batchRows = 2_048 } = {},
): ConformanceSubject {
  return {
    name,
    capabilities: { ...SCRIPTED_CAPABILITIES, ...capabilities },
    faults: [
      'forbidden',
      'throttled',
      'unavailable',
      'no-answer',
      'lost-answer',
      'broken-start',
      'broken-calculation',
      'unknown-state',
      'degraded',
      'busy',
      'idle',
    ],
    layered: false,
    sql: DUCKDB_SAMPLES,
    code: { short: 'print(1)', long: LONG_CODE },
    patienceMs: 50,
    open: async () => openScripted(capabilities, batchRows),
  };
}

function openScripted(capabilities: Partial<Capabilities>, batchRows: number): ConformanceFixture {
  const clock = new VirtualClock();
  const service = new ScriptedService({ clock, capabilities });
  teach(service, batchRows);
  return {
    createProvider: () => new ScriptedProvider({ service, clock }),
    time: virtualTime(clock),
    oracle: {
      requestCount: (operation) => service.oracle.callCount(operation),
      started: () => service.oracle.started.map((start) => start.sessionId),
      live: () => service.oracle.live(),
      idleTimeoutMs: (sessionId) => service.session(sessionId).input.idleTimeoutMinutes * 60_000,
      runningStatements: () => service.oracle.runningStatements().length,
      calculations: () => service.calculations.started(),
    },
    unknownSessionId: 'ss-000000000000',
    inject: (fault) => inject(service, fault),
    dispose: async () => {},
  };
}

function inject(service: ScriptedService, fault: InjectedFault): void {
  switch (fault.kind) {
    case 'forbidden':
      service.faults.add(fault.operation, { kind: 'refused', code: 'Denied', httpStatus: 403 });
      return;
    case 'throttled':
      service.faults.add(fault.operation, { kind: 'throttled' });
      return;
    case 'unavailable':
      service.faults.add(fault.operation, { kind: 'unavailable', effect: 'before' });
      return;
    case 'no-answer':
      service.faults.add(fault.operation, { kind: 'lost-answer' });
      return;
    case 'lost-answer':
      service.faults.add(fault.operation, { kind: 'unavailable', effect: 'after' });
      return;
    case 'broken-start':
      service.faults.add('start', { kind: 'broken-start', reason: 'no capacity left' });
      return;
    case 'broken-calculation':
      service.faults.add('startCalculation', { kind: 'broken-start', reason: 'division by zero' });
      return;
    case 'unknown-state':
      service.showState(fault.sessionId, 'HIBERNATING');
      return;
    case 'degraded':
      service.breakSession(fault.sessionId, 'coordinator lost', 'degraded');
      return;
    case 'busy':
      service.session(fault.sessionId).changeWork(1, service.nowMs());
      return;
    case 'idle':
      service.session(fault.sessionId).changeWork(-1, service.nowMs());
  }
}

/** Teaches the scripted engine what a real one knows. */
function teach(service: ScriptedService, batchRows: number): void {
  const { rows, parameters, types, endless, refused } = DUCKDB_SAMPLES;
  for (const sample of [rows, ...types]) {
    service.statements.set(sample.text, { columns: toFields(sample), rows: sample.rows, batchRows });
  }
  for (const sample of parameters) {
    // What was bound comes back, whatever it is.
    service.statements.set(sample.text, {
      columns: toFields(sample),
      rows: (bound) => [Object.values(bound) as TestValue[]],
    });
  }
  service.statements.set(endless, { neverEnds: true });
  service.calculations.durationsMs.set(LONG_CODE, 3_600_000);
  service.statements.set(refused, { error: 'syntax error' });
}

/** Samples say only what matters of a type; the encoder wants all of it. */
function toFields(sample: SqlSample): readonly ColumnField[] {
  const integer = { name: 'item', nullable: true, type: { kind: 'integer', bits: 32, signed: true } } as const;
  const text = { name: 'key', nullable: true, type: { kind: 'text' } } as const;
  const { rows } = sample;
  return sample.columns.map(({ name, type }, at) => {
    const example = rows[0]?.[at];
    const whole = (() => {
      if (type.kind === 'map') return { kind: 'map', key: text, value: integer };
      if (type.kind === 'struct') {
        return {
          kind: 'struct',
          fields: [
            { ...integer, name: 'x' },
            { ...text, name: 'y' },
          ],
        };
      }
      if (type.kind !== 'list') return type;
      const isNested = Array.isArray(example) && typeof example[0] === 'object';
      const struct = {
        kind: 'struct',
        fields: [{ name: 'x', nullable: true, type: { kind: 'list', item: integer } }],
      };
      return { kind: 'list', item: isNested ? { ...integer, type: struct } : integer };
    })();
    return { name, type: whole as ColumnField['type'], nullable: true };
  });
}
