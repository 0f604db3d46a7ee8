import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../src/contract/start-request.ts';
import { concealingStart } from '../../../src/session/layers/conceal-start.ts';
import { startRequest } from '../scene.ts';

const SECRET = 'SuperSecretValue123';
const PLAIN = 'plain-value-0';

describe('a start that is refused', () => {
  it.each<[string, Partial<StartRequest>]>([
    ['a Spark setting', { sparkConf: { 'spark.my.password': SECRET, 'spark.my.setting': PLAIN } }],
    ['an option of the provider', { native: { password: SECRET, setting: PLAIN } }],
    ['a list of the provider', { native: { Properties: [{ 'spark.my.password': SECRET }, PLAIN, 7, null] } }],
  ])('repeats no secret of %s, in its error or in the cause of that', async (_what, settings) => {
    const refused = new Error(`${SECRET} is not valid`, { cause: new Error(`${PLAIN} and ${SECRET}`) });
    const starting = concealingStart(startRequest(settings), () => Promise.reject(refused));
    await expect(starting).rejects.toBe(refused);
    expect(refused.message).toBe('… is not valid');
    expect((refused.cause as Error).message).toBe(`${PLAIN} and …`);
    expect(inspect(refused)).not.toContain(SECRET);
  });

  it('has its answer where it is accepted', async () => {
    expect(await concealingStart(startRequest(), () => Promise.resolve('accepted'))).toBe('accepted');
  });
});
