import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openBatches, type RunSpec } from 'anysession/batches';
import { atMost, type BenchReport, report } from './report.ts';
import { summarize } from './samples.ts';

const RUNS = 100_000;
const MEGABYTE = 1e6;
/** For the listing alone: at the service's 10 calls a second its 1,000 pages take 100 seconds, whoever reads them. */
const RAISED_CALLS_PER_SECOND = 100_000;

/** What 100,000 runs cost the process that starts, awaits and lists them; the services play in another process. */
export async function bench(): Promise<BenchReport> {
  const sink = spawn(process.execPath, [fileURLToPath(new URL('programs/omics-sink.mjs', import.meta.url))]);
  try {
    const [url] = (await once(createInterface({ input: sink.stdout }), 'line')) as [string];
    await using batches = await openBatches({ config: configFor(url), environment: 'bench', env: {} });
    await using raised = await openBatches({ config: configFor(url), environment: 'raised', env: {} });
    const before = peakAbove();
    const cpuBefore = process.cpuUsage();
    const batch = await batches.start({
      key: 'bench',
      defaults: { workflowId: '1', roleArn: 'arn:aws:iam::123456789012:role/omics' },
      runs: samples(),
    });
    const startSeconds = seconds(process.cpuUsage(cpuBefore));
    const startMegabytes = before() / MEGABYTE;
    await batch.whenFinished();
    const looks = (await callsOf(url))['GET /runBatch/1'] ?? 0;
    let listed = 0;
    const listing = process.cpuUsage();
    for await (const _ of (await raised.attach(batch.handle)).runs()) listed += 1;
    const listSeconds = seconds(process.cpuUsage(listing));
    const pages = (await callsOf(url))['GET /runBatch/1/run'] ?? 0;
    return report({
      name: 'batch',
      figures: {
        'start, CPU': summarize('ms', [startSeconds * 1000]),
        'start, memory': summarize('MB', [startMegabytes]),
        [`listing, CPU (limit raised from 10 to ${RAISED_CALLS_PER_SECOND} calls a second)`]: summarize('ms', [
          listSeconds * 1000,
        ]),
      },
      ratios: { 'rows listed / runs': listed / RUNS },
      bars: [
        atMost("s CPU to check, write and upload 100,000 runs, at the service's rates", startSeconds, 10),
        atMost('MB above the start while doing so', startMegabytes, 150),
        atMost('GetBatch calls of a wait that has nothing to wait for', looks, 1),
        atMost('calls to list 100,000 rows', pages, RUNS / 100),
      ],
    });
  } finally {
    sink.kill();
  }
}

function configFor(url: string) {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const places = { region: 'us-east-1', endpoint: url, s3Endpoint: url, runListUri: 's3://lists/bench' };
  const bench = { provider: 'healthomics', ...places, credentials };
  return { environments: { bench, raised: { ...bench, readsPerSecond: RAISED_CALLS_PER_SECOND } } };
}

function* samples(): Generator<RunSpec> {
  for (let at = 0; at < RUNS; at++) {
    yield {
      id: `r${at}`,
      name: `sample ${at}`,
      parameters: { reads: [`s3://reads/${at}_1.fastq.gz`, `s3://reads/${at}_2.fastq.gz`], depth: at % 60 },
      tags: { cohort: 'bench' },
    };
  }
}

/** The highest resident memory from now until asked, above what there was. */
function peakAbove(): () => number {
  const first = process.memoryUsage.rss();
  let peak = first;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  return () => {
    clearInterval(timer);
    return Math.max(peak, process.memoryUsage.rss()) - first;
  };
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

async function callsOf(url: string): Promise<Record<string, number>> {
  return (await (await fetch(`${url}/calls`)).json()) as Record<string, number>;
}
