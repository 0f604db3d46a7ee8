import { describe, it } from 'vitest';
import { cloud, type Cloud } from '../cli/clouds.ts';
import { agent, idOf, YES } from './agent.ts';
import { unended } from '../emulator/unended.ts';

/** Prices at which a session of the emulator's size costs 1 a minute. EMR on EC2 bills the cluster: only the age has a price. */
const PRICES: Readonly<Record<Cloud, string>> = {
  athena: 'dpuHour: 30',
  'emr-serverless': 'vcpuHour: 5, memoryGbHour: 0, storageGbHour: 0',
  glue: 'dpuHour: 20',
  dataproc: 'dcuHour: 5, storageGbHour: 0',
  'emr-ec2': 'sessionHour: 60',
};

const MINUTE_MS = 60_000;

describe('the spending limit of a session', { timeout: 60_000 }, () => {
  it.concurrent.for(Object.keys(PRICES) as Cloud[])(
    'on %s ends it when its cost has passed the limit, and the next call says why',
    async (name, context) => {
      const { expect } = context;
      const more = `, prices: { currency: EUR, ${PRICES[name]} }`;
      const stage = await cloud(name, context, 0, { more });
      const { call, output } = await agent(context, { cwd: stage.cwd, answers: [YES] });
      const id = idOf(await call('start_session', { maxSpend: 5 }));
      expect((await call('run_sql', { sql: 'SELECT 42 AS answer' })).value).toMatchObject({ rows: [[42]] });
      stage.emulator.advance(2 * MINUTE_MS);
      expect((await call('describe_session')).value).toMatchObject({ session: { id, hasEnded: false } });
      expect(unended(stage.emulator)).toEqual([id]);
      // Less than its idle timeout.
      stage.emulator.advance(8 * MINUTE_MS);
      await expect
        .poll(async () => (await call('describe_session', { session: id })).value, { timeout: 30_000, interval: 500 })
        .toMatchObject({ session: { hasEnded: true } });
      expect(unended(stage.emulator)).toEqual([]);
      const why = 'it reached its maxSpend of 5.00 EUR; spent ';
      expect((await call('describe_session', { session: id })).text).toContain(why);
      for (const refused of [
        await call('run_sql', { session: id, sql: 'SELECT 1' }),
        await call('wait_session', { session: id }),
      ]) {
        expect(refused).toMatchObject({ isError: true, value: { error: { kind: 'session-failed', session: id } } });
        expect(refused.text).toContain(why);
      }
      // The session has ended, so the next statement needs a new one.
      expect((await call('run_sql', { sql: 'SELECT 1' })).text).toContain('start one with start_session');
      expect(output.stderr).toContain('ending a session because of maxSpend');
    },
  );
});
