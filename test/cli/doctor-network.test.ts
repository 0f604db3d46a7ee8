import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkNetwork, clockFinding } from '../../src/cli/doctor/check-network.ts';
import { serviceAddress } from '../../providers/_aws/service-address.ts';

async function listening(server: Pick<Server, 'listen' | 'address' | 'close'>, tls = false) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls };
}

const dated =
  (offsetMs: number): RequestListener =>
  (_request, response) => {
    response.sendDate = false;
    response.setHeader('date', new Date(Date.now() + offsetMs).toUTCString());
    response.end();
  };

describe('the network check of doctor', () => {
  it('shows the steps of the connection and compares the clocks', async () => {
    const [network, clock] = await checkNetwork(await listening(createHttp(dated(0))));
    expect(network).toMatchObject({ check: 'network', status: 'ok' });
    expect(network?.evidence).toMatch(/^127\.0\.0\.1:\d+: TCP \d+ ms$/);
    expect(clock).toMatchObject({ check: 'clock', status: 'ok' });
  });

  it('names a certificate that nobody here trusts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const words = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', words, { stdio: 'ignore' });
    const server = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, dated(0));
    const [finding, ...others] = await checkNetwork(await listening(server, true));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
    });
    expect(finding?.evidence).toMatch(/TCP \d+ ms, then (DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT)/);
  });

  it('reaches a server that speaks only HTTP/2, and says nothing of its clock', async () => {
    const findings = await checkNetwork(await listening(createHttp2()));
    expect(findings).toMatchObject([{ check: 'network', status: 'ok' }]);
  });

  it.each([
    ['a port that nobody listens on', { host: '127.0.0.1', port: 1, tls: false }, 'ECONNREFUSED', 'firewall'],
    ['a name that does not exist', { host: 'nowhere.invalid', port: 443, tls: true }, /ENOTFOUND|EAI_AGAIN/, 'region'],
  ])('explains %s', async (_what, target, code, fix) => {
    const [finding] = await checkNetwork(target);
    expect(finding).toMatchObject({ status: 'problem', fix: expect.stringContaining(fix) as unknown });
    expect(finding?.evidence).toMatch(code);
  });

  it('gives up on a server that never answers', async () => {
    const [finding] = await checkNetwork(await listening(createTcp(() => {})), 200);
    expect(finding).toMatchObject({ status: 'problem' });
    expect(finding?.evidence).toContain('no answer within 0.2 s');
  });

  it('checks the way to a proxy where one is used', async () => {
    const proxy = await listening(createHttp(dated(0)));
    vi.stubEnv('HTTPS_PROXY', `http://user:secret@127.0.0.1:${proxy.port}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const [finding, ...others] = await checkNetwork({ host: 'athena.example', port: 443, tls: true });
    expect(others).toEqual([]);
    expect(finding?.evidence).toMatch(/^proxy http:\/\/127\.0\.0\.1:\d+ for athena\.example:443: TCP/);
    expect(JSON.stringify(finding)).not.toContain('secret');
  });
});

describe('the clock check of doctor', () => {
  const nowMs = Date.UTC(2026, 10, 30);
  it.each([
    [0, 'ok', 'within 1 s'],
    [60_000, 'ok', 'within 61 s'],
    [-61_000, 'warning', '61 s behind'],
    [120_000, 'warning', '120 s ahead of'],
    [300_000, 'problem', '300 s ahead of'],
    [-3_600_000, 'problem', '3600 s behind'],
  ])('%d ms is %s', (skewMs, status, evidence) => {
    const finding = clockFinding(new Date(nowMs - skewMs).toUTCString(), nowMs);
    expect(finding).toMatchObject({ check: 'clock', status });
    expect(finding.evidence).toContain(evidence);
    expect(finding.fix === undefined).toBe(status === 'ok');
  });
});

describe('the address of an AWS service', () => {
  it.each([
    [{ region: 'eu-west-1', endpoint: undefined }, 'https://athena.eu-west-1.amazonaws.com:443'],
    [{ region: 'cn-north-1', endpoint: undefined }, 'https://athena.cn-north-1.amazonaws.com.cn:443'],
    [{ region: 'eu-west-1', endpoint: 'http://127.0.0.1:4566' }, 'http://127.0.0.1:4566'],
    [{ region: 'eu-west-1', endpoint: 'https://vpce.example' }, 'https://vpce.example:443'],
  ])('%j', (config, expected) => {
    const { host, port, tls } = serviceAddress(config, 'athena');
    expect(`${tls ? 'https' : 'http'}://${host}:${port}`).toBe(expected);
  });
});
