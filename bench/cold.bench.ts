import { ChildProgram } from './child-program.ts';
import { msToFirstLine } from './fresh-process.ts';
import { atMost, type Bar, type BenchReport, report } from './report.ts';
import { interleave, type Samples, summarize } from './samples.ts';

const ROUNDS = 11;

/** What each provider's first look may take against a script with its SDK alone. */
const SUBJECTS = [
  { provider: 'athena', sessionId: '00000000-0000-4000-8000-000000000001', limit: 1.7 },
  { provider: 'emr-serverless', sessionId: '00000000000001', limit: 1.7 },
  { provider: 'emr-ec2', sessionId: 'is-0000000000001', limit: 1.5 },
  { provider: 'glue', sessionId: 'bench-session', limit: 1.5 },
  { provider: 'dataproc', sessionId: 'bench-session', limit: 1.5 },
] as const;

/** Process start to the first answered describe: `openSessions()` with a YAML file against a bare script with the one SDK. */
export async function bench(): Promise<BenchReport> {
  const server = new ChildProgram('../reference/overhead/loopback-services.mjs');
  const dataproc = new ChildProgram('../reference/overhead/loopback-dataproc.mjs');
  try {
    // The programs inherit them: the YAML file names the variables.
    process.env['BENCH_ENDPOINT'] = await server.line();
    process.env['BENCH_DATAPROC'] = (await dataproc.line()).split(' ')[0];
    const figures: Record<string, Samples> = {};
    const ratios: Record<string, number> = {};
    const bars: Bar[] = [];
    for (const { provider, sessionId, limit } of SUBJECTS) {
      const values = await interleave(ROUNDS, {
        ours: () => msToFirstLine('cold.mjs', provider, sessionId),
        bare: () => msToFirstLine(`../reference/cold-${provider}.mjs`),
      });
      const [ours, bare] = [summarize('ms', values.ours), summarize('ms', values.bare)];
      const ratio = ours.median / bare.median;
      figures[`${provider}, ours`] = ours;
      figures[`${provider}, bare SDK`] = bare;
      ratios[`${provider}: ours / bare SDK`] = ratio;
      bars.push(atMost(`× of the bare SDK, process start to first describe, ${provider}`, ratio, limit));
    }
    return report({ name: 'cold', figures, ratios, bars });
  } finally {
    await Promise.all([server.end(), dataproc.end()]);
  }
}
