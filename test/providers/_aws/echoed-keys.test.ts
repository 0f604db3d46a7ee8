import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SessionError } from '../../../src/contract/session-error.ts';
import { failureOf } from '../../failure-of.ts';
import { AWS_SERVICES, openService } from './aws-services.ts';
import { awsHome, serveIdentity, stsError } from './identity-server.ts';

const TOKEN = 'FwoGZXIvYXdzEJr//////////wEaDExAmPlE+tOkEn/0123456789==';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const KEYS = { accessKeyId: 'ASIAEXAMPLEEXAMPLE01', secretAccessKey: SECRET, sessionToken: TOKEN };

const CANONICAL = `POST\n/\n\nhost:athena.us-east-1.amazonaws.com\nx-amz-date:20261130T000000Z\nx-amz-security-token:${TOKEN}\n\nhost;x-amz-date`;

/** The ways in which a service repeats the token of a request. */
const ECHOES: readonly (readonly [string, string])[] = [
  ['a canonical request', `The Canonical String for this request should have been\n'${CANONICAL}'`],
  ['a canonical request in JSON', JSON.stringify({ canonical: CANONICAL })],
  ['a query', `GET /?X-Amz-Security-Token=${encodeURIComponent(TOKEN)}&X-Amz-Date=20261130T000000Z`],
  ['base64', `request ${Buffer.from(CANONICAL).toString('base64')}`],
  ['the bytes of S3', (Buffer.from(`token:${TOKEN}`).toString('hex').match(/../g) ?? []).join(' ')],
  ['the secret key', `signed with ${SECRET}`],
];

/** Everything that a log can take from an error. */
function textsOf(error: unknown): string {
  const seen: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const response = (at as { $response?: object }).$response;
    seen.push(at.message, at.stack ?? '', JSON.stringify(at), JSON.stringify(Object.entries(at)));
    seen.push(inspect(at, { showHidden: true, depth: 9 }), response === undefined ? '' : JSON.stringify(response));
  }
  return seen.join('\n');
}

const FORMS = [
  TOKEN,
  encodeURIComponent(TOKEN),
  SECRET,
  TOKEN.slice(0, 30),
  Buffer.from(TOKEN).toString('hex').slice(0, 40),
];

describe.each(AWS_SERVICES)('keys that %s repeats', (id) => {
  it.each(ECHOES)('in %s are in no message, stack, JSON or cause', async (_where, message) => {
    const { emulator, call } = await openService(id, { credentials: KEYS });
    emulator.faults.add({ kind: 'error', code: 'InvalidSignatureException', httpStatus: 403, message });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', native: { code: 'InvalidSignatureException' } });
    const texts = textsOf(error);
    for (const form of FORMS) expect(texts).not.toContain(form);
    expect(texts).toContain('…');
  });
});

describe('keys that are not known here', () => {
  it('are found by the name of their header in the answer of STS', async () => {
    const sts = await serveIdentity(() => stsError(403, 'SignatureDoesNotMatch', `should have been '${CANONICAL}'`));
    await awsHome(
      {
        config: '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = s\n',
        credentials: `[s]\naws_access_key_id = A\naws_secret_access_key = ${SECRET}\naws_session_token = ${TOKEN}\n`,
      },
      { AWS_ENDPOINT_URL_STS: sts.url },
    );
    const { call } = await openService('athena', { profile: 'r' });
    const error = await failureOf(call());
    expect(error.message).toMatch(/STS answered SignatureDoesNotMatch to AssumeRole/);
    expect(textsOf(error)).not.toContain(TOKEN.slice(0, 30));
  });

  it.each([
    `x-amz-security-token:${TOKEN}`,
    `"X-Amz-Security-Token": "${TOKEN}"`,
    `x-amz-security-token=${TOKEN}`,
    `x-aws-proxy-auth: ${TOKEN}`,
    `x-api-key: ${TOKEN}`,
  ])('%s is concealed in any error of ours', (text) => {
    const error = new SessionError('unauthenticated', `refused (${text})`, { operation: 'start' });
    expect(textsOf(error)).not.toContain(TOKEN);
    expect(error.message).toContain('…');
  });

  it.each(['x-amz-date:20261130T000000Z', 'x-amz-target: AmazonAthena.StartSession', 'fix-token: no header'])(
    '%s stays',
    (text) => {
      expect(new SessionError('unauthenticated', text, { operation: 'start' }).message).toContain(text);
    },
  );
});
