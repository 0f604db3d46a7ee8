import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../src/contract/statement-runner.ts';
import { toLiteral, toSqlPlan } from '../../src/spark-connect/sql-parameters.ts';
import { sparkSessionId } from '../../src/spark-connect/spark-session-id.ts';
import {
  ExecutePlanRequestSchema,
  InterruptRequestSchema,
  LiteralSchema,
  PlanSchema,
  ReattachExecuteRequestSchema,
  ReleaseExecuteRequestSchema,
} from '../../src/spark-connect/wire/spark-connect_pb.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const base = { sessionId: 's', userContext: { userId: 'u' } };

/** Made by hand from the field numbers of the protocol: tag, length, value. */
describe('the bytes of', () => {
  it('a statement with a parameter, for 3.5 and for 4.0', () => {
    // command { sql_command { sql "?", pos_args [integer 1], input { sql { query "?", pos_arguments [literal] } } } }
    const old = '0a013f' + '1a02' + '3001';
    const input = '5209' + '0a013f' + '2a04' + '0a02' + '3001';
    const command = old + '32' + '0b' + input;
    const plan = '12' + '16' + '2a' + '14' + command;
    expect(hex(toBinary(PlanSchema, toSqlPlan('?', [1])))).toBe(plan);
  });

  it('an execution that can be attached again, under its own id', () => {
    const request = create(ExecutePlanRequestSchema, {
      ...base,
      operationId: 'o',
      clientObservedServerSideSessionId: 'x',
      requestOptions: [{ requestOption: { case: 'reattachOptions', value: { reattachable: true } } }],
    });
    expect(hex(toBinary(ExecutePlanRequestSchema, request))).toBe(
      '0a0173' + '12030a0175' + '2a040a020801' + '32016f' + '420178',
    );
  });

  it('attaching again, interrupting and releasing', () => {
    const reattach = create(ReattachExecuteRequestSchema, { ...base, operationId: 'o', lastResponseId: 'r' });
    expect(hex(toBinary(ReattachExecuteRequestSchema, reattach))).toBe('0a017312030a0175' + '1a016f' + '2a0172');
    const interrupt = create(InterruptRequestSchema, {
      ...base,
      interruptType: 3,
      interrupt: { case: 'operationId', value: 'o' },
    });
    expect(hex(toBinary(InterruptRequestSchema, interrupt))).toBe('0a017312030a0175' + '2003' + '32016f');
    const release = create(ReleaseExecuteRequestSchema, {
      ...base,
      operationId: 'o',
      release: { case: 'releaseUntil', value: { responseId: 'r' } },
    });
    expect(hex(toBinary(ReleaseExecuteRequestSchema, release))).toBe('0a017312030a0175' + '1a016f' + '32030a0172');
  });
});

describe('a parameter', () => {
  it.each<[ParameterValue, string | undefined]>([
    [null, 'null'],
    [true, 'boolean'],
    [1, 'integer'],
    [2 ** 31, 'long'],
    [-0, 'double'],
    [1.5, 'double'],
    [2n ** 63n - 1n, 'long'],
    [2n ** 63n, 'decimal'],
    ['x', 'string'],
    [Uint8Array.of(1), 'binary'],
    [new Date(0), 'timestamp'],
  ])('%s is sent as %s', (value, type) => {
    expect(toLiteral(value, 'it').literalType.case).toBe(type);
  });

  it('that no decimal holds is refused by its name', () => {
    expect(() => toLiteral(10n ** 38n, "parameter 'big'")).toThrow(/parameter 'big' has 39 digits/);
  });

  it('keeps its value on the wire', () => {
    const values = fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
      fc.string(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(values, (value) => {
        const { literalType } = fromBinary(LiteralSchema, toBinary(LiteralSchema, toLiteral(value, 'it')));
        const sent = literalType.case === 'decimal' ? BigInt(literalType.value.value) : literalType.value;
        expect(typeof value === 'number' && typeof sent === 'bigint' ? Number(sent) : sent).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});

it('a session has one Spark session, whoever asks, and a UUID names it', () => {
  const parts = fc.record({ provider: fc.string(), scope: fc.string(), id: fc.string() });
  const ids = new Map<string, string>();
  fc.assert(
    fc.property(parts, ({ provider, scope, id }) => {
      const uuid = sparkSessionId({ v: 1, provider, scope, id });
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const key = JSON.stringify([provider, scope, id]);
      expect(ids.get(uuid) ?? key).toBe(key);
      ids.set(uuid, key);
    }),
    { numRuns: 500 },
  );
});
