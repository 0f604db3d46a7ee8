import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { loadAhead } from '../../src/cli/load-ahead.ts';

const require = createRequire(import.meta.url);

const isLoaded = (name: string): boolean => Object.hasOwn(require.cache, require.resolve(name));

describe('loadAhead', () => {
  it.each([
    ['athena', '@aws-sdk/client-athena', true, true],
    ['glue', '@aws-sdk/client-glue', true, true],
    ['emr-serverless', '@aws-sdk/client-emr-serverless', false, false],
    // Its first call loads parts of the package, and takes longer behind the whole of it.
    ['dataproc', '@google-cloud/dataproc', true, false],
  ])(
    'loads for %s what its first call loads, %s, while a call may come: %s',
    async (provider, name, isWanted, loads) => {
      await loadAhead(Promise.resolve(), provider, () => isWanted);
      expect(isLoaded(name)).toBe(loads);
    },
  );

  it('does nothing for a provider of others', async () => {
    await expect(loadAhead(Promise.resolve(), 'acme', () => true)).resolves.toBeUndefined();
  });

  it('fails when what serves the calls cannot be loaded', async () => {
    await expect(loadAhead(Promise.reject(new Error('broken')), 'athena', () => true)).rejects.toThrow('broken');
  });
});
