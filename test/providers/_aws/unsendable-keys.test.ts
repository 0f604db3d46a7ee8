import { describe, expect, it, onTestFinished } from 'vitest';
import { athena } from '../../../providers/athena/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { openSessions } from '../../../src/index.ts';
import { failureOf } from '../../failure-of.ts';
import { AWS_SERVICES, openService } from './aws-services.ts';
import { awsHome } from './identity-server.ts';

const KEYS = {
  accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
  secretAccessKey: 'a-secret-key-0123456789',
  sessionToken: 'a-token',
};

/** Keys as they are pasted. */
const ROWS: readonly (readonly [name: keyof typeof KEYS, value: string, character: string])[] = [
  ['accessKeyId', `${KEYS.accessKeyId}\n`, 'U+000A'],
  ['accessKeyId', 'AKIAé', 'U+00E9'],
  ['secretAccessKey', `${KEYS.secretAccessKey}\r\n`, 'U+000D'],
  ['sessionToken', 'a-tok\nen', 'U+000A'],
  ['sessionToken', ' a-token', 'U+0020'],
  ['sessionToken', 'a-token\u200B', 'U+200B'],
  ['sessionToken', 'a-token\uD83D\uDE00', 'U+1F600'],
];

describe.each(AWS_SERVICES)('keys for %s that cannot be sent', (id) => {
  it.each(ROWS)('are named: %s %j', async (name, value, character) => {
    const { call, asked } = await openService(id, { credentials: { ...KEYS, [name]: value } });
    const error = await failureOf(call());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none' });
    expect(error.message).toContain(`could not get AWS credentials: the ${name} has the character ${character}`);
    expect(JSON.stringify(error)).not.toMatch(/a-tok|a-secret/);
    expect(asked()).toBe(0);
  });
});

it('keys of the environment with a line break end a start at once', async () => {
  await awsHome({}, { AWS_ACCESS_KEY_ID: `${KEYS.accessKeyId}\n`, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey });
  const emulator = await startEmulator({ services: ['athena'] });
  onTestFinished(() => emulator.close());
  const provider = athena({ region: 'us-east-1', workgroup: 'spark35', endpoint: emulator.urls.athena });
  await using sessions = await openSessions({ provider });
  const error = await failureOf(sessions.start());
  expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'none', retry: 'permanent', operation: 'start' });
  expect(error.message).toMatch(/the accessKeyId has the character U\+000A/);
  expect(emulator.log()).toEqual([]);
});
