import {
  DUCKDB_SAMPLES,
  virtualTime,
  type ConformanceFixture,
  type ConformanceSubject,
  type FaultKind,
  type FixtureTime,
  type InjectedFault,
  type SqlSample,
} from '../../src/conformance/index.ts';
import type { Capabilities, ColumnField, ColumnType } from '../../src/provider-kit/index.ts';
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
  tokenLifetimeMs: false,
  maxLiveSessions: false,
  outlivesProcess: false,
} as const satisfies Partial<Capabilities>;

/** Runs longer than the kit ever waits. */
const LONG_CODE = 'while True: pass';

/** How a scripted service shows each fault. */
const FAULTS: {
  readonly [Kind in FaultKind]: (service: ScriptedService, fault: InjectedFault & { readonly kind: Kind }) => void;
} = {
  forbidden: ({ faults }, { operation }) => faults.add(operation, { kind: 'refused', code: 'Denied', httpStatus: 403 }),
  throttled: ({ faults }, { operation }) => faults.add(operation, { kind: 'throttled' }),
  unavailable: ({ faults }, { operation }) => faults.add(operation, { kind: 'unavailable', effect: 'before' }),
  'no-answer': ({ faults }, { operation }) => faults.add(operation, { kind: 'lost-answer' }),
  'lost-answer': ({ faults }, { operation }) => faults.add(operation, { kind: 'unavailable', effect: 'after' }),
  'broken-start': ({ faults }) => faults.add('start', { kind: 'broken-start', reason: 'no capacity left' }),
  'broken-calculation': ({ faults }) =>
    faults.add('startCalculation', { kind: 'broken-start', reason: 'division by zero' }),
  'unknown-state': (service, { sessionId }) => service.showState(sessionId, 'HIBERNATING'),
  degraded: (service, { sessionId }) => service.breakSession(sessionId, 'coordinator lost', 'degraded'),
  busy: (service, { sessionId }) => service.session(sessionId).changeWork(1, service.nowMs()),
  idle: (service, { sessionId }) => service.session(sessionId).changeWork(-1, service.nowMs()),
};

/** The scripted provider as a subject of the kit; its service behaves as the capabilities say. */
export function scriptedSubject(
  capabilities: Partial<Capabilities> = {},
  name = 'scripted',
  { batchRows = 2_048, takesWorkWhileBusy = false } = {},
): ConformanceSubject {
  return {
    name,
    capabilities: { ...SCRIPTED_CAPABILITIES, ...capabilities },
    faults: Object.keys(FAULTS) as FaultKind[],
    layered: false,
    sql: DUCKDB_SAMPLES,
    code: { short: 'print(1)', long: LONG_CODE },
    patienceMs: 50,
    open: async () => {
      const clock = new VirtualClock();
      const service = new ScriptedService({ clock, capabilities, takesWorkWhileBusy });
      setStatements(service, batchRows);
      service.calculations.durationsMs.set(LONG_CODE, 3_600_000);
      return scriptedFixture(service, virtualTime(clock));
    },
  };
}

/** A scripted service as a fixture of the kit. */
export function scriptedFixture(service: ScriptedService, time: FixtureTime): ConformanceFixture {
  return {
    createProvider: () => new ScriptedProvider({ service, clock: time.clock }),
    time,
    oracle: {
      requestCount: (operation) => service.oracle.callCount(operation),
      started: () => service.oracle.started.map((start) => start.sessionId),
      live: () => service.oracle.live(),
      idleTimeoutMs: (sessionId) => service.session(sessionId).input.idleTimeoutMinutes * 60_000,
      runningStatements: () => service.oracle.runningStatements().length,
      calculations: () => service.calculations.started(),
    },
    unknownSessionId: 'ss-000000000000',
    inject: (fault) => (FAULTS[fault.kind] as (service: ScriptedService, fault: InjectedFault) => void)(service, fault),
    dispose: async () => {},
  };
}

/** Sets the statements of the samples and their results. */
function setStatements({ statements }: ScriptedService, batchRows: number): void {
  const { rows, parameters, types, endless, refused } = DUCKDB_SAMPLES;
  for (const sample of [rows, ...types]) {
    statements.set(sample.text, { columns: toFields(sample), rows: sample.rows, batchRows });
  }
  for (const sample of parameters) {
    // The bound values come back.
    const echo = (bound: object): TestValue[][] => [Object.values(bound) as TestValue[]];
    statements.set(sample.text, { columns: toFields(sample), rows: echo });
  }
  statements.set(endless, { neverEnds: true });
  statements.set(refused, { error: 'syntax error' });
}

const field = (name: string, type: ColumnType): ColumnField => ({ name, nullable: true, type });
const INTEGER: ColumnType = { kind: 'integer', bits: 32, signed: true };
const list = (item: ColumnType): ColumnType => ({ kind: 'list', item: field('item', item) });
const struct = (...fields: readonly ColumnField[]): ColumnType => ({ kind: 'struct', fields });

/** Samples name only the part of a type that matters; the encoder needs all of it. */
function toFields({ columns, rows }: SqlSample): readonly ColumnField[] {
  return columns.map(({ name, type }, at) => {
    const example = rows[0]?.[at];
    const isNested = Array.isArray(example) && typeof example[0] === 'object';
    const whole: Partial<Record<ColumnType['kind'], ColumnType>> = {
      map: { kind: 'map', key: field('key', { kind: 'text' }), value: field('value', INTEGER) },
      struct: struct(field('x', INTEGER), field('y', { kind: 'text' })),
      list: list(isNested ? struct(field('x', list(INTEGER))) : INTEGER),
    };
    return field(name, whole[type.kind] ?? (type as ColumnType));
  });
}
