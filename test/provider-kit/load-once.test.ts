import { expect, it } from 'vitest';
import { loadOnce } from '../../src/provider-kit/load-once.ts';

it('loads at the first call, once, and again after a failure', async () => {
  let loads = 0;
  const load = loadOnce(async () => {
    loads += 1;
    if (loads === 1) throw new Error('not installed');
    return { loads };
  });
  expect(loads).toBe(0);
  await expect(load()).rejects.toThrow('not installed');
  const [one, other] = await Promise.all([load(), load()]);
  expect([one === other, loads]).toEqual([true, 2]);
});
