import { describe, expect, it } from 'vitest';
import { decoded, executePlan, openProxyStage, rowCounts } from './proxy-stage.ts';

describe('a proxy', () => {
  it('passes a result on, with the token of the session', async (context) => {
    const { client, server } = await openProxyStage(context);
    const answered = await client.call('ExecutePlan', [executePlan()]);
    expect(answered.error).toBeUndefined();
    expect(rowCounts(answered)).toEqual([2, 1]);
    expect(decoded(answered).map(({ responseType }) => responseType.case)).not.toContain('resultComplete');
    expect(server.calls.map(({ token }) => token)).toContain('secret-token-1');
  });
});
