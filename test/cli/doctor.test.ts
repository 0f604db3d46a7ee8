import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diagnose } from '../../src/cli/doctor/diagnose.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Finding } from '../../src/contract/diagnosis.ts';
import type { Fault } from '../../src/emulator/fault.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

const KEYS = 'credentials: { accessKeyId: AKIDTEST, secretAccessKey: none-of-your-business }';

/** Runs doctor against emulated clouds; returns its findings, and the calls that it made. */
async function doctor(
  environment: string,
  {
    faults = [],
    change = (text: string) => text,
  }: { faults?: readonly Fault[]; change?: (text: string) => string } = {},
) {
  const emulator = await startEmulator({
    services: ['athena', 'emr-serverless', 'emr', 'glue', 'dataproc'],
    startupMs: 0,
    faults,
  });
  onTestFinished(() => emulator.close());
  const { urls } = emulator;
  const config = `
environments:
  athena: { provider: athena, region: us-east-1, workgroup: spark35, endpoint: "${urls.athena}", ${KEYS} }
  emr: { provider: emr-serverless, region: us-east-1, applicationId: 00emulated1, executionRoleArn: "arn:aws:iam::123456789012:role/r", endpoint: "${urls.emrServerless}", ${KEYS} }
  cluster: { provider: emr-ec2, region: us-east-1, clusterId: j-EMULATED1, endpoint: "${urls.emr}", ${KEYS} }
  glue: { provider: glue, region: us-east-1, roleArn: "arn:aws:iam::123456789012:role/r", endpoint: "${urls.glue}", ${KEYS} }
  dataproc: { provider: dataproc, project: emulated-1, region: us-central1, transport: rest, endpoint: "${urls.dataprocRest}" }
  local: { provider: local }
`;
  const cwd = configFolder({ 'anysession.config.yaml': change(config) }, onTestFinished);
  const run = await cli(['doctor', '--env', environment, '--json'], { cwd });
  const findings = run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finding);
  return { ...run, findings, operations: emulator.log().map(({ operation }) => operation) };
}

const problems = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ status }) => status === 'problem');

