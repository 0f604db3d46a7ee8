import { describe, expect, it, vi } from 'vitest';
import type { CalculationObservation, CalculationRunner } from '../../src/contract/calculation-runner.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { finishedCalculation } from '../../src/session/finished-calculation.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { failureOf } from '../failure-of.ts';

const HANDLE = { v: 1, provider: 'athena', scope: 'here', id: 's-1' } as const;
const SEEN: CalculationObservation = {
  id: 'c-1',
  nativeState: 'COMPLETED',
  state: 'succeeded',
  observedAtMs: 0,
  output: { stdoutUri: 's3://b/out', resultUri: 's3://b/result' },
};
const MIB = new Uint8Array(1024 ** 2);

/** A calculation whose objects are these chunks, by address; `undefined` stands for a provider that reads none. */
function scene(objects: Readonly<Record<string, Iterable<Uint8Array> | AsyncIterable<Uint8Array>>> | undefined) {
  const read = vi.fn<NonNullable<CalculationRunner['read']>>(async (_handle, uri) => {
    const chunks = objects?.[uri];
    if (chunks === undefined) throw new SessionError('not-found', `${uri} is gone`, { operation: 'readCalculation' });
    return (async function* () {
      yield* chunks;
    })();
  });
  const runner = { ...(objects && { read }) } as unknown as CalculationRunner;
  return { done: finishedCalculation({ handle: HANDLE, runner, clock: systemClock }, SEEN), read };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('the output of a calculation that has succeeded', () => {
  it('joins the chunks of a text, also where one ends in the middle of a character', async () => {
    const whole = bytes('a€b');
    const { done, read } = scene({ 's3://b/out': [whole.subarray(0, 2), whole.subarray(2)] });
    expect(await done.text('stdout')).toBe('a€b');
    expect(read).toHaveBeenCalledWith(HANDLE, 's3://b/out', expect.anything());
  });

  it('is empty, without a call, where the service names no address', async () => {
    const { done, read } = scene({});
    expect(await done.text('stderr')).toBe('');
    expect(read).not.toHaveBeenCalled();
  });

  it('is read from the address of its part', async () => {
    const { done } = scene({ 's3://b/out': [bytes('out')], 's3://b/result': [bytes('42')] });
    expect(await done.text('result')).toBe('42');
    const chunks: Uint8Array[] = [];
    for await (const chunk of done.bytes('stdout')) chunks.push(chunk);
    expect(chunks).toEqual([bytes('out')]);
  });

  it('is no part of the JSON, and the observation stays as it was', () => {
    const { done } = scene({});
    expect(JSON.parse(JSON.stringify(done))).toEqual(SEEN);
    expect(Object.keys(done)).toEqual(Object.keys(SEEN));
  });

  it('has at most 64 MiB as a text, and any length as bytes', async () => {
    const object = (count: number) => Array.from({ length: count }, () => MIB);
    expect((await scene({ 's3://b/out': object(64) }).done.text('stdout')).length).toBe(64 * 1024 ** 2);
    const { done } = scene({ 's3://b/out': object(65) });
    const error = await failureOf(done.text('stdout'));
    expect(error).toMatchObject({
      kind: 'invalid-request',
      operation: 'calculate',
      provider: 'athena',
      handle: HANDLE,
    });
    expect(error.message).toBe(`stdout has more than 67108864 bytes; read it with bytes('stdout')`);
    let count = 0;
    for await (const _ of done.bytes('stdout')) count += 1;
    expect(count).toBe(65);
  });

  it('cannot be read where the provider reads none, and the error has the address', async () => {
    const error = await failureOf(scene(undefined).done.text('stdout'));
    expect(error).toMatchObject({ kind: 'unsupported', operation: 'calculate', provider: 'athena', handle: HANDLE });
    expect(error.message).toBe('athena cannot read the output of a calculation. Read s3://b/out with your own client.');
  });

  it('passes the error of the service', async () => {
    expect(await failureOf(scene({}).done.text('stdout'))).toMatchObject({ kind: 'not-found' });
  });

  it.each([
    ['an unknown part', (done: ReturnType<typeof scene>['done']) => done.text('output' as 'stdout'), 'part'],
    [
      'an unknown option',
      (done: ReturnType<typeof scene>['done']) => done.text('stdout', { wait: 1 } as object),
      'wait',
    ],
  ])('refuses %s', async (_what, read, name) => {
    const error = await failureOf(read(scene({ 's3://b/out': [] }).done));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'calculate' });
    expect(error.message).toContain(name);
  });

  it('an abort ends a read that is never answered, and closes the stream', async () => {
    let closed = false;
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          closed = true;
          return Promise.reject(new Error('already broken'));
        },
      }),
    };
    const read = () => Promise.resolve(silent);
    const runner = { read } as unknown as CalculationRunner;
    const done = finishedCalculation({ handle: HANDLE, runner, clock: systemClock }, SEEN);
    const controller = new AbortController();
    const reading = done.text('stdout', { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await failureOf(reading)).toMatchObject({ kind: 'aborted', operation: 'calculate' });
    expect(closed).toBe(true);
  });

  it('a reader that stops early closes the stream', async () => {
    let closed = false;
    const endless = (async function* () {
      try {
        for (;;) yield bytes('x');
      } finally {
        closed = true;
      }
    })();
    const { done } = scene({ 's3://b/out': endless });
    for await (const _ of done.bytes('stdout')) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(true);
  });
});
