import { ChildProgram } from './child-program.ts';
import { atMost, type Bar, type BenchReport, report } from './report.ts';
import { interleave, medianRatio, type Samples, summarize } from './samples.ts';

const ROUNDS = 5;
const WARM_UP_CALLS = 1_500;
/** Calls measured at each number of calls under way at once. */
const LOADS = [
  { concurrency: 1, calls: 800 },
  { concurrency: 50, calls: 1_000 },
  { concurrency: 500, calls: 1_000 },
] as const;

/** What each provider's look may cost against its SDK's own client. */
const SUBJECTS: readonly {
  readonly subject: string;
  readonly cpuLimit: number;
  readonly p50Limit?: number;
}[] = [
  { subject: 'athena', cpuLimit: 0.9, p50Limit: 1.15 },
  { subject: 'emr-serverless', cpuLimit: 0.9, p50Limit: 1.15 },
  { subject: 'emr-ec2', cpuLimit: 0.9, p50Limit: 1.15 },
  { subject: 'glue', cpuLimit: 0.9, p50Limit: 1.15 },
  { subject: 'dataproc-grpc', cpuLimit: 1.25 },
  { subject: 'dataproc-rest', cpuLimit: 1.15 },
];

interface Measurement {
  readonly cpuUs: number;
  readonly p50Ms: number;
}

/** One describe through the adapter and all layers, against the bare SDK client, over a loopback server in its own process. */
export async function bench(): Promise<BenchReport> {
  const programs: ChildProgram[] = [];
  const run = (...args: Parameters<typeof startProgram>): ChildProgram => {
    const program = startProgram(...args);
    programs.push(program);
    return program;
  };
  try {
    const aws = await run('../reference/overhead/loopback-services.mjs').line();
    const [grpc, rest] = (await run('../reference/overhead/loopback-dataproc.mjs').line()).split(' ');
    const urls: Readonly<Record<string, string | undefined>> = { 'dataproc-grpc': grpc, 'dataproc-rest': rest };
    const figures: Record<string, Samples> = {};
    const ratios: Record<string, number> = {};
    const bars: Bar[] = [];
    for (const { subject, cpuLimit, p50Limit } of SUBJECTS) {
      const url = urls[subject] ?? aws;
      const ours = run('overhead.mjs', subject, url);
      const bare = run(`../reference/overhead/${subject}.mjs`, url);
      for (const program of [ours, bare]) await program.ask(`${WARM_UP_CALLS} 50`);
      for (const { concurrency, calls } of LOADS) {
        const load = `${calls} ${concurrency}`;
        const p50 = { ours: [] as number[], bare: [] as number[] };
        const measured = (name: 'ours' | 'bare', program: ChildProgram) => async (): Promise<number> => {
          const { cpuUs, p50Ms } = JSON.parse(await program.ask(load)) as Measurement;
          p50[name].push(p50Ms);
          return cpuUs;
        };
        const cpu = await interleave(ROUNDS, { ours: measured('ours', ours), bare: measured('bare', bare) });
        const label = `${subject} at ${concurrency}`;
        const sums = {
          'CPU, ours': summarize('µs', cpu.ours),
          'CPU, bare': summarize('µs', cpu.bare),
          'p50, ours': summarize('ms', p50.ours.slice(1)),
          'p50, bare': summarize('ms', p50.bare.slice(1)),
        };
        for (const [what, samples] of Object.entries(sums)) figures[`${label}: ${what}`] = samples;
        const cpuRatio = medianRatio(cpu.ours, cpu.bare);
        const p50Ratio = sums['p50, ours'].median / sums['p50, bare'].median;
        ratios[`${label}: CPU`] = cpuRatio;
        ratios[`${label}: p50`] = p50Ratio;
        bars.push(atMost(`× of the bare client's CPU, ${label}`, cpuRatio, cpuLimit));
        if (p50Limit !== undefined) bars.push(atMost(`× of the bare client's p50, ${label}`, p50Ratio, p50Limit));
      }
      await Promise.all([ours.end(), bare.end()]);
    }
    return report({ name: 'overhead', figures, ratios, bars });
  } finally {
    await Promise.all(programs.map((program) => program.end()));
  }
}

const startProgram = (name: string, ...args: readonly string[]): ChildProgram => new ChildProgram(name, ...args);
