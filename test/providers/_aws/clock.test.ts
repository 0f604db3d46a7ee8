import { describe, expect, it } from 'vitest';
import { failureOf } from '../../failure-of.ts';
import { TEST_CREDENTIALS } from '../athena/emulated-subject.ts';
import { AWS_SERVICES, openService } from './aws-services.ts';
import { awsHome, assumedRole, serveIdentity, stsError } from './identity-server.ts';

const MINUTE_MS = 60_000;
const EVER = 1e9;

describe.each(AWS_SERVICES)('a clock that is off, on %s', (id) => {
  it.each([-20, 20, 300])('is corrected by the answer and the call repeated once (%i min)', async (minutes) => {
    const { emulator, call, asked } = await openService(id, { credentials: TEST_CREDENTIALS });
    emulator.faults.add({ kind: 'clock-skew', byMs: minutes * MINUTE_MS, times: EVER });
    await call();
    expect(asked()).toBe(2);
    await call();
    expect(asked()).toBe(3);
  });

  it('is named with its offset when the second attempt is refused too', async () => {
    const { emulator, call, asked } = await openService(id, { credentials: TEST_CREDENTIALS });
    // The service dates its answers 20 minutes ahead, and then refuses what is signed for that time.
    emulator.faults.add({ kind: 'clock-skew', byMs: 20 * MINUTE_MS, times: EVER });
    const code = id === 's3' ? 'RequestTimeTooSkewed' : 'InvalidSignatureException';
    emulator.faults.add({
      kind: 'error',
      code,
      httpStatus: 403,
      message: 'Signature expired: 1 is earlier than 2',
      skip: 1,
      times: 9,
    });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none', native: { code } });
    expect(error.message).toMatch(
      /this machine's clock is 20 min behind the service's .*set the clock of this machine/,
    );
    expect(asked()).toBe(2);
  });
});

describe('a refused signature', () => {
  it.each(AWS_SERVICES)('with the right clock is not repeated, and blames no clock, on %s', async (id) => {
    const { emulator, call, asked } = await openService(id, { credentials: TEST_CREDENTIALS });
    const message = 'The request signature we calculated does not match the signature you provided.';
    emulator.faults.add({ kind: 'error', code: 'SignatureDoesNotMatch', httpStatus: 403, message, times: EVER });
    const error = await failureOf(call());
    expect(error.kind).toBe('unauthenticated');
    expect(error.message).not.toMatch(/clock/);
    expect(asked()).toBe(1);
  });

  it('of STS by a wrong clock is repeated once', async () => {
    const ahead = { date: new Date(Date.now() + 20 * MINUTE_MS).toUTCString() };
    const sts = await serveIdentity(({ date = '' }) => {
      const isLate = !date.startsWith(new Date(Date.parse(ahead.date)).toISOString().slice(0, 10).replaceAll('-', ''));
      const minute = Number(date.slice(9, 11)) * 60 + Number(date.slice(11, 13));
      const now = new Date(Date.parse(ahead.date));
      const isOff = Math.abs(minute - (now.getUTCHours() * 60 + now.getUTCMinutes())) > 5;
      return isLate || isOff
        ? stsError(403, 'SignatureDoesNotMatch', `Signature expired: ${date} is now earlier`, ahead)
        : {
            ...(assumedRole('AssumeRole', 'ASSUMED') as object),
            body: bodyOf(),
            headers: { 'content-type': 'text/xml', ...ahead },
          };
    });
    await awsHome(
      {
        config: '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = s\n',
        credentials: '[s]\naws_access_key_id = SOURCE\naws_secret_access_key = s\n',
      },
      { AWS_ENDPOINT_URL_STS: sts.url },
    );
    const { call } = await openService('athena', { profile: 'r' });
    await call();
    expect(sts.heard).toHaveLength(2);
  });
});

function bodyOf(): string {
  return (assumedRole('AssumeRole', 'ASSUMED') as { body: string }).body;
}
