import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StatusLine } from '../../src/cli/status-line.ts';
import { cloud } from './clouds.ts';

describe('StatusLine', () => {
  afterEach(() => void vi.useRealTimers());

  const status = (isTTY: boolean, json = false) => {
    vi.useFakeTimers();
    let text = '';
    const collector = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const stderr = Object.assign(collector, { isTTY });
    const written = () => {
      const latest = text;
      text = '';
      return latest;
    };
    const terminal = {
      stdin: Readable.from([]),
      stdout: Object.assign(new PassThrough(), { columns: 40 }),
      stderr,
      env: {},
      cwd: '/',
      signal: new AbortController().signal,
      load: <T>(code: () => Promise<T>) => code(),
      passSignals: () => () => {},
    };
    return { line: new StatusLine(terminal, json), written };
  };

  it('replaces its line on a terminal, with the time, and removes it', () => {
    const { line, written } = status(true);
    line.show('the session is creating and this is a long line');
    vi.advanceTimersByTime(12_000);
    const lines = written().split('\r\u001B[K').slice(1);
    expect(lines).toHaveLength(13);
    expect(lines[0]).toBe('the session is creating and this is a …');
    expect(lines.at(-1)).toBe('the session is creating and this … 12 s');
    for (const each of lines) expect(each.length).toBeLessThan(40);
    line.end();
    expect(written()).toBe('\r\u001B[K');
    line.show('late');
    vi.advanceTimersByTime(5_000);
    expect(written()).toBe('');
  });

  it('writes nothing of short work where there is no terminal, and a line now and then of long work', () => {
    const { line, written } = status(false);
    line.show('the session is creating …');
    vi.advanceTimersByTime(14_000);
    expect(written()).toBe('');
    vi.advanceTimersByTime(18_000);
    expect(written()).toBe('the session is creating … 15 s\nthe session is creating … 30 s\n');
    line.clear();
    vi.advanceTimersByTime(60_000);
    expect(written()).toBe('');
  });

  it('writes JSON with --json', () => {
    const { line, written } = status(false, true);
    line.show('the session is creating …');
    vi.advanceTimersByTime(15_000);
    expect(written()).toBe('{"progress":"the session is creating … 15 s"}\n');
  });
});

describe('Ctrl-C during a wait', { timeout: 60_000 }, () => {
  it.concurrent.for([
    [['start', '--wait'], 'IDLE or CREATING', 1],
    [['start', '--wait', '--on-abort', 'terminate'], 'TERMINATED', 0],
    [['wait', 'key:k'], 'CREATING', 1],
    [['wait', 'key:k', '--on-abort', 'terminate'], 'TERMINATED', 0],
    [['sql', 'SELECT 1', '--keep'], 'CREATING', 1],
    [['sql', 'SELECT 1', '--keep', '--on-abort', 'terminate'], 'TERMINATED', 0],
    [['sql', 'SELECT 1'], 'TERMINATED', 0],
  ] as const)('%j: the session is %s afterwards', async ([words, , left], { expect, onTestFinished }) => {
    const { run, start, emulator } = await cloud('athena', { onTestFinished }, 60_000);
    const id = words[0] === 'wait' ? await start('--key', 'k') : undefined;
    const controller = new AbortController();
    const running = run(words, { signal: controller.signal });
    // The session is known to the command: it was started or looked up.
    const before = emulator.log().length;
    const sought = id === undefined ? 'StartSession' : 'GetSession';
    const known = () =>
      emulator
        .log()
        .slice(before)
        .some(({ operation }) => operation === sought);
    await expect.poll(known, { timeout: 30_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    controller.abort(new Error('stopped by SIGINT'));
    const { code, stdout, stderr } = await running;
    expect([code, stdout], stderr).toEqual([130, '']);
    await expect.poll(() => emulator.oracle.live(), { timeout: 30_000 }).toHaveLength(left);
    const [session] = emulator.oracle.sessions();
    if (left === 1) expect(stderr).toContain(session?.id);
    if (left === 1 && words[0] !== 'sql')
      expect(stderr).toContain(`End it with: anysession terminate ${session?.id ?? ''}\n`);
  });

  it.concurrent('--timeout ends a wait, and the error says what runs', async ({ expect, onTestFinished }) => {
    const { run, start, emulator } = await cloud('athena', { onTestFinished }, 60_000);
    const id = await start();
    const { code, stderr } = await run(['wait', id, '--timeout', '300ms']);
    expect(code).toBe(8);
    expect(stderr).toMatch(new RegExp(`→ Session ${id} keeps running\\. End it with: anysession terminate ${id}\\n$`));
    expect(emulator.oracle.live()).toHaveLength(1);
  });
});
