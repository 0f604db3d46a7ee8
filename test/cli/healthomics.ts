import type { TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { DEFAULTS, runsOf } from '../batch/scene.ts';
import { configFolder } from '../config/config-folder.ts';

/** An emulated HealthOmics whose runs take ten minutes, and a folder with its configuration, defaults and runs. */
export async function healthomics({ onTestFinished }: TestContext) {
  const emulator = await startEmulator({ services: ['healthomics', 's3'], healthomics: { runMs: 600_000 } });
  onTestFinished(() => emulator.close());
  const { healthomics: endpoint, s3 } = emulator.urls;
  const options = `region: us-east-1, endpoint: "${endpoint}", s3Endpoint: "${s3}", credentials: { accessKeyId: a, secretAccessKey: b }`;
  const files = {
    'anysession.config.yaml': `environments: { dev: { provider: healthomics, ${options} } }`,
    'defaults.json': JSON.stringify(DEFAULTS),
    'runs.json': JSON.stringify(runsOf(1)),
  };
  return { emulator, cwd: configFolder(files, onTestFinished) };
}
