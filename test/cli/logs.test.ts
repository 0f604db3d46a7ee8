import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSessions } from '../../src/open-sessions.ts';
import { shellWord } from '../../src/provider-kit/shell-word.ts';
import { cloud } from './clouds.ts';

interface Place {
  readonly place: string;
  readonly command: string;
}

describe('anysession logs', { timeout: 60_000 }, () => {
  it('athena: names what the session was started with, and says how to get logs where there are none', async (context) => {
    const { run, start, cwd } = await cloud('athena', context);
    const plain = await start();
    const { code, stdout, stderr } = await run(['logs', plain]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(
      `athena writes no logs of session ${plain}. Set \`MonitoringConfiguration\` in the option \`native\` of a start, or on the workgroup.\n`,
    );
    const monitoring = {
      CloudWatchLoggingConfiguration: { Enabled: true, LogGroup: '/spark/dev', LogStreamNamePrefix: "it's mine" },
      S3LoggingConfiguration: { Enabled: true, LogLocation: 's3://logs/spark/' },
      ManagedLoggingConfiguration: { Enabled: false },
    };
    const sessions = await openSessions({ cwd, environment: 'dev' });
    const session = await sessions.start({ native: { MonitoringConfiguration: monitoring } });
    const places = JSON.parse((await run(['logs', session.handle.id, '--json'])).stdout) as Place[];
    expect(places).toEqual([
      {
        place: 'CloudWatch log group /spark/dev',
        command: `aws logs tail /spark/dev --log-stream-name-prefix 'it'\\''s mine' --region us-east-1`,
      },
      { place: 's3://logs/spark/', command: 'aws s3 ls --recursive s3://logs/spark/' },
    ]);
    await sessions.close();
  });

  it('reads the configuration once', async (context) => {
    const { emulator, run, start, calls, cwd } = await cloud('glue', context);
    const id = await start();
    calls();
    emulator.faults.add({ kind: 'slow', delayMs: 500, operation: 'GetSession' });
    const running = run(['logs', id]);
    await expect.poll(calls).toContain('GetSession');
    rmSync(join(cwd, 'anysession.config.yaml'));
    expect(await running).toMatchObject({ code: 0, stdout: expect.stringContaining('/aws-glue/sessions') as string });
  });

  it.for([
    ['emr-serverless', ['anysession open ID', 'aws emr-serverless get-application --application-id 00emulated1']],
    ['glue', ['anysession open ID', 'aws logs tail /aws-glue/sessions/error --log-stream-name-prefix ID']],
    ['dataproc', [`gcloud logging read 'resource.type="cloud_dataproc_session" AND resource.labels.session_id="ID"'`]],
  ] as const)('%s: names the places and commands', async ([name, commands], context) => {
    const { run, start } = await cloud(name, context);
    const id = await start('--key', 'k');
    const { stdout } = await run(['logs', 'key:k']);
    for (const command of commands) context.expect(stdout).toContain(command.replace('ID', id));
  });

  it('emr-ec2: names what the session was started with', async (context) => {
    const { run, start, cwd } = await cloud('emr-ec2', context);
    expect((await run(['logs', await start()])).stderr).toContain(
      'Set `MonitoringConfiguration` in the option `native`',
    );
    const sessions = await openSessions({ cwd, environment: 'dev' });
    const MonitoringConfiguration = {
      CloudWatchLoggingConfiguration: { Enabled: true, LogGroup: '/emr/dev' },
      S3LoggingConfiguration: { Enabled: true, LogUri: 's3://logs/emr/' },
      ManagedLoggingConfiguration: { Enabled: true },
    };
    const session = await sessions.start({ native: { MonitoringConfiguration } });
    expect(JSON.parse((await run(['logs', session.handle.id, '--json'])).stdout)).toEqual([
      { place: 'CloudWatch log group /emr/dev', command: 'aws logs tail /emr/dev --region us-east-1' },
      { place: 's3://logs/emr/', command: 'aws s3 ls --recursive s3://logs/emr/' },
      { place: 'the EMR console, on the page of the session' },
    ]);
    await sessions.close();
  });

  it('dataproc: describe has the page of the console', async (context) => {
    const { run, start } = await cloud('dataproc', context);
    const id = await start();
    expect((await run(['describe', id])).stdout).toMatch(
      new RegExp(
        `^console +https://console\\.cloud\\.google\\.com/dataproc/interactive/us-central1/${id}\\?project=my-`,
        'm',
      ),
    );
  });
});

describe('shellWord', () => {
  it.each([
    ['plain-1.2/x', 'plain-1.2/x'],
    ['', `''`],
    ['a b', `'a b'`],
    ['$(rm -rf x)', `'$(rm -rf x)'`],
    [`it's`, `'it'\\''s'`],
  ])('%j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});
