import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import { createFromPlugin, unlimited } from '../athena/emulated-subject.ts';
import { parseDataprocOptions } from '../../../providers/dataproc/options.ts';

const place = { project: 'my-project', region: 'europe-west3' };

function endpointOf(endpoint: string | undefined): unknown {
  const parsed = parseDataprocOptions({ ...place, endpoint });
  return parsed.ok ? parsed.config.endpoint : parsed.problems;
}

describe('the options of dataproc', () => {
  it('fill in what nobody says', () => {
    expect(parseDataprocOptions(place)).toMatchObject({
      ok: true,
      config: { ...place, transport: 'grpc', sessionType: 'spark-connect', deleteRecord: false, template: undefined },
    });
  });

  it.each([
    [undefined, { host: 'europe-west3-dataproc.googleapis.com', port: 443, tls: true }],
    ['dataproc.googleapis.com', { host: 'dataproc.googleapis.com', port: 443, tls: true }],
    ['dataproc.example.com:8443', { host: 'dataproc.example.com', port: 8443, tls: true }],
    ['http://127.0.0.1:4321', { host: '127.0.0.1', port: 4321, tls: false }],
    ['http://localhost', { host: 'localhost', port: 80, tls: false }],
    ['https://private.example.com/', { host: 'private.example.com', port: 443, tls: true }],
  ])('read the address %j', (text, endpoint) => {
    expect(endpointOf(text)).toEqual(endpoint);
  });

  it('complete the name of a template, and take a full one as it is', () => {
    const templateOf = (template: string): unknown => {
      const parsed = parseDataprocOptions({ ...place, template });
      return parsed.ok && parsed.config.template;
    };
    const full = 'projects/other/locations/europe-west3/sessionTemplates/nightly';
    expect(templateOf(full)).toBe(full);
    expect(templateOf('nightly')).toBe('projects/my-project/locations/europe-west3/sessionTemplates/nightly');
  });

  it('tell all that is wrong at once, and no secret', () => {
    const parsed = parseDataprocOptions({
      project: 'My Project',
      transport: 'carrier-pigeon',
      credentials: { client_email: 'x', private_key: 7 },
      network: 'a',
      subnetwork: 'b',
      endpoint: 'ftp://x',
      colour: 'red',
    });
    expect(parsed.ok).toBe(false);
    const paths = parsed.ok ? [] : parsed.problems.map(({ path }) => path.join('.'));
    expect(paths.sort()).toEqual(
      ['endpoint', 'colour', 'credentials.private_key', 'network', 'project', 'region', 'transport'].sort(),
    );
  });

  it('says so when a source of tokens fails, in the words of the source', async () => {
    const provider = createFromPlugin(plugin, {
      ...place,
      transport: 'rest',
      endpoint: 'https://127.0.0.1:9',
      credentials: () => Promise.reject(new Error('the vault is closed')),
    });
    const handle = { v: 1, provider: 'dataproc', scope: provider.scope, id: 'some-session' } as const;
    await expect(provider.terminate(handle, unlimited())).rejects.toMatchObject({
      kind: 'unauthenticated',
      effect: 'none',
      message: expect.stringContaining('the vault is closed') as string,
    });
    await provider.close();
  });

  it.each(['grpc', 'rest'])(
    'without any credentials a call over %s fails clearly, and the process lives on',
    { timeout: 60_000 },
    (transport) => {
      const program = `
        import { plugin } from './providers/dataproc/plugin.ts';
        import { systemClock } from './src/session/system-ports.ts';
        const parsed = plugin.parseOptions({ project: 'my-project', region: 'europe-west3', transport: '${transport}' });
        const provider = plugin.create(parsed.config, { clock: systemClock });
        const handle = { v: 1, provider: 'dataproc', scope: provider.scope, id: 'some-session' };
        const call = { signal: new AbortController().signal, deadline: Infinity, attempt: 1 };
        for (let i = 0; i < 2; i++) await provider.describe(handle, call).catch((error) => console.log(error.message));
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log('alive');
      `;
      const { GOOGLE_APPLICATION_CREDENTIALS: _unwanted, ...env } = process.env;
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '--eval', program],
        { encoding: 'utf8', env: { ...env, HOME: '/nonexistent', METADATA_SERVER_DETECTION: 'none' } },
      );
      expect(stderr).toBe('');
      expect(stdout.match(/describe in my-project\/europe-west3/g)).toHaveLength(2);
      expect(stdout).toMatch(/alive\n$/);
    },
  );
});
