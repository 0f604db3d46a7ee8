import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { client, sparkCloud } from './exec.ts';
import { PROGRAM, quoted, runOnTerminal } from './process.ts';

/** What ends `anysession exec`, with its exit code when the command does not catch it. */
const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
] as const;

/** How a session is caught: while its first call waits for it, or when the call has ended. */
const MOMENTS = [
  ['CREATING', 20_000],
  ['IDLE', 0],
] as const;

/** The processes that a process has started. */
function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

describe('anysession exec ends its session', { timeout: 120_000 }, () => {
  for (const [state, startupMs] of MOMENTS) {
    it.concurrent.for(SIGNALS)(
      `at a %s while it is ${state}, which ends the command`,
      async ([name, code], context) => {
        const service = await sparkCloud(context, { startupMs });
        const { child, ended } = service.exec([], client('call', 'wait'));
        await service.reach(state);
        child.kill(name);
        context.expect((await ended).code).toBe(code);
        await service.reach('TERMINATED');
      },
    );

    it.concurrent(`when its command is killed while it is ${state}`, async (context) => {
      const service = await sparkCloud(context, { startupMs });
      const { child, ended } = service.exec([], client('call', 'wait'));
      await service.reach(state);
      for (const pid of childrenOf(child.pid)) process.kill(pid, 'SIGKILL');
      context.expect((await ended).code).toBe(137);
      await service.reach('TERMINATED');
    });
  }

  it.concurrent.for(SIGNALS)(
    'when its command has handled a %s, with the exit code of the command',
    async ([name], context) => {
      const { expect } = context;
      const service = await sparkCloud(context);
      const { child, output, ended } = service.exec([], client(`trap:${name}:7`, 'call', 'say:ready', 'wait'));
      await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('ready');
      child.kill(name);
      const { code, stdout } = await ended;
      expect([code, stdout.match(/got SIG\w+/g)]).toEqual([7, [`got ${name}`]]);
      await service.reach('TERMINATED');
    },
  );

  it.concurrent.for([
    ['Ctrl-C', '\u0003', 'SIGINT'],
    ['Ctrl-\\', '\u001C', 'SIGQUIT'],
  ] as const)('at %s on its terminal, which reaches the command once', async ([, typed, name], context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const words = [...PROGRAM, 'exec', '--', ...client(`trap:${name}:7`, 'call', 'say:ready', 'wait')];
    const { child, output, ended } = runOnTerminal(80, words, {
      cwd: service.cwd,
      onTestFinished: context.onTestFinished,
    });
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('ready');
    // A second signal that comes at the same moment would not be seen: it must come later.
    const [pid = 0] = childrenOf(child.pid);
    process.kill(pid, 'SIGSTOP');
    child.stdin?.write(typed);
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain('got');
    process.kill(pid, 'SIGCONT');
    const { code, stdout } = await ended;
    expect([code, stdout.match(/got SIG\w+/g)]).toEqual([7, [`got ${name}`]]);
    await service.reach('TERMINATED');
  });

  it.concurrent.for([
    ['exec --eager -- true', 'starting a session'],
    ['shell', 'starting a session'],
  ] as const)(
    'at Ctrl-C while the service takes long to start it: %s says what it waits for',
    async ([words, shown], context) => {
      const { expect } = context;
      const service = await sparkCloud(context);
      service.emulator.faults.add({ kind: 'slow', operation: 'StartSession', delayMs: 6_000 });
      const where = { cwd: service.cwd, onTestFinished: context.onTestFinished };
      const { child, output, ended } = runOnTerminal(200, [...PROGRAM, ...words.split(' ')], where);
      await expect.poll(() => output.stdout, { timeout: 60_000 }).toContain(shown);
      await expect.poll(() => service.calls().join(), { timeout: 60_000 }).toContain('StartSession');
      const startedMs = performance.now();
      child.stdin?.write('\u0003');
      await expect
        .poll(() => output.stdout)
        .toContain('dev: ending the session on athena … Ctrl-C again exits at once');
      expect(performance.now() - startedMs).toBeLessThan(3_000);
      expect((await ended).code).toBe(130);
      await service.reach('TERMINATED');
    },
  );

  it.concurrent('not at a second Ctrl-C, which exits at once', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    service.emulator.faults.add({ kind: 'slow', operation: 'StartSession', delayMs: 60_000 });
    const where = { cwd: service.cwd, onTestFinished: context.onTestFinished };
    const { child, output, ended } = runOnTerminal(200, [...PROGRAM, 'exec', '--eager', '--', 'true'], where);
    await expect.poll(() => service.calls().join(), { timeout: 60_000 }).toContain('StartSession');
    child.stdin?.write('\u0003');
    await expect.poll(() => output.stdout).toContain('Ctrl-C again exits at once');
    // Within half a second two of them count as one.
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.stdin?.write('\u0003');
    expect((await ended).code).toBe(130);
  });

  it.concurrent.for([
    ['it', (words: readonly string[]) => words, ''],
    ['its shell', () => ['bash', '--norc', '-i'], 'typed'],
  ] as const)('when the terminal of %s hangs up', async ([, command, typed], context) => {
    const service = await sparkCloud(context);
    const words = [...PROGRAM, 'exec', '--', ...client('call', 'wait')];
    const where = { cwd: service.cwd, onTestFinished: context.onTestFinished };
    const { child, ended } = runOnTerminal(200, command(words), where);
    if (typed !== '') child.stdin?.write(`${quoted(words)}\n`);
    await service.reach('IDLE');
    child.stdin?.end();
    await ended;
    await service.reach('TERMINATED');
  });

  it.concurrent('at the next sweep, when it was killed itself', async (context) => {
    const { expect } = context;
    const service = await sparkCloud(context);
    const { child } = service.exec([], client('call', 'wait'));
    await service.reach('IDLE');
    const orphans = childrenOf(child.pid);
    child.kill('SIGKILL');
    // Its outputs stay open: the command has them too.
    await once(child, 'exit');
    expect(service.states()).toEqual(['IDLE']);
    expect(await service.run(['sweep'])).toMatchObject({ code: 0 });
    await service.reach('TERMINATED');
    for (const pid of orphans) process.kill(pid, 'SIGKILL');
  });
});
