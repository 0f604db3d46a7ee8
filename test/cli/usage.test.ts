import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';
import { cloud, CLOUDS, type Cloud } from './clouds.ts';

const HOUR_MS = 3_600_000;

/** A session of the emulator's size costs 6 an hour. */
const PRICES: Readonly<Record<Cloud, string>> = {
  athena: 'dpuHour: 3',
  'emr-serverless': 'vcpuHour: 0.5, memoryGbHour: 0, storageGbHour: 0',
  'emr-ec2': 'sessionHour: 6',
  glue: 'dpuHour: 2',
  dataproc: 'dcuHour: 0.5, storageGbHour: 0',
};

/** Sessions of two owners after two hours. A third one has ended: lists of clouds have live sessions. */
async function setUp(name: Cloud, context: TestContext, prices: string | null = PRICES[name]) {
  const more = prices === null ? '' : `, prices: { currency: EUR, ${prices} }`;
  const opened = await cloud(name, context, 0, { clock: 'virtual', athena: { spark35DpuQuota: 100 }, more });
  const { start, emulator, run } = opened;
  const options = ['--idle-timeout', '8h'];
  const mine = await start('--label', 'team=etl', ...options);
  const ended = await start('--label', 'team=ml', ...options);
  const theirs = await start('--config', 'theirs.yaml', ...options);
  emulator.advance(HOUR_MS);
  await run(['terminate', ended]);
  emulator.advance(HOUR_MS);
  const usage = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(['usage', '--json', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as {
      readonly sessions: readonly { handle: { id: string }; owner: string; ageMs: number; cost: { amount: number } }[];
      readonly groups: readonly { name: string; sessions: number; live: number; costs: Record<string, number> }[];
      readonly total: { sessions: number; live: number; costs: Record<string, number>; unknown: number };
    };
  };
  return { ...opened, usage, mine, theirs };
}

describe.each(CLOUDS)('anysession usage on %s', (name) => {
  it('gives each session its age, usage and cost, and a total', async (context) => {
    const { usage, mine, theirs } = await setUp(name, context);
    const { sessions, total } = await usage();
    const costs = new Map(sessions.map(({ handle, cost }) => [handle.id, Math.round(cost.amount)]));
    expect(costs).toEqual(new Map([mine, theirs].map((id) => [id, 12])));
    expect(Math.round(total.costs['EUR'] ?? 0)).toBe(24);
    expect(total).toMatchObject({ sessions: 2, live: 2, unknown: 0 });
    const first = sessions.find(({ handle }) => handle.id === mine);
    expect(first).toMatchObject({ environment: 'dev', owner: 'me', state: 'ready', final: false });
    expect((first?.ageMs ?? 0) / HOUR_MS).toBeCloseTo(2, 1);
  });

  it('filters by owner, and adds up by owner and environment', async (context) => {
    const { usage, theirs } = await setUp(name, context);
    expect((await usage('--owner', 'etl')).sessions.map(({ handle }) => handle.id)).toEqual([theirs]);
    expect((await usage('--mine')).sessions.every(({ owner }) => owner === 'me')).toBe(true);
    const { groups } = await usage('--by', 'owner');
    expect(groups.map((group) => group.name).sort()).toEqual(['etl', 'me']);
    expect(groups.find((group) => group.name === 'etl')).toMatchObject({ sessions: 1, live: 1 });
    expect((await usage('--by', 'environment')).groups.map((group) => group.name)).toEqual(['dev']);
  });

  it('says why a cost is unknown, and never shows it as 0', async (context) => {
    const { run, usage } = await setUp(name, context, null);
    expect((await usage()).total).toMatchObject({ costs: {}, unknown: 2 });
    const { stdout, stderr } = await run(['usage'], { columns: 200 });
    expect(stdout).toMatch(/total .* unknown$/m);
    expect(stderr).toMatch(/The cost of \d sessions is unknown: the environment has no `prices`\./);
  });
});

describe('anysession usage', () => {
  const setUpDataproc = (context: TestContext) => setUp('dataproc', context);

  it('filters by label and adds up by label; what has none is its own group', async (context) => {
    const { usage, mine } = await setUpDataproc(context);
    expect((await usage('--label', 'team=etl')).sessions.map(({ handle }) => handle.id)).toEqual([mine]);
    const { groups } = await usage('--by', 'label:team');
    expect(groups.map((group) => group.name).sort()).toEqual(['(none)', 'etl']);
    expect((await usage('--by', 'label:__proto__')).groups.map((group) => group.name)).toEqual(['(none)']);
  });

  it.for([
    ['athena', ['(unknown)']],
    ['emr-serverless', ['(none)', 'etl']],
    ['emr-ec2', ['(none)', 'etl']],
    ['glue', ['(unknown)']],
  ] as const)(
    'adds up by label on %s in the groups %j: labels that are not shown are unknown',
    async ([name, expected], context) => {
      const { run, usage } = await setUp(name, context);
      const { groups } = await usage('--by', 'label:team');
      expect(groups.map((group) => group.name).sort()).toEqual(expected);
      const { stdout, stderr } = await run(['usage', '--by', 'label:team'], { columns: 200 });
      const isUnknown = expected.some((group) => group === '(unknown)');
      expect(/^\(unknown\) +2 /m.test(stdout)).toBe(isUnknown);
      expect(stderr.includes(`The labels of 2 sessions are unknown: ${name} did not show them.`)).toBe(isUnknown);
    },
  );

  it('describes sessions for their labels where lists have none', async (context) => {
    const { usage, mine } = await setUp('emr-serverless', context);
    expect((await usage('--label', 'team=etl')).sessions.map(({ handle }) => handle.id)).toEqual([mine]);
  });

  it('groups the sessions of one label by it where the service filters by labels that it does not show', async (context) => {
    const { usage, mine } = await setUp('glue', context);
    expect((await usage('--label', 'team=etl')).sessions.map(({ handle }) => handle.id)).toEqual([mine]);
    for (const [by, expected] of [
      ['label:team', ['etl']],
      ['label:stage', ['(unknown)']],
    ] as const) {
      const { groups } = await usage('--label', 'team=etl', '--by', by);
      expect(groups.map((group) => group.name)).toEqual(expected);
    }
  });

  it('refuses labels where nothing shows them', async (context) => {
    const { run } = await setUp('athena', context);
    const { code, stderr } = await run(['usage', '--label', 'team=etl']);
    expect(stderr).toContain('athena does not show the labels of its sessions');
    expect(code).not.toBe(0);
  });

  it('prints a table that fits 200 columns, rows below each other in 80, and whole cells in a pipe', async (context) => {
    const { run, mine } = await setUpDataproc(context);
    const wide = (await run(['usage'], { columns: 200 })).stdout.split('\n');
    expect(wide[0]).toMatch(/^session +state +owner +age +usage +basis +cost$/);
    expect(wide.find((line) => line.startsWith(mine))).toMatch(
      /ready +me +2h 0m +24\.\d\d DCU h, 2400\.\d\d GB h storage +estimated +12\.\d\d EUR$/,
    );
    expect(wide.at(-2)).toMatch(/^total .*48\.\d\d DCU h, .* estimated +24\.\d\d EUR$/);
    expect(Math.max(...wide.map((line) => line.length))).toBeLessThanOrEqual(200);
    const narrow = (await run(['usage'], { columns: 80 })).stdout;
    expect(narrow).toMatch(new RegExp(`session +${mine}\n`));
    expect(narrow).toMatch(/cost +12\.\d\d EUR\n/);
    const piped = (await run(['usage'])).stdout;
    expect(piped).toContain(mine);
    expect(piped).not.toContain('…');
    expect((await run(['usage', '--by', 'owner'], { columns: 80 })).stdout).toMatch(/^owner /);
  });

  it('prints CSV with numbers in their own columns', async (context) => {
    const { run, mine } = await setUpDataproc(context);
    const [header, ...rows] = (await run(['usage', '--csv'])).stdout.trimEnd().split('\r\n');
    expect(header).toBe(
      'environment,session,state,owner,ageSeconds,dpuHours,vcpuHours,memoryGbHours,dcuHours,storageGbHours,acceleratorHours,basis,cost,currency',
    );
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row.includes(mine))).toMatch(
      /^dev,as-.*,ready,me,720\d,,,,24\.?\d*,.*,,estimated,12\.?\d*,EUR$/,
    );
  });

  it('--all-environments reads each one, leaves out run batches, and reports what failed after the table', async (context) => {
    const { cwd, run, options } = await setUpDataproc(context);
    const file = `environments:
  here: { ${options} }
  genomics: { provider: healthomics, region: us-east-1, roleArn: "arn:aws:iam::123456789012:role/omics" }
  machine: { provider: local }
  broken: { ${options}, nonsense: true }
`;
    writeFileSync(join(cwd, 'all.yaml'), file);
    const { code, stdout, stderr } = await run(['usage', '--all-environments', '--config', 'all.yaml', '--json']);
    expect((JSON.parse(stdout) as { sessions: { environment: string }[] }).sessions.map((s) => s.environment)).toEqual([
      'here',
      'here',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('environments.broken.nonsense');
    expect(stderr).not.toContain('genomics');
  });

  it.each([
    [['--by', 'team'], 'Expected session, owner, environment or label:NAME.'],
    [['--json', '--csv'], '--json and --csv cannot both be given'],
    [['--csv', '--by', 'owner'], '--csv prints sessions; leave out --by'],
    [['--mine', '--owner', 'etl'], '--mine and --owner cannot both be given'],
    [['--all-environments', '--env', 'dev'], 'Use either --all-environments or one environment'],
  ])('refuses %j', async (args, message) => {
    const cwd = configFolder({ 'anysession.config.yaml': 'environments: { dev: { provider: local } }' });
    const { code, stdout, stderr } = await cli(['usage', ...args], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

describe('anysession sql --max-spend', () => {
  it('needs prices, an amount, and no existing session', async ({ onTestFinished }) => {
    const priced = 'prices: { currency: EUR, sessionHour: 1 }';
    const file = `environments: { dev: { provider: local }, priced: { provider: local, ${priced} } }`;
    const cwd = configFolder({ 'anysession.config.yaml': file }, onTestFinished);
    const sql = (...args: readonly string[]) => cli(['sql', 'SELECT 42 AS x', '--csv', ...args], { cwd });
    const unpriced = await sql('--env', 'dev', '--max-spend', '5');
    expect([unpriced.code, unpriced.stdout]).toEqual([2, '']);
    expect(unpriced.stderr).toContain("maxSpend cannot be enforced in environment 'dev'");
    expect(await sql('--env', 'priced', '--max-spend', '5')).toMatchObject({ code: 0, stdout: 'x\r\n42\r\n' });
    expect((await sql('--env', 'priced', '--max-spend', '5 EUR')).stderr).toContain('Expected an amount above 0');
    const kept = await sql('--env', 'priced', '--max-spend', '5', '--keep');
    expect(kept.stderr).toContain('--max-spend works only while this command runs');
    expect((await sql('--env', 'priced', '--max-spend', '5', '--session', 's')).stderr).toContain(
      '--max-spend is for a new one: remove one of the two',
    );
  });
});
