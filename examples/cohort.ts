/**
 * A cohort of 150 samples over one workflow: two of them fail, and are submitted again.
 * Runs on the HealthOmics and S3 emulators. Without `emulateClouds` it runs on your AWS account.
 */
import { openBatches, type RunSpec } from 'anysession/batches';
import { emulateClouds } from './emulated-clouds.ts';

await using _clouds = await emulateClouds({
  healthomics: { submissionsPerSecond: 1_000, runMs: 500, refusedRuns: ['S007'], failingRuns: ['S042'] },
});

/** One run a sample; any iterable will do, and nothing is sent before all of it was read and checked. */
function* samples(): Generator<RunSpec> {
  for (let at = 1; at <= 150; at++) {
    const id = `S${String(at).padStart(3, '0')}`;
    yield { id, parameters: { sample: `s3://reads/${id}.fastq.gz` } };
  }
}

const config = new URL('anysession.config.yaml', import.meta.url).pathname;
await using batches = await openBatches({ config, environment: 'genomes' });
console.log(batches.estimate(150).text);

const batch = await batches.start({
  key: 'cohort-2026-11', // asked for twice, started once
  defaults: { workflowId: '1234567', parameters: { reference: 's3://references/grch38.fa' } },
  runs: samples(),
});
const first = await batch.whenFinished();
console.log(`${first.state}, ${first.outcome}: ${first.counts?.completed} completed, ${first.counts?.failed} failed`);
for await (const { id, reason } of batch.failures()) console.log(`${id}: ${reason}`);

const again = await batch.resubmitFailed({ key: 'cohort-2026-11-again' });
const second = await again.whenFinished({ deleteRunList: true });
console.log(`${second.state}, ${second.outcome}: ${second.counts?.completed} completed`);
await batch.deleteRunList();
