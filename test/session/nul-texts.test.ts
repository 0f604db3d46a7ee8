import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSessions } from '../../src/open-sessions.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Session } from '../../src/session/session.ts';
import type { Sessions } from '../../src/session/sessions.ts';
import { DEFAULTS, setUp } from '../batch/scene.ts';
import { failureOf } from '../failure-of.ts';
import { TEST_CREDENTIALS } from '../providers/athena/emulated-subject.ts';

describe('a NUL, at which C libraries end a text, is refused before anything is sent', () => {
  let emulator: Emulator;
  let sessions: Sessions;
  let session: Session;

  beforeAll(async () => {
    emulator = await startEmulator({ services: ['athena'] });
    const athena = { provider: 'athena', region: 'us-east-1', workgroup: 'pyspark3', engine: 'pyspark-v3' };
    const test = { ...athena, endpoint: emulator.urls.athena, credentials: TEST_CREDENTIALS };
    sessions = await openSessions({ config: { environments: { test } }, environment: 'test' });
    session = await sessions.start();
  });
  afterAll(async () => {
    await sessions.close();
    await emulator.close();
  });

  const deep: unknown[] = [];
  for (let at = 0, end = deep; at < 6000; at += 1) end.push((end = []));

  it.each<[string, () => unknown]>([
    ['the code of a calculation', () => session.calculate('x = 1 \0 print(2)')],
    ['the name of a calculation', () => session.calculate('1', { name: 'a\0b' })],
    ['the name of a session', () => sessions.start({ name: 'a\0b' })],
    ['a tag', () => sessions.start({ labels: { team: 'a\0b' } })],
    ['the name of a tag', () => sessions.start({ labels: { 'a\0b': 'x' } })],
    ['an option of the service', () => sessions.start({ native: { NotebookVersion: 'a\0b' } })],
    ['an id', () => sessions.attach({ v: 1, provider: 'athena', scope: session.handle.scope, id: 'a\0b' })],
    ['options nested 6,000 deep', () => sessions.start({ native: { Tags: deep as never } })],
  ])('in %s', async (_, act) => {
    const before = emulator.log().length;
    expect(await failureOf(act())).toMatchObject({
      kind: 'invalid-request',
      effect: 'none',
      message: expect.stringMatching(/NUL|nested more than 64/),
    });
    expect(emulator.log().length).toBe(before);
  });
});

describe('a NUL in SQL on DuckDB', () => {
  let sessions: Sessions;
  let session: Session;
  beforeAll(async () => {
    sessions = await openSessions({ config: { environments: { test: { provider: 'local' } } }, environment: 'test' });
    session = await sessions.start();
    await (await session.sql('CREATE TABLE t AS SELECT * FROM range(3) r(id)')).close();
  });
  afterAll(() => sessions.close());

  it.each<[string, string, object]>([
    ['a statement', 'DELETE FROM t \0 WHERE id = 1', {}],
    ['a parameter', 'DELETE FROM t WHERE id::text <> ?', { parameters: ['a\0b'] }],
    ['the name of a parameter', 'DELETE FROM t WHERE id <> $a', { parameters: { 'a\0b': 7 } }],
  ])('is refused in %s, and deletes nothing', async (_, text, options) => {
    expect(await failureOf(async () => session.sql(text, options))).toMatchObject({
      kind: 'invalid-request',
      message: expect.stringMatching(/NUL character \(U\+0000\) at position \d+/),
    });
    expect(await (await session.sql('SELECT count(*)::int AS n FROM t')).rows()).toEqual([{ n: 3 }]);
  });

  it('is data in bytes', async () => {
    const rows = await (await session.sql('SELECT ? AS b', { parameters: [Uint8Array.of(0)] })).rows();
    expect(rows).toEqual([{ b: Uint8Array.of(0) }]);
  });
});

it.each([
  ['a run id', {}, { id: 'a\0' }],
  ['a run parameter', {}, { id: 'a', parameters: { list: ['x\0'] } }],
  ['a run tag', {}, { id: 'a', tags: { t: 'x\0' } }],
  ['the defaults', { workflowVersion: 'x\0' }, { id: 'a' }],
  ['the name of a batch', { name: 'x\0' }, { id: 'a' }],
])('a NUL is refused in %s', async (_, defaults, run) => {
  const { batches, service } = setUp();
  const failure = await failureOf(batches.start({ defaults: { ...DEFAULTS, ...defaults }, runs: [run] }));
  expect(failure).toMatchObject({ kind: 'invalid-request', message: expect.stringMatching(/NUL character/) });
  expect(service.calls).toEqual([]);
});
