import { expect, it } from 'vitest';
import { openSqlStage } from '../../emulator/sql-stage.ts';
import { registerCloudSql } from '../cloud-sql.ts';

registerCloudSql({
  cloud: 'emr-ec2',
  tokenLifeMs: 60 * 60_000,
  tuned: (emr) => ({ emr }),
});

it.each([
  ['token', ['x-aws-proxy-auth', 'authorization']],
  ['username-password', ['authorization', 'x-emr-username', 'x-emr-password']],
  ['both', ['x-aws-proxy-auth', 'authorization', 'x-emr-username', 'x-emr-password']],
] as const)('runs SQL and lets others join with the credentials of the form %s', async (credentials, names) => {
  await using stage = await openSqlStage('emr-ec2', { emr: { credentials } });
  expect(await stage.rows('SELECT 42 AS n')).toEqual([{ n: 42 }]);
  const { metadata, url } = await stage.session.connect();
  const sent = await metadata();
  expect(Object.keys(sent)).toEqual(names);
  expect(sent['authorization']).toBe(stage.session.handle.id);
  for (const name of names) expect(url).toContain(`;${name}=`);
});
