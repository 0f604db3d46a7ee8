import { describe, expect } from 'vitest';
import type { Emulator, GlueOptions } from '../../src/emulator/index.ts';
import { emulate, glue, it, ROLE, startGlue } from './wire-client.ts';

const ARN = 'arn:aws:glue:us-east-1:123456789012:session/';
const onGlue = (options: GlueOptions): Promise<Emulator> => emulate({ glue: options });
const stateOf = async (emulator: Emulator, Id: string) =>
  (await glue(emulator, 'GetSession', { Id })).body.Session?.Status as string;

describe("Glue's sessions on the wire", () => {
  it('are PROVISIONING, READY, STOPPING, STOPPED, and no state shows work', async ({ emulator }) => {
    const Id = await startGlue(emulator, { SessionType: 'SPARK_CONNECT' });
    const states = [await stateOf(emulator, Id)];
    emulator.advance(1_000);
    states.push(await stateOf(emulator, Id));
    emulator.setBusy(Id, true);
    states.push(await stateOf(emulator, Id));
    await glue(emulator, 'StopSession', { Id });
    states.push(await stateOf(emulator, Id));
    emulator.advance(200);
    states.push(await stateOf(emulator, Id));
    expect(states).toEqual(['PROVISIONING', 'READY', 'READY', 'STOPPING', 'STOPPED']);
  });

  it('end in TIMEOUT after their idle timeout, which work delays, and after their timeout, which nothing delays', async ({
    emulator,
  }) => {
    const idle = await startGlue(emulator, { IdleTimeout: 10 });
    const old = await startGlue(emulator, { Timeout: 30, IdleTimeout: 100 });
    emulator.advance(1_000);
    emulator.setBusy(idle, true);
    emulator.setBusy(old, true);
    emulator.advance(20 * 60_000);
    expect(await stateOf(emulator, idle)).toBe('READY');
    emulator.setBusy(idle, false);
    emulator.advance(10 * 60_000);
    expect([await stateOf(emulator, idle), await stateOf(emulator, old)]).toEqual(['TIMEOUT', 'TIMEOUT']);
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('show the request without tags and timeouts, their capacity and what they used', async ({ emulator }) => {
    const Id = await startGlue(emulator, { WorkerType: 'G.2X', NumberOfWorkers: 3, Tags: { a: 'b' }, Timeout: 60 });
    emulator.advance(10_000);
    const { body } = await glue(emulator, 'GetSession', { Id });
    expect(body.Session).toMatchObject({ Id, Role: ROLE, WorkerType: 'G.2X', MaxCapacity: 6, SessionType: 'LIVY' });
    expect(body.Session).toMatchObject({ IdleTimeout: 60, ExecutionTime: 10, DPUSeconds: 60 });
    expect(Object.keys(body.Session as object)).not.toContain('Tags');
  });

  it.for([
    [{ MaxCapacity: 2, WorkerType: 'G.1X' }, 'InvalidInputException'],
    [{ NumberOfWorkers: 0 }, 'InvalidInputException'],
    [{ SessionType: 'SPARK_CONNECT', GlueVersion: '4.0' }, 'InvalidInputException'],
    [{ Command: undefined }, 'InvalidInputException'],
  ] as const)('refuse %j', async ([members, code], { emulator }) => {
    const reply = await glue(emulator, 'CreateSession', { Id: 'x', Role: ROLE, Command: {}, ...members });
    expect([reply.status, reply.code]).toEqual([400, code]);
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it('keep their id until DeleteSession, and then all of them are in the truth', async () => {
    await using emulator = await onGlue({ deletionMs: 500 });
    const Id = await startGlue(emulator, { Id: 'twice', Tags: { run: '1' } });
    expect((await glue(emulator, 'DeleteSession', { Id })).code).toBe('IllegalSessionStateException');
    await glue(emulator, 'StopSession', { Id });
    emulator.advance(1_000);
    expect((await glue(emulator, 'CreateSession', { Id, Role: ROLE, Command: {} })).code).toBe(
      'AlreadyExistsException',
    );
    await glue(emulator, 'DeleteSession', { Id });
    expect(await stateOf(emulator, Id)).toBe('STOPPED');
    emulator.advance(500);
    expect((await glue(emulator, 'GetSession', { Id })).code).toBe('EntityNotFoundException');
    await startGlue(emulator, { Id });
    expect((await glue(emulator, 'GetTags', { ResourceArn: ARN + Id })).body).toEqual({ Tags: {} });
    expect(emulator.oracle.sessions().map(({ id, live }) => [id, live])).toEqual([
      ['twice', false],
      ['twice', true],
    ]);
  });

  it('are filtered by all of the given tags, also by those that were added later', async ({ emulator }) => {
    const red = await startGlue(emulator, { Tags: { team: 'red' } });
    await startGlue(emulator, { Tags: { team: 'blue' } });
    await glue(emulator, 'TagResource', { ResourceArn: ARN + red, TagsToAdd: { stage: 'test' } });
    const ids = async (Tags: object) => (await glue(emulator, 'ListSessions', { Tags })).body.Ids as string[];
    expect(await ids({ team: 'red', stage: 'test' })).toEqual([red]);
    expect(await ids({ team: 'blue', stage: 'test' })).toEqual([]);
    await glue(emulator, 'UntagResource', { ResourceArn: ARN + red, TagsToRemove: ['stage'] });
    expect(await ids({ stage: 'test' })).toEqual([]);
    expect(await ids({})).toHaveLength(2);
    expect((await glue(emulator, 'GetTags', { ResourceArn: ARN.replace('us-east-1', 'eu-west-1') + red })).code).toBe(
      'EntityNotFoundException',
    );
  });

  it('hide their arguments from the log: they may hold passwords', async ({ emulator }) => {
    await startGlue(emulator, { DefaultArguments: { '--conf': 'spark.password=secret' } });
    expect(JSON.stringify(emulator.log())).not.toContain('secret');
  });
});

describe("undocumented behaviour of Glue's sessions", () => {
  it.for([
    [{}, 'IllegalSessionStateException'],
    [{ stopEnded: 'ok' }, undefined],
  ] as const)('StopSession on an ended session: %j', async ([options, code]) => {
    await using emulator = await onGlue(options);
    const Id = await startGlue(emulator);
    await glue(emulator, 'StopSession', { Id });
    emulator.advance(1_000);
    expect((await glue(emulator, 'StopSession', { Id })).code).toBe(code);
    expect(await stateOf(emulator, Id)).toBe('STOPPED');
  });

  it('DeleteSession may end a live session', async () => {
    await using emulator = await onGlue({ deleteLive: 'ok' });
    const Id = await startGlue(emulator);
    expect((await glue(emulator, 'DeleteSession', { Id })).status).toBe(200);
    expect(emulator.oracle.sessions()).toMatchObject([{ state: 'VANISHED', live: false }]);
  });

  it.for([
    [{}, 2],
    [{ listsEnded: false }, 1],
  ] as const)('ListSessions with ended sessions: %j', async ([options, count]) => {
    await using emulator = await onGlue(options);
    const Id = await startGlue(emulator);
    await startGlue(emulator);
    await glue(emulator, 'StopSession', { Id });
    emulator.advance(1_000);
    expect((await glue(emulator, 'ListSessions')).body.Ids).toHaveLength(count);
  });

  it('the record of an ended session may be gone after a time', async () => {
    await using emulator = await onGlue({ retentionMs: 60_000 });
    const Id = await startGlue(emulator);
    await glue(emulator, 'StopSession', { Id });
    emulator.advance(61_000);
    expect((await glue(emulator, 'GetSession', { Id })).code).toBe('EntityNotFoundException');
  });
});

describe("Glue's statements on the wire", () => {
  const ready = async (options: GlueOptions = {}) => {
    const emulator = await onGlue(options);
    const SessionId = await startGlue(emulator);
    emulator.advance(1_000);
    const run = (Code = '1') => glue(emulator, 'RunStatement', { SessionId, Code });
    const get = async (Id: number) =>
      (await glue(emulator, 'GetStatement', { SessionId, Id })).body.Statement as { readonly State: string };
    return { emulator, SessionId, run, get, [Symbol.asyncDispose]: () => emulator.close() };
  };

  it('run one after the other, by script, and delay the idle timeout', async () => {
    await using stage = await ready({ idleTimeoutMinutes: 1, statementMs: 300_000 });
    const { emulator, run, get, SessionId } = stage;
    expect((await run()).body).toEqual({ Id: 1 });
    expect((await run()).code).toBe('SessionBusyException');
    emulator.advance(200_000);
    expect(await get(1)).toMatchObject({ State: 'RUNNING', Progress: 0, CompletedOn: 0 });
    emulator.advance(100_000);
    expect(await get(1)).toMatchObject({
      State: 'AVAILABLE',
      Output: { Data: { TextPlain: '' }, Status: 'AVAILABLE' },
    });
    expect(await stateOf(emulator, SessionId)).toBe('READY');
    emulator.advance(61_000);
    expect(await stateOf(emulator, SessionId)).toBe('TIMEOUT');
    expect((await glue(emulator, 'GetStatement', { SessionId, Id: 1 })).code).toBe('IllegalSessionStateException');
  });

  it.for(['ERROR', 'AVAILABLE'] as const)('fail by a fault, in the state %s', async (failedStatement) => {
    await using stage = await ready({ failedStatement });
    const { emulator, run, get } = stage;
    emulator.faults.add({ kind: 'calculation-fails', reason: 'ValueError: bad' });
    await run();
    emulator.advance(2_000);
    expect(await get(1)).toMatchObject({
      State: failedStatement,
      Output: { Status: 'ERROR', ErrorName: 'ValueError', ErrorValue: 'bad' },
    });
  });

  it('are cancelled, also before their turn, and the others run', async () => {
    await using stage = await ready({ runWhileBusy: 'queue' });
    const { emulator, run, get, SessionId } = stage;
    for (let at = 0; at < 3; at++) await run();
    await glue(emulator, 'CancelStatement', { SessionId, Id: 2 });
    emulator.advance(1_500);
    expect([(await get(1)).State, (await get(2)).State, (await get(3)).State]).toEqual([
      'AVAILABLE',
      'CANCELLED',
      'RUNNING',
    ]);
    emulator.advance(1_000);
    expect(emulator.oracle.calculations().map(({ state }) => state)).toEqual(['AVAILABLE', 'CANCELLED', 'AVAILABLE']);
  });

  it('end with their session', async () => {
    await using stage = await ready({ statementsOfEnded: 'ok' });
    const { emulator, run, get, SessionId } = stage;
    await run();
    await glue(emulator, 'StopSession', { Id: SessionId });
    expect(await get(1)).toMatchObject({ State: 'CANCELLED' });
  });
});
