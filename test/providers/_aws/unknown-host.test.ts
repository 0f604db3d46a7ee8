import { expect, it } from 'vitest';
import { openSessions } from '../../../src/index.ts';
import { athena } from '../../../providers/athena/index.ts';
import { failureOf } from '../../failure-of.ts';

it('an address that no host has is the fault of the region or the endpoint', { timeout: 60_000 }, async () => {
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' };
  const endpoint = 'http://athena.us-eest-1.invalid';
  const provider = athena({ region: 'us-east-1', workgroup: 'spark35', endpoint, credentials });
  const sessions = await openSessions({ provider });
  const error = await failureOf(sessions.list()[Symbol.asyncIterator]().next());
  await sessions.close();
  expect(error).toMatchObject({ kind: 'unavailable', effect: 'none', native: { code: 'ENOTFOUND' } });
  expect(error.advice).toMatch(/^Check the region or the endpoint, and the name servers of this machine/);
});
