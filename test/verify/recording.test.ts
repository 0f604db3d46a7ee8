import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi, type TestContext } from 'vitest';
import { Placeholders } from '../../src/verify/recording/placeholders.ts';
import { readRecording, type Recording } from '../../src/verify/recording/recording-file.ts';
import { replay } from '../../src/verify/recording/replay.ts';
import { cli } from '../cli/cli-run.ts';
import { CLOUDS, cloud, type Cloud } from '../cli/clouds.ts';

// A verification waits most of its time.
vi.setConfig({ maxConcurrency: 12 });

/** A text of a session that could name something of the account. */
const PRIVATE = [
  ...['123456789012', 'AKIDTEST', 'salaries', 'board', 'verify_', 'verify-', 'anysession verify', 'emulated'],
  ...['role/spark', 'my-project', 'spark35-', 'secret-key', 'etl', '127.0.0.1', 'localhost', 'Signature'],
  ...['authorization', 'user/', '.emulator', 'example.com'],
];

/** Verifies an emulated cloud with a recording, where another owner works too. */
async function record(name: Cloud, context: TestContext) {
  const stage = await cloud(name, context, 50, { athena: { spark35DpuQuota: 100 } });
  await stage.run(['start', '--config', 'theirs.yaml', '--name', 'salaries of the board', '--key', 'secret-key']);
  const { code, stderr } = await stage.run(['verify', '--yes', '--only', 'starts,lists', '--record', 'kept']);
  if (code !== 0) throw new Error(stderr);
  const folder = join(stage.cwd, 'kept');
  return { ...stage, folder, recording: await readRecording(folder, 'kept') };
}

describe.concurrent.each(CLOUDS)('a recording of %s', (name) => {
  it('is read in the same way again, names nothing of the account, and fails when it is read differently', async (context) => {
    const { expect } = context;
    const { folder, recording, emulator, run, cwd } = await record(name, context);
    await emulator.close();
    const { code, stdout } = await run(['verify', '--replay', 'kept']);
    expect([code, stdout]).toEqual([0, `${recording.calls.length} calls were read again, with 0 differences\n`]);
    expect(recording.calls.length).toBeGreaterThan(30);
    expect(new Set(recording.calls.map(({ source, verb }) => `${source}.${verb}`))).toEqual(
      new Set([
        ...['provider.start', 'provider.describe', 'provider.listPage', 'provider.terminate', 'probe.start'],
        ...['probe.describe', 'probe.list', 'probe.terminate'],
        ...(name === 'dataproc' ? [] : ['probe.endpoint']),
        ...(name === 'athena' || name === 'glue' ? ['probe.listEnded'] : []),
        ...(name === 'glue' ? ['probe.startAlone'] : []),
      ]),
    );
    expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'recording.json']);
    const text = readFileSync(join(folder, 'recording.json'), 'utf8');
    const own = readFileSync(join(cwd, 'anysession.config.yaml'), 'utf8');
    const secrets = [
      ...emulator.oracle.sessions().flatMap(({ id, token = id, scope }) => [id, token, scope]),
      ...PRIVATE,
    ];
    if (name !== 'dataproc') expect(own).toContain('AKIDTEST');
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);

    // Today's code reads it differently.
    const at = recording.calls.findIndex(({ verb, source, read }) => {
      return verb === 'describe' && source === 'probe' && /"meaning":"(creating|ready)/.test(JSON.stringify(read));
    });
    const call = recording.calls[at];
    if (call === undefined) throw new Error('nothing was described');
    const with_ = (changed: Partial<typeof call>): Recording => ({
      ...recording,
      calls: recording.calls.map((each, index) => (index === at ? { ...each, ...changed } : each)),
    });
    const body = (call.exchanges[0]?.body ?? '').replace(
      /"(CREATING|CREATED|SUBMITTED|STARTING|IDLE|PROVISIONING|READY|ACTIVE)"/,
      name === 'glue' ? '"STOPPED"' : '"TERMINATED"',
    );
    const read = await replay(with_({ exchanges: call.exchanges.map((each) => ({ ...each, body })) }));
    expect(read).toMatchObject([
      { call: at + 1, verb: 'describe', what: expect.stringContaining('terminated, final') as string },
    ]);
    const fewer = await replay(with_({ exchanges: [] }));
    expect(fewer[0]).toMatchObject({
      call: at + 1,
      what: expect.stringContaining('the recording has nothing more') as string,
    });
    if (name === 'dataproc') {
      const broken = call.exchanges.map((each) => ({ ...each, body: '{"labels":7}' }));
      const [unreadable] = await replay(with_({ exchanges: broken }));
      expect(unreadable?.what).toMatch(
        /^the recorded answer to POST \/google.*GetSession projects\/.* is no message: /,
      );
    }
    const more = await replay(with_({ exchanges: [...call.exchanges, ...call.exchanges] }));
    expect(more).toMatchObject([{ call: at + 1, what: expect.stringMatching(/^it did not send /) as string }]);
  });
});

