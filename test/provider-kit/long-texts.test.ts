import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { athena } from '../../providers/athena/index.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { openSessions } from '../../src/index.ts';
import { secretConcealer } from '../../src/provider-kit/secret-concealer.ts';
import { cpuMs } from '../cpu-time.ts';
import { failureOf } from '../failure-of.ts';

const MEGA = 1_000_000;
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Texts that are slow to search. */
const LONG = {
  backslashes: '\\'.repeat(4 * MEGA),
  'parameters of an address': `sc://${';a='.repeat(6 * MEGA)}`,
  addresses: '://a:'.repeat(MEGA),
  headers: `x-a${' '.repeat(1000)}`.repeat(4000),
  'one header': `x-a${' '.repeat(4 * MEGA)}`,
  escapes: '%25'.repeat(MEGA),
  'terminal commands': '\u001B]'.repeat(2 * MEGA),
  words: 'no such table '.repeat(MEGA / 4),
};

/** The processor time of a call, milliseconds. */
function timeOf(run: () => void): number {
  const startedMs = cpuMs();
  run();
  return cpuMs() - startedMs;
}

describe.each(Object.entries(LONG))('a message of megabytes: %s', (_, text) => {
  it('is cut before it is searched for secrets', () => {
    const conceal = secretConcealer([SECRET]);
    let shown = '';
    const ms = timeOf(() => {
      shown = new SessionError('unexpected', `it said: ${conceal(text)}; ask its owners`, { operation: 'start' })
        .message;
      shown += new SessionError('unexpected', text, { operation: 'start', advice: 'Ask its owners.' }).message;
    });
    expect(ms).toBeLessThan(500);
    expect(shown).toMatch(/^it said: .*…; ask its owners.*…\. Ask its owners\.$/s);
    expect(shown.length).toBeLessThan(30_000);
  });

  it('of Athena does not stop the event loop', async () => {
    const body = JSON.stringify({ __type: 'InvalidRequestException', Message: text });
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close().closeAllConnections();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'AKIAEXAMPLEEXAMPLE01', secretAccessKey: SECRET };
    const provider = athena({ region: 'us-east-1', workgroup: 'w', endpoint, credentials });
    await using sessions = await openSessions({ provider });
    const startedMs = cpuMs();
    const error = await failureOf(sessions.start());
    expect(cpuMs() - startedMs).toBeLessThan(2000);
    expect(error).toMatchObject({ kind: 'invalid-request', native: { code: 'InvalidRequestException' } });
    expect(error.message).toMatch(/Athena answered InvalidRequestException: .*…/s);
  });
});

describe('a cut through a secret', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['plain', SECRET],
    ['over lines', SECRET.replace(/.{12}/g, '$&\n')],
    ['in hex with spaces', (Buffer.from(SECRET).toString('hex').match(/../g) ?? []).join(' ')],
    ['in base64 over lines', Buffer.from(SECRET).toString('base64').replace(/.{12}/g, '$&\r\n')],
  ];

  it.each(forms)('shows nothing of it: %s', (_, form) => {
    const conceal = secretConcealer([SECRET]);
    for (let at = 7850; at <= 8000; at += 3) {
      const shown = conceal(`${'words '.repeat(2000).slice(0, at - 1)} ${form} ${'and more '.repeat(30)}`);
      expect(shown).not.toContain(form.slice(0, 24));
      expect(shown).toMatch(/^words words .*…$/s);
    }
  });

  it('in an error shows no part of the last word, and the error can be copied', () => {
    const error = new SessionError('unexpected', `${'words '.repeat(2666)}${SECRET}`, { operation: 'start' });
    expect(error.message).toMatch(/words …$/);
    expect(error.with({ provider: 'athena' }).message).toBe(error.message);
  });
});
