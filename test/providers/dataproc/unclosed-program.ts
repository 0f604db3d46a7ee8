import { plugin } from '../../../providers/dataproc/plugin.ts';
import { openSessions } from '../../../src/index.ts';

// A program that runs a statement and closes nothing.
const [endpoint = ''] = process.argv.slice(2);
const options = { project: 'my-project-1', region: 'us-central1', endpoint };
const sessions = await openSessions({ provider: { plugin, options } });
const session = await sessions.start();
// Takes a moment, in which nothing arrives.
const result = await session.sql('SELECT sum(a.range + b.range) AS n FROM range(100000) a, range(300) b');
const { n } = (await result.rows())[0] as { readonly n: bigint };
process.stdout.write(`${n}\n`);