describe.concurrent('a recording of a service that fails', () => {
  const quota = { code: 'RESOURCE_EXHAUSTED', httpStatus: 429, message: "Insufficient 'CPUS' quota for salaries" };
  it.for([
    ['dataproc', 'CreateSession', quota],
    [
      'athena',
      'StartSession',
      { code: 'TooManyRequestsException', httpStatus: 400, message: 'Rate exceeded: salaries' },
    ],
  ] as const)(
    'of %s has its refusals, and they are read in the same way',
    async ([name, operation, refusal], context) => {
      const { expect } = context;
      const { emulator, run, cwd } = await cloud(name, context, 50);
      emulator.faults.add({ kind: 'throttle', retryAfterMs: 1_000, operation: 'ListSessions', times: 2 });
      emulator.faults.add({ kind: 'unknown-state', state: 'HIBERNATED', operation: 'GetSession', times: 2 });
      emulator.faults.add({ kind: 'html', operation: 'TerminateSession', times: 1 });
      emulator.faults.add({ kind: 'error', ...refusal, operation, skip: 1, times: 2 });
      await run(['verify', '--yes', '--only', 'starts', '--record', 'kept']);
      const { calls } = await readRecording(join(cwd, 'kept'), 'kept');
      const text = JSON.stringify(calls);
      expect(text).toContain(name === 'dataproc' ? '"failed":"quota-exceeded"' : '"failed":"rate-limited"');
      expect(text).toContain('"retry-after":"1"');
      expect(text).not.toContain('salaries');
      const replayed = await run(['verify', '--replay', 'kept']);
      expect(replayed).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+ calls were read again, with 0 differences\n$/) as string,
      });
    },
  );
});

describe('anysession verify --record', () => {
  it('refuses calls that it cannot record, and a folder that exists', async (context) => {
    const rest = await cloud('dataproc', context, 50, { more: ', transport: rest' });
    const unsupported = [
      [await rest.run(['verify', '--yes', '--record', 'kept']), 'the calls of dataproc over REST cannot be recorded'],
      [
        await cli(['verify', '--provider', 'local', '--yes', '--record', 'kept'], {}),
        'the calls of local cannot be recorded',
      ],
    ] as const;
    for (const [refused, why] of unsupported) {
      expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining(why) as string });
    }
    const athena = await cloud('athena', context, 50);
    writeFileSync(join(athena.cwd, 'kept'), '');
    const exists = await athena.run(['verify', '--yes', '--record', 'kept']);
    expect(exists).toMatchObject({ code: 5, stderr: expect.stringContaining('kept exists') as string });
    expect([...rest.calls(), ...athena.calls()]).toEqual([]);
  });

  it.each([
    ['', 'it is no JSON'],
    ['{}', 'has no version'],
    ['{"version":7}', 'has version 7; this anysession reads version 1'],
    ['{"version":1}', 'needs a provider, options and calls'],
    [
      '{"version":1,"provider":"athena","options":{},"calls":[{"source":"provider","verb":"close","exchanges":[]}]}',
      'call 1 is not complete',
    ],
    [
      '{"version":1,"provider":"athena","options":{},"calls":[{"source":"probe","verb":"list","exchanges":[{"status":200}]}]}',
      'call 1 is not complete',
    ],
    ['{"version":1,"provider":"athena","options":{},"calls":[]}', 'the options of the recording are not valid'],
    ['{"version":1,"provider":"healthomics","options":{},"calls":[]}', 'healthomics has no sessions'],
  ])('--replay refuses %s', async (text, message) => {
    const { configFolder } = await import('../config/config-folder.ts');
    const cwd = configFolder({ 'recording.json': text });
    const { code, stderr } = await cli(['verify', '--replay', '.'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message) as string]);
  });
});

