import { describe, expect, it } from 'vitest';
import { cli } from './cli-run.ts';
import { cloud, CLOUDS } from './clouds.ts';

const parse = (text: string): unknown => JSON.parse(text);

describe('the verbs of a session', { timeout: 60_000 }, () => {
  it.concurrent.for(CLOUDS)(
    '%s: start leaves it running, list, describe and wait find it, terminate ends it',
    async (name, context) => {
      const { expect } = context;
      const { run, emulator } = await cloud(name, context);
      const started = await run(['start', '--name', 'nightly', '--key', 'k']);
      expect(started).toMatchObject({ code: 0, stderr: '' });
      expect(started.stdout).toMatch(/^\{"v":1,"provider":".*"\}\n$/);
      const { id } = parse(started.stdout) as { readonly id: string };

      // The key names the same session again.
      expect(await run(['start', '--key', 'k', '--json'])).toMatchObject({ code: 0 });
      expect(emulator.oracle.sessions()).toHaveLength(1);

      const waited = await run(['wait', 'key:k']);
      expect(waited).toEqual({ code: 0, stdout: 'ready\n', stderr: '' });
      const listed = parse((await run(['list', '--mine', '--json'])).stdout) as { handle: { id: string } }[];
      expect(listed.map(({ handle }) => handle.id)).toEqual([id]);

      const described = await run(['describe', id, '--json']);
      expect(parse(described.stdout)).toMatchObject({
        handle: { id },
        state: 'ready',
        details: { ownership: { owner: 'me' } },
      });
      const lines = (await run(['describe', started.stdout.trim()])).stdout;
      expect(lines).toMatch(new RegExp(`^session +${id}\\n`));
      expect(lines).toMatch(/^owner +me\n/m);

      const ended = await run(['terminate', id.slice(0, -1), '--wait']);
      expect(ended).toEqual({ code: 0, stdout: `${id} terminated\n`, stderr: '' });
      expect(emulator.oracle.live()).toEqual([]);
      // Its record went with it.
      expect(parse((await run(['sweep', '--dry-run', '--json'])).stdout)).toMatchObject([{ decisions: [] }]);
      // Ending what has ended succeeds.
      expect(await run(['terminate', id])).toMatchObject({ code: 0 });
    },
  );

  it.concurrent.for(CLOUDS)(
    '%s: sql says that it ends a session that was left running under its key',
    async (name, context) => {
      const { expect } = context;
      const { run, start, emulator } = await cloud(name, context);
      const id = await start('--key', 'k');
      const { stderr } = await run(['sql', '--key', 'k', 'SELECT 1']);
      if (name === 'dataproc') return;
      expect(stderr).toContain(`Session ${id} was left running under this key. It ends with this command; --keep`);
      expect(emulator.oracle.live()).toEqual([]);
    },
  );

  // The error of Athena and EMR on EC2 for a token that was used with other options is not documented, and reads like any other refusal.
  it.concurrent.for(['emr-serverless', 'glue', 'dataproc'] as const)(
    '%s: a key can be started anew with other options',
    async (name, context) => {
      const { expect } = context;
      const { run, start, emulator } = await cloud(name, context);
      const id = await start('--key', 'k', '--name', 'first');
      await run(['terminate', id, '--wait']);
      const again = await run(['start', '--key', 'k', '--name', 'second', '--restart']);
      expect(again).toMatchObject({ code: 0, stderr: '' });
      expect(emulator.oracle.live()).toHaveLength(1);
    },
  );

  it.concurrent.for(CLOUDS)(
    '%s: a whole id needs no list, a key one list, many words one list',
    async (name, context) => {
      const { expect } = context;
      const { run, start, calls } = await cloud(name, context);
      // Athena lists the states that it does not call active separately.
      const oneList = name === 'athena' ? 3 : 1;
      const id = await start('--key', 'a');
      await start('--key', 'b');
      calls();
      await run(['describe', id]);
      expect(calls().filter((operation) => operation.startsWith('List'))).toEqual([]);
      await run(['describe', 'key:b']);
      expect(calls().filter((operation) => operation.startsWith('List'))).toHaveLength(oneList);
      const ended = await run(['terminate', id, 'key:b', id.slice(0, -1)]);
      expect(ended.stderr).toBe('');
      expect(ended.stdout.trim().split('\n')).toHaveLength(2);
      expect(calls().filter((operation) => operation.startsWith('List'))).toHaveLength(oneList);
    },
  );

  it.concurrent('an ambiguous prefix lists the matches and ends nothing', async (context) => {
    const { expect } = context;
    const { run, start, emulator } = await cloud('dataproc', context);
    const ids = [await start('--name', 'first'), await start('--name', 'second')];
    for (const words of [
      ['terminate', 'as-'],
      ['describe', 'as-'],
      ['connect', 'as-'],
    ]) {
      const { code, stdout, stderr } = await run(words);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^\[invalid-request\] "as-" names 2 sessions\. Use a whole id:\n/);
      for (const id of ids) expect(stderr).toContain(`\n  ${id}  `);
    }
    expect(emulator.oracle.live()).toHaveLength(2);
  });

  it.concurrent('terminate ends what it can and reports the rest', async (context) => {
    const { expect } = context;
    const { run, start, emulator } = await cloud('dataproc', context);
    const [first, second] = [await start(), await start()];
    const { code, stdout, stderr } = await run(['terminate', first, 'key:unknown', second, 'none']);
    expect(code).toBe(4);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/No session in dataproc \(my-project-\d+\/us-central1\) has the key "unknown"/);
    expect(stderr.match(/^\[not-found\]/gm)).toHaveLength(2);
    expect(emulator.oracle.live()).toEqual([]);
  });

  it.concurrent('sessions of other owners are ended only with --yes', async (context) => {
    const { expect } = context;
    const { run, start, emulator } = await cloud('athena', context);
    const theirs = await start('--config', 'theirs.yaml');
    const mine = await start();
    const refused = await run(['terminate', theirs, mine]);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain(mine);
    expect(refused.stderr).toContain(`Session ${theirs} (of etl) belongs to another owner, and you are me`);
    expect(emulator.oracle.live().map(({ id }) => id)).toEqual([theirs]);
    // Neither does --mine find it.
    expect(await run(['terminate', '--mine'])).toMatchObject({ code: 0, stdout: '' });
    expect(await run(['terminate', theirs, '--yes', '--wait'])).toMatchObject({ code: 0 });
    expect(emulator.oracle.live()).toEqual([]);
  });

  it.concurrent.for([
    ['dataproc', 0],
    ['emr-serverless', 0],
    ['emr-ec2', 0],
    ['glue', 0],
    ['athena', 9],
  ] as const)('%s: --label finds sessions by label, or says that it cannot', async ([name, code], context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const id = await start('--label', 'team=etl', '--label', 'stage=dev');
    await start('--label', 'team=bi', '--label', 'stage=dev');
    const listed = await run(['list', '--json', '--label', 'team=etl', '--label', 'stage=dev']);
    expect(listed.code).toBe(code);
    if (code !== 0) {
      expect(listed.stderr).toContain('athena does not show the labels of its sessions. Use --mine');
      return;
    }
    expect((parse(listed.stdout) as { handle: { id: string } }[]).map(({ handle }) => handle.id)).toEqual([id]);
    expect(await run(['describe', '--label', 'team=etl'])).toMatchObject({ code: 0 });
    const several = await run(['describe', '--label', 'stage=dev']);
    expect(several.stderr).toContain('--label stage=dev names 2 sessions');
    expect(await run(['terminate', '--label', 'stage=dev', '--wait', '--json'])).toMatchObject({ code: 0 });
    expect(parse((await run(['list', '--json'])).stdout)).toEqual([]);
  });

  it.concurrent('open prints the dashboard link, and says where there is none', async (context) => {
    const { expect } = context;
    const athena = await cloud('athena', context);
    const id = await athena.start();
    const { code, stdout } = await athena.run(['open', id, '--print']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^https?:\/\/\S+\n$/)]);
    expect(parse((await athena.run(['open', id, '--json'])).stdout)).toMatchObject({
      url: expect.stringContaining(id) as string,
      expiresAtMs: expect.any(Number) as number,
    });
    const dataproc = await cloud('dataproc', context);
    const other = await dataproc.start();
    expect(await dataproc.run(['open', other])).toMatchObject({ code: 9, stdout: '' });
  });

  it.concurrent('describe gives the reason of a failed session', async (context) => {
    const { expect } = context;
    const { run, start, emulator } = await cloud('athena', context, 60_000);
    const id = await start();
    emulator.faults.add({
      kind: 'session-becomes',
      operation: 'GetSession',
      state: 'FAILED',
      reason: 'No capacity left.',
    });
    await run(['describe', id]);
    const { code, stdout } = await run(['describe', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^state +failed \(FAILED\)\nreason +No capacity left\.\n/m);
  });

  it.each([
    [['describe'], 'Name a session: an id, the beginning of one, key:NAME, a handle as JSON, --label or --mine.'],
    [['terminate'], 'Name the sessions to end: ids, key:NAME or handles as JSON; or --label or --mine.'],
    [['terminate', 'x', '--mine'], 'Name sessions by their ids or by --label and --mine, not both.'],
    [['terminate', ''], '"" names no session'],
    [['terminate', 'x', ' '], '" " names no session'],
    [['describe', 'key:'], '"key:" names no session'],
    [['describe', 'x', '--label', 'a=b'], 'Name the session by its id or by --label and --mine, not both.'],
    [['describe', '{"v":1}'], "the handle's provider must be a text that is not empty"],
    [['describe', '--label', 'a'], "option '--label <name=value>' argument 'a' is invalid. Expected NAME=VALUE."],
    [['wait', 'x', '--timeout', 'soon'], 'Expected a duration above 0, such as 90s, 10m or 1h.'],
    [['start'], 'A session of local stops when this command exits'],
    [['run', 'print(1)'], 'Sessions of local run no code blocks in this environment'],
    [
      ['sql', 'SELECT 1', '--session', 'x', '--keep'],
      '--session uses a session that exists, and --keep is for a new one: remove one of the two',
    ],
  ])('%j is refused', async (words, message) => {
    const { code, stdout, stderr } = await cli([...words, '--provider', 'local']);
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(message);
  });
});