describe('anysession doctor', () => {
  it.each([
    ['athena', ['package', 'service', 'sessions', 'workgroup', 'permission']],
    ['emr', ['package', 'service', 'sessions', 'application', 'permission']],
    ['cluster', ['package', 'service', 'sessions', 'cluster', 'permission']],
    ['glue', ['package', 'service', 'sessions', 'permission']],
    ['dataproc', ['package', 'service', 'sessions', 'permission']],
    ['local', ['service', 'sessions']],
  ])('finds nothing wrong with %s, and starts nothing', async (environment, checks) => {
    const { code, stderr, findings, operations } = await doctor(environment);
    expect([code, stderr, problems(findings)]).toEqual([0, '', []]);
    expect(findings.map(({ check }) => check)).toEqual(expect.arrayContaining(['node', 'config', ...checks]));
    expect(operations.filter((name) => /^(?:Start|Create)/.test(name ?? ''))).toEqual([]);
  });

  it('names the permission that is missing, for each verb', async () => {
    const denied = ['ListSessions', 'GetSession', 'TerminateSession', 'GetSessionEndpoint'].map((operation) => ({
      operation,
      kind: 'error' as const,
      code: 'AccessDeniedException',
      httpStatus: 400,
      times: 50,
    }));
    const { code, findings } = await doctor('athena', { faults: denied });
    expect(code).toBe(2);
    expect(problems(findings).map(({ fix }) => fix)).toEqual([
      'Allow athena:ListSessions.',
      'Allow athena:GetSession.',
      'Allow athena:TerminateSession.',
      'Allow athena:GetSessionEndpoint.',
    ]);
  });

  it.each([
    ['a workgroup that does not exist', 'athena', (text: string) => text.replace('spark35', 'nowhere'), 'nowhere'],
    ['a workgroup that runs SQL', 'athena', (text: string) => text.replace('spark35', 'sql'), 'runs Athena engine'],
    [
      'an application that does not exist',
      'emr',
      (text: string) => text.replace('00emulated1', '00nowhere'),
      '00nowhere',
    ],
    ['a cluster that does not exist', 'cluster', (text: string) => text.replace('j-EMULATED1', 'j-NONE'), 'j-NONE'],
    ['a service that cannot be reached', 'athena', (text: string) => text.replaceAll(/:\d+"/g, ':1"'), 'ECONNREFUSED'],
    [
      'a configuration that is wrong',
      'emr',
      (text: string) => text.replace('applicationId', 'aplicationId'),
      'aplicationId',
    ],
    ['a provider that does not exist', 'emr', (text: string) => text.replace('emr-serverless', 'emrr'), 'emrr'],
  ])('finds %s', async (_what, environment, change, evidence) => {
    const { code, stdout, findings } = await doctor(environment, { change });
    expect(code).toBe(2);
    expect(
      problems(findings)
        .map((finding) => finding.evidence)
        .join('\n'),
    ).toContain(evidence);
    expect(stdout).not.toContain('none-of-your-business');
  });

  it('writes for people what was seen and what repairs it', async () => {
    const cwd = configFolder({
      'anysession.config.yaml': 'environments: { a: { provider: local }, b: { provider: local } }',
    });
    const { code, stdout, stderr } = await cli(['doctor'], { cwd, columns: 80 });
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^✓ node {8}Node\.js \d+\.\d+\.\d+, anysession \d+\.\d+\.\d+\n✗ config {6}anysession\.config\.yaml: no environment is selected/,
    );
    expect(stderr).toContain('doctor found a problem');
  });

  it('reads the configuration once', async () => {
    const cwd = configFolder({ 'anysession.config.yaml': 'environments: { a: { provider: local } }' }, onTestFinished);
    const terminal = { cwd, env: {}, signal: new AbortController().signal } as unknown as Terminal;
    const seen: string[] = [];
    for await (const { check, status } of diagnose({
      terminal,
      config: undefined,
      environment: undefined,
      json: false,
    })) {
      seen.push(`${check} ${status}`);
      if (check === 'config') rmSync(join(cwd, 'anysession.config.yaml'));
    }
    expect(seen).toContain('service ok');
  });

  it('without a config file checks the embedded engine, and says so', async () => {
    const { code, findings } = await (async () => {
      const run = await cli(['doctor', '--json'], { cwd: configFolder({}) });
      return {
        ...run,
        findings: run.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Finding),
      };
    })();
    expect(code).toBe(0);
    expect(findings).toContainEqual({
      check: 'config',
      status: 'warning',
      evidence: 'no config file: the embedded engine is used (provider local)',
      fix: 'anysession config init',
    });
  });

  it('checks the provider of --provider, whatever the config file says', async () => {
    const emulator = await startEmulator({ services: ['athena'] });
    onTestFinished(() => emulator.close());
    const cwd = configFolder({ 'anysession.config.yaml': 'environments: { a: { provider: local } }' });
    const set = { workgroup: 'nowhere', region: 'us-east-1', endpoint: emulator.urls.athena };
    const words = Object.entries({
      ...set,
      'credentials.accessKeyId': 'AKIDTEST',
      'credentials.secretAccessKey': 'none',
    });
    const args = words.flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const { code, stdout } = await cli(['doctor', '--provider', 'athena', ...args], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain('✓ config      from the command line (athena)');
    expect(stdout).toContain('nowhere');
    expect((await cli(['doctor', '--provider', 'foo'], { cwd })).stdout).toContain('✗ config');
  });

  it('says that it does not check run batches', async () => {
    const cwd = configFolder({
      'anysession.config.yaml': 'environments: { a: { provider: healthomics, region: us-east-1 } }',
    });
    expect((await cli(['doctor'], { cwd })).stdout).toContain('? service     doctor does not check run batches');
  });
});
