import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { print } from '../../src/cli/terminal.ts';

describe('print', () => {
  const terminal = (stdout: PassThrough, signal: AbortSignal) => ({
    stdin: Readable.from([]),
    stdout,
    stderr: new PassThrough(),
    env: {},
    cwd: '/',
    signal,
    load: <T>(code: () => Promise<T>) => code(),
    passSignals: () => () => {},
  });
  const state = (promise: Promise<void>) =>
    Promise.race([promise.then(() => 'done'), new Promise((resolve) => setImmediate(resolve, 'waits'))]);

  it('waits for a reader that is slower', async () => {
    const stdout = new PassThrough({ highWaterMark: 4 });
    const printing = print(terminal(stdout, new AbortController().signal), 'more than four');
    expect(await state(printing)).toBe('waits');
    stdout.read();
    await printing;
    expect(stdout.listenerCount('drain')).toBe(0);
  });

  it('waits no longer when nothing more is wanted, and then writes nothing', async () => {
    const stdout = new PassThrough({ highWaterMark: 4 });
    const controller = new AbortController();
    const target = terminal(stdout, controller.signal);
    const printing = print(target, 'more than four');
    expect(await state(printing)).toBe('waits');
    controller.abort();
    await printing;
    expect(stdout.listenerCount('drain')).toBe(0);
    await print(target, 'and more');
    expect(String(stdout.read())).toBe('more than four');
  });
});
