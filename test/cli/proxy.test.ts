import { createServer, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'vitest';
import { client, sparkCloud } from './exec.ts';
import { PROGRAM, run } from './process.ts';

const VERSION = 'spark 3.5.6-duckdb-responder\n';

/** An emulated Athena with a running `anysession proxy`; `call` runs a client of it to its end. */
async function proxied(context: TestContext, options: readonly string[] = [], startupMs = 0) {
  const { onTestFinished, expect } = context;
  const service = await sparkCloud(context, { startupMs });
  const { cwd } = service;
  const proxy = run([...PROGRAM, 'proxy', ...options], { cwd, onTestFinished, detached: true });
  await expect.poll(() => proxy.output.stdout, { timeout: 60_000 }).toMatch(/\n/);
  const [, url = ''] = /^export SPARK_REMOTE='(.*)'\n$/.exec(proxy.output.stdout) ?? [];
  const call = async (env: NodeJS.ProcessEnv = {}, ...actions: readonly string[]) => {
    const words = client(...(actions.length > 0 ? actions : ['call']));
    return (await run(words, { cwd, onTestFinished, env: { SPARK_REMOTE: url, ...env } }).ended).stdout;
  };
  return { ...service, proxy, url, call };
}

describe('anysession proxy', { timeout: 120_000 }, () => {
  it.concurrent('starts one session for all clients at the first call, and ends it at SIGTERM', async (context) => {
    const { expect } = context;
    const { call, states, proxy, url, reach } = await proxied(context);
    expect(url).toMatch(/^sc:\/\/127\.0\.0\.1:\d+\/;x-anysession-key=[\w-]{20,}$/);
    expect(states()).toEqual([]);
    const clients = ['a', 'b', 'c'].map((user) => call({ TEST_SPARK_USER: user }));
    expect(await Promise.all(clients)).toEqual([VERSION, VERSION, VERSION]);
    expect(states()).toEqual(['IDLE']);
    proxy.child.kill('SIGTERM');
    expect(await proxy.ended).toMatchObject({ code: 143, stderr: '' });
    await reach('TERMINATED');
  });

  it.concurrent.for([
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends its session at %s, also while it is created', async ([name, code], context) => {
    const { expect } = context;
    const { call, proxy, reach } = await proxied(context, [], 20_000);
    const calling = call();
    await reach('CREATING');
    proxy.child.kill(name);
    expect((await proxy.ended).code).toBe(code);
    expect(await calling).toMatch(/^error 1?\d /);
    await reach('TERMINATED');
  });

  it.concurrent.for([
    ['user', ['a1', 'a2', 'b3']],
    ['client', ['a1', 'a2', 'a1']],
  ] as const)('starts a session for each %s with --per', async ([per, clients], context) => {
    const { expect } = context;
    const { call, states, proxy, reach } = await proxied(context, ['--per', per, '--key', 'k']);
    for (const [user = '', session = ''] of clients) {
      expect(await call({ TEST_SPARK_USER: user, TEST_SPARK_SESSION: session.repeat(36) })).toBe(VERSION);
    }
    expect(states()).toEqual(['IDLE', 'IDLE']);
    proxy.child.kill('SIGTERM');
    await reach('TERMINATED', 'TERMINATED');
  });

  it.concurrent(
    'ends a session that has had no call for --linger, and starts another one at the next call',
    async (context) => {
      const { expect } = context;
      const { call, states, reach } = await proxied(context, ['--linger', '500ms']);
      expect(await call()).toBe(VERSION);
      await reach('TERMINATED');
      expect(await call()).toBe(VERSION);
      expect(states()).toContain('TERMINATED');
      await reach('TERMINATED', 'TERMINATED');
    },
  );

  it.concurrent('fails the calls of a session that has ended, with its reason', async (context) => {
    const { expect } = context;
    const { call, run: cli, emulator, states } = await proxied(context);
    expect(await call()).toBe(VERSION);
    const [session] = emulator.oracle.sessions();
    await cli(['terminate', session?.id ?? '', '--wait']);
    for (const _ of [1, 2])
      expect(await call()).toMatch(new RegExp(`^error 9 .*${session?.id}.* ended \\(TERMINATED\\)`));
    expect(states()).toEqual(['TERMINATED']);
  });

  it.concurrent('replaces it with --on-lost restart, and names both', async (context) => {
    const { expect } = context;
    const { call, run: cli, emulator, proxy } = await proxied(context, ['--on-lost', 'restart']);
    expect(await call()).toBe(VERSION);
    const [lost] = emulator.oracle.sessions();
    await cli(['terminate', lost?.id ?? '', '--wait']);
    // The call that finds it out fails: its client must know that its views are gone.
    expect(await call()).toMatch(/^error 9 /);
    expect(await call()).toBe(VERSION);
    const next = emulator.oracle.sessions().find(({ id }) => id !== lost?.id);
    expect(proxy.output.stderr).toMatch(
      new RegExp(`^warning: Session ${next?.id} replaces ${lost?.id}: temporary views and settings are gone`),
    );
  });

  it.concurrent('adopts the session of its key, and leaves it running with --keep', async (context) => {
    const { expect } = context;
    const { call, start, states, proxy } = await proxied(context, ['--key', 'k', '--keep']);
    await start('--key', 'k');
    expect(await call()).toBe(VERSION);
    proxy.child.kill('SIGTERM');
    const { code, stderr } = await proxy.ended;
    expect([code, stderr]).toEqual([143, expect.stringMatching(/^the session is kept: \{.*\}\n$/)]);
    expect(states()).toEqual(['IDLE']);
  });

  it.concurrent('refuses clients without its key, and starts nothing for them', async (context) => {
    const { expect } = context;
    const { call, states, url } = await proxied(context);
    for (const wrong of [url.replace(/;.*/, ''), `${url}x`]) {
      expect(await call({ SPARK_REMOTE: wrong })).toMatch(/^error 16 .*key of the proxy is missing or wrong/);
    }
    expect(states()).toEqual([]);
  });

  it.concurrent('prints its parts with --json', async (context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await sparkCloud(context);
    const { output, child, ended } = run([...PROGRAM, 'proxy', '--json'], { cwd, onTestFinished, detached: true });
    await expect.poll(() => output.stdout, { timeout: 60_000 }).toMatch(/\n/);
    const printed = JSON.parse(output.stdout) as Record<string, unknown>;
    expect(printed).toMatchObject({ host: '127.0.0.1', pid: child.pid });
    expect(printed['url']).toBe(
      `sc://127.0.0.1:${String(printed['port'])}/;x-anysession-key=${String(printed['key'])}`,
    );
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  it.concurrent('reports a port that is taken', async (context) => {
    const { expect, onTestFinished } = context;
    const { cwd } = await sparkCloud(context);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const ended = await run([...PROGRAM, 'proxy', '--port', String(port)], { cwd, onTestFinished }).ended;
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: .*EADDRINUSE`));
    expect(ended.stderr).toContain('→ Choose another `--port`.');
  });

  it.concurrent.for([
    [['--port', '0'], 'Expected a port'],
    [['--per', 'host'], 'Expected user or client.'],
    [['--on-lost', 'x'], 'Expected fail or restart.'],
    [['--keep', '--linger', '5m'], '--keep and --linger'],
    [['--session', 'x', '--per', 'user'], '--session and --per'],
    [['--session', 'x', '--on-lost', 'restart'], '--session and --on-lost'],
    [['--provider', 'local'], 'the engine duckdb is not Spark'],
  ] as const)('refuses %j', async ([options, message], context) => {
    const { expect } = context;
    const { run: cli, calls } = await sparkCloud(context);
    const { code, stderr } = await cli(['proxy', ...options]);
    expect([2, 9]).toContain(code);
    expect(stderr).toContain(message);
    expect(calls()).toEqual([]);
  });
});
