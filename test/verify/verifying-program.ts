import { openEnvironment } from '../../src/open-request.ts';
import { openVerification } from '../../src/verify/open-verification.ts';
import { planVerification } from '../../src/verify/plan.ts';
import { AREAS } from '../../src/verify/points/point.ts';
import { runVerification } from '../../src/verify/run-verification.ts';
import { Spending } from '../../src/verify/spending.ts';

// What `anysession verify --yes` does, at a pace for tests: verifying-program.ts FOLDER
const config = await openEnvironment({ cwd: process.argv[2], env: {} });
const open = await openVerification(config, { anysession: 'test' });
const { id, capabilities } = open.sessions.provider;
const plan = planVerification({ id, capabilities, hasProbe: true }, { areas: AREAS, repeat: 1 });
const { report } = await runVerification(open, plan, {
  spending: new Spending(undefined, undefined, []),
  signal: new AbortController().signal,
  pace: { earlyMs: 10, earlyForMs: 1_000, lateMs: 100 },
});
await open.sessions.close();
process.stdout.write(JSON.stringify(report));
