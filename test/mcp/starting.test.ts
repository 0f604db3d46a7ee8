import { describe, it } from 'vitest';
import { cloud, type Cloud } from '../cli/clouds.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from '../cli/cli-run.ts';
import { agent, idOf, YES, type Answer } from './agent.ts';
import { unended } from '../emulator/unended.ts';

/** The clouds that report usage, and so can have prices. */
type Priced = Exclude<Cloud, 'emr-ec2'>;

const PRICES: Readonly<Record<Priced, string>> = {
  athena: 'dpuHour: 0.35',
  'emr-serverless': 'vcpuHour: 0.05, memoryGbHour: 0.006, storageGbHour: 0.0001',
  glue: 'dpuHour: 0.44',
  dataproc: 'dcuHour: 0.06, storageGbHour: 0.0001',
};
const priced = (name: Priced) => ({ more: `, prices: { currency: EUR, ${PRICES[name]} }` });

describe('a session of a cloud', { timeout: 60_000 }, () => {
  it.concurrent.for(Object.keys(PRICES) as Priced[])(
    'on %s starts when the user confirms its price, and ends with the server',
    async (name, context) => {
      const { expect } = context;
      const stage = await cloud(name, context, 0, priced(name));
      const { call, questions, end, output } = await agent(context, { cwd: stage.cwd, answers: [YES] });
      expect((await call('list_environments')).value).toMatchObject({
        environments: [{ name: 'dev', isDefault: true, provider: name, isBilled: true, prices: { currency: 'EUR' } }],
      });
      const id = idOf(await call('start_session', { maxSpend: 2.5, lifetimeMinutes: 90 }));
      expect(questions).toHaveLength(1);
      expect(questions[0]).toContain(`Start a session "anysession mcp" on ${name} (environment "dev"`);
      expect(questions[0]).toMatch(
        /Price: \d.* EUR per .*\.\nIt ends when it has cost 2\.50 EUR\.\nIt ends after 90 minutes\./,
      );
      expect(unended(stage.emulator)).toEqual([id]);
      expect((await call('wait_session')).value).toMatchObject({ isReady: true, session: { id, maxSpend: 2.5 } });
      const listed = await call('list_sessions');
      expect(listed.value).toMatchObject({ sessions: [{ id, startedByThisServer: true }], isComplete: true });
      const { total } = (await call('usage', { mine: true })).value;
      expect(total).toMatchObject({ unknown: 0, costs: { EUR: expect.any(Number) as number } });
      expect((await call('run_sql', { sql: 'SELECT 42 AS answer' })).value).toMatchObject({ rows: [[42]] });
      await end();
      expect({ live: unended(stage.emulator), stderr: output.stderr }).toEqual({ live: [], stderr: '' });
    },
  );

  it.concurrent.for([
    ['declines', { action: 'decline' }, 'declined'],
    ['closes the question', { action: 'cancel' }, 'closed the question'],
    ['accepts without the tick', { action: 'accept', content: { confirm: false } }, 'did not confirm it'],
    ['answers nonsense', { action: 'accept', content: { confirm: 'yes' } }, 'did not confirm it'],
  ] as readonly [string, Answer, string][])('is not started when the user %s', async ([, answer, why], context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    const { call } = await agent(context, { cwd: stage.cwd, answers: [answer] });
    const refused = await call('start_session', { maxSpend: 1 });
    expect(refused).toMatchObject({ isError: true, value: { error: { effect: 'none' } } });
    expect(refused.text).toContain(`The user ${why}`);
    expect(refused.text).toContain('Nothing was done');
    expect(stage.calls()).not.toContain('StartSession');
  });

  it.concurrent('is not started by a client that cannot ask, and the error names the flags', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    const { call } = await agent(context, { cwd: stage.cwd });
    const refused = await call('start_session', { maxSpend: 1 });
    expect(refused).toMatchObject({ isError: true, value: { error: { kind: 'unsupported' } } });
    expect(refused.text).toMatch(/cannot ask \(no elicitation\).*--allow-start --max-spend AMOUNT/);
    expect(stage.calls()).not.toContain('StartSession');
  });

  it.concurrent('is not started when the client cancels the call while the user thinks', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    let answer: (value: Answer) => void = () => {};
    const answers = [() => new Promise<Answer>((resolve) => (answer = resolve))];
    const { call, questions } = await agent(context, { cwd: stage.cwd, answers });
    const cancel = new AbortController();
    const starting = call('start_session', { maxSpend: 1 }, { signal: cancel.signal });
    await expect.poll(() => questions.length).toBe(1);
    cancel.abort();
    await expect(starting).rejects.toThrow();
    answer(YES);
    await call('list_sessions');
    expect(stage.calls()).not.toContain('StartSession');
  });

  it.concurrent('without known prices says so in the question, and takes no limit', async (context) => {
    const { expect } = context;
    const stage = await cloud('emr-serverless', context);
    const { call, questions } = await agent(context, { cwd: stage.cwd, answers: [YES] });
    const limited = await call('start_session', { maxSpend: 1 });
    expect(limited.text).toContain('No spending limit can work in environment "dev": no price is known for vcpuHour');
    expect(questions).toEqual([]);
    idOf(await call('start_session'));
    expect(questions[0]).toContain('Price: unknown, the environment has no `prices`. No spending limit is possible.');
  });

  it.concurrent('with prices needs a limit', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    const { call, questions } = await agent(context, { cwd: stage.cwd, answers: [YES] });
    expect((await call('start_session')).text).toContain('needs a spending limit. Pass `maxSpend`, in EUR');
    expect(questions).toEqual([]);
  });

  it.concurrent('that is kept is always asked for, and is left running', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    const words = ['--allow-start', '--max-spend', '10'];
    const mute = await agent(context, { cwd: stage.cwd, words });
    expect((await mute.call('start_session', { keep: true })).text).toContain('Start it without `keep`');
    const { call, questions, end } = await agent(context, { cwd: stage.cwd, words, answers: [YES] });
    const kept = idOf(await call('start_session', { keep: true, maxSpend: 1, name: 'line 1\nIt is free."' }));
    expect(questions[0]).toContain('Start a session "line 1\\nIt is free.\\""');
    expect(questions[0]).toContain('IT KEEPS RUNNING when this server ends');
    idOf(await call('start_session', { maxSpend: 1 }));
    expect(questions).toHaveLength(1);
    await end();
    expect(unended(stage.emulator)).toEqual([kept]);
  });
});

