import { describe, it, type TestContext } from 'vitest';
import { cloud } from '../cli/clouds.ts';
import { PROGRAM, run } from '../cli/process.ts';
import { agent, agentOfProcess, idOf, processEnd, YES } from './agent.ts';
import { unended } from '../emulator/unended.ts';

const ALLOWED = ['--allow-start', '--max-spend', '10'];
const priced = { more: ', prices: { currency: EUR, dpuHour: 0.35 }' };

describe('a session that this server has not started', { timeout: 60_000 }, () => {
  it.concurrent('ends only when the user confirms it', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced);
    const id = await stage.start('--name', 'nightly report');
    const { call, questions } = await agent(context, { cwd: stage.cwd, answers: [{ action: 'decline' }, YES] });
    expect((await call('terminate_session', { session: id.slice(0, 10) })).text).toContain('The user declined');
    expect(unended(stage.emulator)).toEqual([id]);
    expect(questions[0]).toContain(`End session "${id}" ("nightly report", of owner "me", `);
    expect((await call('terminate_session', { session: id })).value).toMatchObject({ session: { id } });
    expect(unended(stage.emulator)).toEqual([]);
    // An ended one needs no question.
    expect((await call('terminate_session', { session: id })).isError).toBeUndefined();
    expect(questions).toHaveLength(2);
  });

  it.concurrent('is not ended for a client that cannot ask, whatever the server was started with', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced);
    const theirs = await stage.start('--config', 'theirs.yaml');
    const { call } = await agent(context, { cwd: stage.cwd, words: ALLOWED });
    const own = idOf(await call('start_session', { maxSpend: 1 }));
    const refused = await call('terminate_session', { session: theirs });
    expect(refused.value).toMatchObject({ error: { kind: 'unsupported' } });
    expect(refused.text).toContain(`Let the user end it: anysession terminate ${theirs}`);
    // Without a name it is its own session.
    expect((await call('terminate_session')).value).toMatchObject({ session: { id: own, startedByThisServer: true } });
    expect(unended(stage.emulator)).toEqual([theirs]);
  });
});

describe('a degraded session, which is billed until it is terminated', { timeout: 60_000 }, () => {
  it.concurrent('counts as living, keeps its limit reserved, and can be ended', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced);
    const { call } = await agent(context, { cwd: stage.cwd, words: ALLOWED });
    const id = idOf(await call('start_session', { maxSpend: 6 }));
    stage.emulator.faults.add({ kind: 'session-becomes', operation: 'GetSession', state: 'DEGRADED' });
    await expect
      .poll(async () => (await call('describe_session', { session: id })).text, { timeout: 15_000 })
      .toContain('DEGRADED');
    expect((await call('start_session', { maxSpend: 6 })).value).toMatchObject({ error: { kind: 'quota-exceeded' } });
    expect((await call('terminate_session')).value).toMatchObject({ session: { id } });
    expect(unended(stage.emulator)).toEqual([]);
  });
});

describe('the end of the server', { timeout: 60_000 }, () => {
  it.concurrent.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s ends its sessions', async (signal, context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced);
    const { call, pid } = await agentOfProcess(context, { cwd: stage.cwd, words: ALLOWED });
    idOf(await call('start_session', { maxSpend: 1 }));
    process.kill(pid, signal);
    await processEnd(pid);
    expect(unended(stage.emulator)).toEqual([]);
  });

  it.concurrent(
    'by the end of stdin ends a session that is being started, and cancels a running statement',
    async (context) => {
      const { expect } = context;
      const stage = await cloud('athena', context, 60_000, priced);
      const { call, end } = await agent(context, { cwd: stage.cwd, words: ALLOWED });
      idOf(await call('start_session', { maxSpend: 1 }));
      // The session is not ready for a minute.
      const waiting = call('run_sql', { sql: 'SELECT 1' }).catch((error: unknown) => error);
      await expect.poll(stage.calls).toContain('GetSession');
      const startedMs = performance.now();
      await end();
      expect(performance.now() - startedMs).toBeLessThan(20_000);
      await waiting;
      expect(unended(stage.emulator)).toEqual([]);
    },
  );

  it.concurrent('by SIGKILL leaves a session, which the next server of this host sweeps', async (context) => {
    const { expect } = context;
    const stage = await cloud('emr-serverless', context);
    const first = await agentOfProcess(context, { cwd: stage.cwd, answers: [YES] });
    const left = idOf(await first.call('start_session'));
    process.kill(first.pid, 'SIGKILL');
    await processEnd(first.pid);
    expect(unended(stage.emulator)).toEqual([left]);
    const { call } = await agent(context, { cwd: stage.cwd });
    await call('list_environments');
    await expect.poll(() => unended(stage.emulator), { timeout: 20_000 }).toEqual([]);
  });
});

describe('the tool sweep', { timeout: 60_000 }, () => {
  /** A session with a key whose process was killed: opening an environment spares it, a sweep ends it. */
  async function orphan(stage: Awaited<ReturnType<typeof cloud>>, context: TestContext): Promise<string> {
    const sql = run([...PROGRAM, 'sql', '--key', 'nightly', 'SELECT 1'], { cwd: stage.cwd, ...context });
    const { expect } = context;
    await expect.poll(() => stage.emulator.oracle.live().length, { timeout: 30_000 }).toBe(1);
    // The holder records the id after the answer.
    await new Promise((resolve) => setTimeout(resolve, 500));
    sql.child.kill('SIGKILL');
    await sql.ended;
    return stage.emulator.oracle.live()[0]?.id ?? '';
  }

  it.concurrent('plans first, asks with the list, and ends what was planned', async (context) => {
    const { expect } = context;
    const stage = await cloud('emr-serverless', context, 30_000);
    const id = await orphan(stage, context);
    const { call, questions } = await agent(context, { cwd: stage.cwd, answers: [{ action: 'decline' }, YES] });
    const planned = await call('sweep');
    expect(planned.value).toMatchObject({
      isDryRun: true,
      decisions: [{ session: id, outcome: 'would-terminate', code: 'dead-holder' }],
    });
    const { plan } = planned.value;
    expect((await call('sweep', { plan: '0123456789abcdef' })).value).toMatchObject({ error: { kind: 'conflict' } });
    expect(questions).toEqual([]);
    expect((await call('sweep', { plan })).text).toContain('The user declined');
    expect(unended(stage.emulator)).toEqual([id]);
    expect((await call('sweep', { plan })).value).toMatchObject({
      isDryRun: false,
      decisions: [{ session: id, outcome: 'terminated' }],
    });
    expect(questions[1]).toMatch(new RegExp(`^End 1 sessions in environment "dev"\\?\n"${id}": "its holder`));
    expect(unended(stage.emulator)).toEqual([]);
    expect((await call('sweep')).value).not.toHaveProperty('plan');
    expect((await call('sweep', { plan })).text).toContain('No session is left to end. Nothing was ended');
  });

  it.concurrent('plans for a client that cannot ask, and ends nothing', async (context) => {
    const { expect } = context;
    const stage = await cloud('emr-serverless', context, 30_000);
    const id = await orphan(stage, context);
    const { call } = await agent(context, { cwd: stage.cwd, words: ALLOWED });
    const { plan } = (await call('sweep')).value;
    expect((await call('sweep', { plan })).text).toContain('Let the user run it: anysession sweep');
    expect(unended(stage.emulator)).toEqual([id]);
  });
});
