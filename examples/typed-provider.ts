// A provider as a value: the compiler checks its options, and no config file is needed.
import { openSessions } from 'anysession';
import { local } from 'anysession/providers/local';
import { dataFile } from './data.ts';

// On a cloud: `athena({ region: 'eu-west-1', workgroup: 'spark' })` from 'anysession/providers/athena'.
await using sessions = await openSessions({
  provider: local({ threads: 2, memoryLimit: '512MB' }),
  session: { idleTimeoutMs: 10 * 60_000 },
});
await using session = await sessions.start({ name: 'typed' });
const result = await session.sql('SELECT count(*) AS days FROM read_csv(?)', {
  parameters: [dataFile('seattle-weather.csv')],
});
console.log(sessions.environment, await result.rows());