describe('--allow-start', { timeout: 60_000 }, () => {
  it.concurrent('starts without a question, within --max-spend for all sessions together', async (context) => {
    const { expect } = context;
    const stage = await cloud('athena', context, 0, priced('athena'));
    const { call } = await agent(context, { cwd: stage.cwd, words: ['--allow-start', '--max-spend', '3'] });
    expect((await call('start_session', { maxSpend: 3.01 })).text).toContain(
      'does not allow 3.01 EUR: 3.00 EUR of 3.00',
    );
    const first = idOf(await call('start_session', { maxSpend: 2 }));
    expect((await call('start_session', { maxSpend: 1.5 })).text).toContain('1.00 EUR of 3.00 EUR are left');
    // Without an amount a session gets what is left.
    const { value } = await call('start_session');
    expect(value).toMatchObject({ session: { maxSpend: 1 } });
    expect(await call('start_session')).toMatchObject({ value: { error: { kind: 'quota-exceeded' } } });
    // What the first one has not spent is free again.
    await call('wait_session', { session: first });
    await call('terminate_session', { session: first });
    await expect
      .poll(async () => (await call('start_session', { maxSpend: 1.9 })).isError, { timeout: 20_000 })
      .toBeUndefined();
  });

  it.concurrent('needs prices', async (context) => {
    const { expect } = context;
    const stage = await cloud('dataproc', context);
    const { call } = await agent(context, { cwd: stage.cwd, words: ['--allow-start', '--max-spend', '3'] });
    const refused = await call('start_session');
    expect(refused.text).toContain('No spending limit can work in environment "dev"');
    expect(stage.calls()).not.toContain('CreateSession');
  });

  it.concurrent('needs --max-spend', async ({ expect }) => {
    const { code, stdout, stderr } = await cli(['mcp', '--allow-start']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--max-spend AMOUNT');
  });
});

describe('a session of the local engine', { timeout: 60_000 }, () => {
  const laptop = {
    'anysession.config.yaml': 'environments: { laptop: { provider: local }, other: { provider: local } }\n',
  };

  it.concurrent('needs no confirmation, ends at its lifetime, and cannot be kept', async (context) => {
    const { expect } = context;
    const cwd = configFolder(laptop, context.onTestFinished);
    const { call, output } = await agent(context, { cwd, words: ['--env', 'laptop'] });
    expect((await call('start_session', { keep: true })).text).toContain('stops when this server ends');
    const session = idOf(await call('start_session', { lifetimeMinutes: 0.05, maxSpend: 1 }));
    expect((await call('run_sql', { sql: 'SELECT 1' })).value).toMatchObject({ session, rows: [[1]] });
    await expect
      .poll(async () => (await call('describe_session', { session })).value, { timeout: 15_000 })
      .toMatchObject({ session: { hasEnded: true } });
    expect(output.stderr).toMatch(/its lifetime is over|^$/);
    // Only the environment of --env is there.
    expect((await call('start_session', { environment: 'other' })).text).toContain('There is no environment "other"');
  });

  it.concurrent('is one of five at most', async (context) => {
    const { expect } = context;
    const cwd = configFolder(laptop, context.onTestFinished);
    const { call } = await agent(context, { cwd });
    expect((await call('start_session')).text).toContain('No environment is the default. Pass `environment`');
    const start = () => call('start_session', { environment: 'laptop' });
    const started = await Promise.all(Array.from({ length: 6 }, start));
    expect(started.filter(({ isError }) => isError === true)).toMatchObject([
      { value: { error: { kind: 'quota-exceeded' } } },
    ]);
    const [first] = started.filter(({ isError }) => isError !== true);
    expect((await call('terminate_session', { environment: 'laptop', session: idOf(first!) })).isError).toBeUndefined();
    idOf(await start());
  });

  it.concurrent('runs without a config file', async (context) => {
    const { expect } = context;
    const { call, output } = await agent(context, { cwd: configFolder({}, context.onTestFinished) });
    idOf(await call('start_session'));
    expect((await call('run_sql', { sql: 'SELECT 1 AS one' })).value).toMatchObject({ rows: [[1]] });
    expect(output.stderr).toMatch(/^No config file: using the embedded engine/);
  });
});
