import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { DEFAULTS, runsOf } from '../batch/scene.ts';
import { cloud, type Cloud } from '../cli/clouds.ts';
import { client } from '../cli/exec.ts';
import { quoted } from '../cli/process.ts';
import { unended } from '../emulator/unended.ts';
import { ROOT } from './document-blocks.ts';

/** What a reader of a page has before the first block. */
export interface Place {
  readonly files: Readonly<Record<string, string>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Example values in the text of a block, and what replaces them. */
  readonly values?: Readonly<Record<string, string>>;
  /** The sessions that have not ended. */
  readonly live?: () => readonly string[];
}

/** Makes a place; what it starts ends with the test. */
export type PlaceMaker = (context: TestContext) => Promise<Place>;

const PRICES: Readonly<Record<Cloud, string>> = {
  athena: 'dpuHour: 0.35',
  'emr-serverless': 'vcpuHour: 0.05, memoryGbHour: 0.006, storageGbHour: 0.0001',
  glue: 'dpuHour: 0.44',
  dataproc: 'dcuHour: 0.06, storageGbHour: 0.0001',
  'emr-ec2': 'sessionHour: 1',
};

/** A program of the reader that makes one Spark call, where it has a Spark server. `npm run test:clients` runs the real ones. */
const SPARK_PROGRAM = `[ -z "$SPARK_REMOTE" ] || exec ${quoted(client('call'))}`;
const SPARK_PROGRAMS = { python: SPARK_PROGRAM, dbt: SPARK_PROGRAM, jupyter: SPARK_PROGRAM, pytest: SPARK_PROGRAM };

const example = (name: string): string => readFileSync(join(ROOT, 'examples', name), 'utf8');

/** No config file, and the example of an application. */
export const nothing: PlaceMaker = () =>
  Promise.resolve({
    files: {
      'package.json': '{ "type": "module" }',
      'report.js': example('tutorial/report.mjs'),
      // Lambda's target of 2020 knows no top-level await.
      'app.js': `import { openSessions } from 'anysession';\nexport const handler = () => openSessions();\n`,
      'index.ts': `import { openSessions } from 'anysession';\nexport const handler = (): Promise<unknown> => openSessions();\n`,
    },
  });

/** The environments `prod` on an emulated cloud, which is the default, and `laptop`. */
export function sessionsOf(name: Cloud, laptop = '{ provider: local }'): PlaceMaker {
  return async (context) => {
    const services = [name === 'emr-ec2' ? 'emr' : name, 'athena'] as const;
    const stage = await cloud(name, context, 0, { services, athena: { workgroups: { spark: 'spark-3.5' } } });
    const prod = `{ ${stage.options}, prices: { currency: EUR, ${PRICES[name]} } }`;
    const config = `owner: me\ndefaultEnvironment: prod\nenvironments:\n  prod: ${prod}\n  laptop: ${laptop}\n`;
    return {
      files: { ...(await nothing(context)).files, 'anysession.config.yaml': config },
      programs: SPARK_PROGRAMS,
      env: {
        // Of the command without a config file.
        AWS_ENDPOINT_URL_ATHENA: stage.emulator.urls.athena,
        AWS_ACCESS_KEY_ID: 'emulated',
        AWS_SECRET_ACCESS_KEY: 'emulated',
      },
      live: () => unended(stage.emulator),
    };
  };
}

/** Like {@link sessionsOf}, with a session that somebody has forgotten. */
export const forgotten: PlaceMaker = async (context) => {
  const stage = await cloud('emr-serverless', context);
  const id = await stage.start('--config', 'theirs.yaml');
  const config = `owner: me\nenvironments: { prod: { ${stage.options} } }\n`;
  return {
    files: { 'anysession.config.yaml': config },
    values: { '3f2a': id.slice(0, -1) },
    live: () => unended(stage.emulator),
  };
};

/** The environment `genomes` on emulated HealthOmics, and its runs. */
export const batches: PlaceMaker = async ({ onTestFinished }) => {
  const emulator = await startEmulator({ services: ['healthomics', 's3'], healthomics: { runMs: 200 } });
  onTestFinished(() => emulator.close());
  const { healthomics: endpoint, s3 } = emulator.urls;
  const options = `region: us-east-1, endpoint: "${endpoint}", s3Endpoint: "${s3}", credentials: { accessKeyId: a, secretAccessKey: b }`;
  return {
    files: {
      'anysession.config.yaml': `environments: { genomes: { provider: healthomics, ${options} } }`,
      'defaults.json': JSON.stringify(DEFAULTS),
      'runs.json': JSON.stringify(runsOf(1)),
    },
  };
};

/** Like {@link sessionsOf}, with a Python that has the packages of a notebook. */
export const notebooks: PlaceMaker = async (context) => {
  const place = await sessionsOf('athena')(context);
  const modules = ['ipykernel', 'pyspark', 'sql'].map((name) => [`packages/${name}.py`, ''] as const);
  const { PATH = '' } = process.env;
  return {
    ...place,
    files: { ...place.files, ...Object.fromEntries(modules) },
    programs: { ...SPARK_PROGRAMS, python3: `PATH='${PATH}' PYTHONPATH=packages exec python3 -S "$@"` },
    env: { XDG_DATA_HOME: '', JUPYTER_DATA_DIR: '' },
  };
};

/** A `python3` that makes virtual environments in which pip installs nothing. */
export const engines: PlaceMaker = () => {
  const python3 = `mkdir -p "$3/bin" && printf '#!/bin/sh\\n' > "$3/bin/python" && chmod +x "$3/bin/python"`;
  return Promise.resolve({ files: {}, programs: { python3 } });
};