describe('placeholders', () => {
  it('are the same for the same text, keep what says nothing of an account, and pass where the text did', () => {
    const hide = new Placeholders();
    const seen = hide.value({
      State: 'IDLE',
      SessionId: 'abc-1',
      Description: 'my name anysession:team:as-0123456789012345678901234567-0:60000',
      arn: 'arn:aws:athena:eu-west-1:123456789012:workgroup/spark',
      EndpointUrl: 'https://abc.athena.eu-west-1.amazonaws.com:443',
      tags: { 'cost center': 'research', type: 'salaries' },
      Tags: [{ Key: 'cost center', Value: 'research' }],
      ClusterId: 'j-2AXXXXXXGAPLF',
      again: ['abc-1', 7, true, null],
    });
    expect(seen).toEqual({
      State: 'IDLE',
      SessionId: 'n00001',
      Description: expect.stringMatching(/^n\d+ anysession:n\d+:t0+\d+:60000$/) as string,
      arn: expect.stringMatching(/^arn:aws:athena:eu-west-1:000000000000:role\/n\d+$/) as string,
      EndpointUrl: expect.stringMatching(/^https:\/\/n\d+\.invalid$/) as string,
      tags: { [hide.text('cost center')]: hide.text('research'), [hide.text('type')]: hide.text('salaries') },
      Tags: [{ Key: hide.text('cost center'), Value: hide.text('research') }],
      ClusterId: expect.stringMatching(/^j-n\d+$/) as string,
      again: ['n00001', 7, true, null],
    });
    expect(
      hide.value({
        name: 'projects/board/locations/europe-west3/sessions/salaries',
        project: 'board',
        session: 'salaries',
        serviceAccount: 'spark@board.iam.gserviceaccount.com',
        labels: { 'anysession-owner': 'etl', 'anysession-lifetime-ms': '60000', cost: 'research' },
        properties: { 'spark.app.name': 'salaries', 'spark.board': '7' },
        message: "Insufficient 'CPUS' quota for board",
      }),
    ).toEqual({
      name: `projects/${hide.text('board')}/locations/europe-west3/sessions/${hide.text('salaries')}`,
      project: expect.stringMatching(/^n\d{5}$/) as string,
      session: hide.text('salaries'),
      serviceAccount: expect.stringMatching(/^n\d{5}@invalid$/) as string,
      labels: {
        'anysession-owner': hide.text('etl'),
        'anysession-lifetime-ms': '60000',
        [hide.text('cost')]: hide.text('research'),
      },
      properties: { 'spark.app.name': hide.text('salaries'), [hide.text('spark.board')]: hide.text('7') },
      message: expect.stringMatching(/^n\d{5}: Insufficient 'CPUS' quota$/) as string,
    });
    expect(hide.value({ State: 'a "strange" state of our project' })).toEqual({
      State: expect.stringMatching(/^n\d+$/) as string,
    });
    expect(hide.path('/applications/00abc/sessions/abc-1/endpoint')).toMatch(
      /^\/applications\/n\d+\/sessions\/n00001\/endpoint$/,
    );
    expect(['<html>secret</html>', 'secret'].map((body) => hide.body(body))).toEqual(['<html></html>', '']);
  });
});
