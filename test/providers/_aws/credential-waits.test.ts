import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AwsCredentials } from '../../../providers/_aws/aws-options.ts';
import { CredentialSource } from '../../../providers/_aws/credential-source.ts';
import { RunningAttempt } from '../../../src/provider-kit/running-attempt.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { unlimitedCall } from '../../calls.ts';
import { failureOf } from '../../failure-of.ts';
import { openService } from './aws-services.ts';
import { awsHome, serveIdentity } from './identity-server.ts';

afterEach(() => void vi.useRealTimers());

const KEYS: AwsCredentials = { accessKeyId: 'a', secretAccessKey: 's' };

/** A start of which one request may stay unanswered for 12 s, with a deadline after a minute. */
function attemptOn(clock: VirtualClock): RunningAttempt {
  const call = unlimitedCall({ deadline: clock.monotonicMs() + 60_000 });
  return new RunningAttempt(clock, { operation: 'start', call, silenceMs: 12_000 });
}

describe('waiting for credentials', () => {
  it('may take longer than one request, because a person may have to log in', async () => {
    const clock = new VirtualClock();
    let give: (keys: AwsCredentials) => void = () => {};
    const source = new CredentialSource(() => new Promise((resolve) => (give = resolve)));
    const keys = attemptOn(clock).run((signal) => source.get(signal));
    await clock.advance(40_000);
    give(KEYS);
    expect(await keys).toBe(KEYS);
  });

  it('ends at the deadline of the call, and the service was not asked', async () => {
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const source = new CredentialSource(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const failed = failureOf(attemptOn(clock).run((signal) => source.get(signal)));
    await clock.advance(60_000);
    const error = await failed;
    expect(error).toMatchObject({ kind: 'timeout', effect: 'none' });
    expect(error.message).toMatch(/waited 60000 ms for AWS credentials/);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('ends after 50 s where a call has no deadline', async () => {
    vi.useFakeTimers();
    const source = new CredentialSource(() => new Promise(() => {}));
    const failed = expect(source.get(new AbortController().signal)).rejects.toMatchObject({
      name: 'CredentialsFailure',
      kind: 'unauthenticated',
      message: 'no answer within 50 s',
    });
    await vi.advanceTimersByTimeAsync(50_000);
    await failed;
  });

  it('ends after 10 s when STS accepts the request and stays silent', { timeout: 20_000 }, async () => {
    const sts = await serveIdentity(() => 'silence');
    await awsHome(
      {
        config: '[profile r]\nrole_arn = arn:aws:iam::123456789012:role/spark\nsource_profile = s\n',
        credentials: '[s]\naws_access_key_id = SOURCE\naws_secret_access_key = secret-of-source\n',
      },
      { AWS_ENDPOINT_URL_STS: sts.url },
    );
    const { call } = await openService('athena', { profile: 'r' });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'none', native: { code: 'ETIMEDOUT' } });
    expect(error.message).toMatch(/STS did not answer AssumeRole \(ETIMEDOUT\): no answer within 10 s/);
  });
});
