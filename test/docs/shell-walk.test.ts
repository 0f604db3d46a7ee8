import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { run } from '../cli/process.ts';
import { blocksIn, ROOT } from './document-blocks.ts';
import { reader } from './reader.ts';
import { batches, engines, forgotten, notebooks, nothing, sessionsOf, type PlaceMaker } from './reader-places.ts';

/** The blocks of a page that run one after the other in one shell, as they are written. */
interface Walk {
  readonly file: string;
  readonly place: PlaceMaker;
  /** Parts of the first lines of its blocks; absent where all blocks of the page that are not run elsewhere are meant. */
  readonly blocks?: readonly string[];
  /** What is printed, among other things. */
  readonly prints: readonly string[];
  /** The walk is itself a command of `exec`, whose server is the engine of the environment `laptop`. */
  readonly hasServer?: boolean;
}

const guide = (name: string): string => `docs/guide/${name}.md`;
const SPARK = 'spark 3.5';
const SERVER = '{ provider: local, engine: { url: "${SPARK_REMOTE}" } }';

const WALKS: readonly Walk[] = [
  { file: 'README.md', place: nothing, blocks: ['npm install anysession  '], prints: ['anysession.config.yaml'] },
  { file: guide('agents'), place: nothing, prints: [] },
  { file: guide('bundlers'), place: nothing, prints: [] },
  {
    file: guide('coming-from-databricks-connect'),
    place: sessionsOf('emr-serverless', SERVER),
    prints: [SPARK],
    hasServer: true,
  },
  { file: guide('coming-from-dbt-profiles'), place: sessionsOf('athena', SERVER), prints: [SPARK], hasServer: true },
  { file: guide('coming-from-google-clients'), place: sessionsOf('dataproc'), prints: ['spark 4.0'] },
  { file: guide('coming-from-livy'), place: sessionsOf('emr-ec2'), prints: ['spark 4.0'] },
  { file: guide('command-line'), place: forgotten, blocks: ['anysession list  '], prints: ['etl'] },
  { file: guide('command-line'), place: sessionsOf('emr-serverless'), prints: ['answer', '"request"', SPARK] },
  { file: guide('configuration'), place: nothing, prints: [] },
  { file: guide('cost'), place: sessionsOf('glue'), prints: ['environment'] },
  { file: guide('local-engines'), place: engines, prints: ['sail 0.7.2 is installed', 'sail 0.7.1'] },
  { file: guide('notebooks'), place: notebooks, prints: ['PySpark on prod', SPARK] },
  { file: guide('python'), place: sessionsOf('athena'), prints: [SPARK] },
  { file: guide('python-tests'), place: nothing, prints: [] },
  { file: guide('quotas'), place: sessionsOf('glue'), prints: ['42'] },
  { file: guide('sweeping'), place: sessionsOf('emr-serverless'), prints: [] },
  { file: guide('telemetry'), place: sessionsOf('emr-ec2'), prints: ['AA', '"level":"debug"'] },
  ...(['athena', 'emr-serverless', 'glue', 'emr-ec2', 'dataproc'] as const).map((name) => ({
    file: `providers/${name}/README.md`,
    place: sessionsOf(name),
    prints: ['✓ service', 'one', 'spark '],
  })),
  { file: 'providers/healthomics/README.md', place: batches, prints: ['succeeded'] },
  { file: 'providers/local/README.md', place: nothing, prints: [] },
];

/** Blocks that no walk runs: their page, the beginning of their first line, and where they run, or why they do not. */
const ELSEWHERE: readonly (readonly [file: string, begin: string, where: string])[] = [
  [
    'README.md',
    'npm install anysession @aws-sdk/client-athena',
    'test/docs/page-walk.test.ts: the block of try-without-a-cloud.md',
  ],
  ['README.md', 'npx anysession sql "SELECT 42 AS answer"', 'test/docs/readme-commands.test.ts'],
  ['README.md', 'npm ci && npm run demo', '.ci/run: the step `tests`'],
  ['SKILL.md', '', 'test/docs/skill-tasks.test.ts'],
  [guide('tasks'), '', 'test/docs/skill-tasks.test.ts'],
  [guide('verify'), '', 'test/verify/command.test.ts: takes a minute, and asks on a terminal'],
  [guide('local-engines'), 'npx anysession sql --env laptop', 'test/engines/local-engine.test.ts: needs Sail'],
  ['providers/local/README.md', 'npx anysession sql', 'test/engines/local-engine.test.ts: needs Sail'],
  [
    guide('try-without-a-cloud'),
    'npx anysession engines install sail',
    'test/engines/local-engine.test.ts: needs Sail',
  ],
  [
    guide('command-line'),
    "export SPARK_REMOTE='sc://127.0.0.1:15002/",
    'test/cli/proxy.test.ts: what the command prints',
  ],
  [guide('proxy'), 'curl -H "Authorization', 'test/proxy/access.test.ts: needs the key of a proxy'],
  [guide('what-a-crash-costs'), 'npm run bench', 'bench/leak.bench.ts: takes minutes'],
  [
    guide('writing-a-provider'),
    'npx anysession provider init',
    'test/package/packed-package.test.ts: installs from the registry',
  ],
];

const runsElsewhere = ({ file, text, isMarked }: { file: string; text: string; isMarked: boolean }): boolean =>
  isMarked || ELSEWHERE.some(([page, begin]) => page === file && text.startsWith(begin));

const SHELL = blocksIn('sh');
/** Blocks that a walk names. */
const named = WALKS.flatMap(({ file, blocks = [] }) =>
  blocks.map((begin) => SHELL.find((block) => block.file === file && block.text.startsWith(begin))),
);

function blocksOf({ file, blocks }: Walk): readonly string[] {
  const own = SHELL.filter((block) => block.file === file && !runsElsewhere(block));
  const chosen =
    blocks === undefined
      ? own.filter((block) => !named.includes(block))
      : own.filter(({ text }) => blocks.some((begin) => text.startsWith(begin)));
  return chosen.map(({ text }) => text);
}

/** Commands that run until they are stopped. */
const ENDLESS = /^anysession (?:sweep .*--watch|proxy|emulate(?!.*--detach)).*$/gm;

/** Stops commands that run until they are stopped after two seconds; an earlier end is a failure. */
const stopping = (block: string): string =>
  block.replaceAll(ENDLESS, (line) => {
    return `code=0; timeout 2 ${line.replace(/\s+#.*/, '')} || code=$?; [ $code = 124 ]`;
  });

describe('the shell blocks of the documents run as they are written', { timeout: 120_000 }, () => {
  it.concurrent.for(WALKS.map((walk) => [walk.file, blocksOf(walk)[0]?.split('\n')[0], walk] as const))(
    '%s: %s',
    async ([, , walk], context) => {
      const { expect, onTestFinished } = context;
      const blocks = blocksOf(walk);
      expect(blocks).not.toEqual([]);
      const { files, programs, env = {}, values = {}, live } = await walk.place(context);
      const { cwd, env: own } = reader(Object.entries(files), programs, onTestFinished);
      const script = Object.entries(values).reduce(
        (text, [example, value]) => text.replaceAll(example, value),
        ['unset ANYSESSION_ENV ANYSESSION_SESSION', ...blocks.map(stopping)].join('\n'),
      );
      const shell = ['bash', '-euo', 'pipefail', '-c', script];
      const words = walk.hasServer === true ? ['anysession', 'exec', '--env', 'prod', '--', ...shell] : shell;
      const ran = await run(['env', ...words], {
        cwd,
        env: { ...own, ...env },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        onTestFinished,
      }).ended;
      const printed = `${ran.stdout}\n${ran.stderr}`;
      expect(ran.code, printed).toBe(0);
      for (const text of walk.prints) expect(printed).toContain(text);
      if (live !== undefined) await expect.poll(live, { timeout: 30_000 }).toEqual([]);
    },
  );

  it('or run elsewhere', ({ expect }) => {
    const walked = new Set(WALKS.flatMap((walk) => blocksOf(walk)));
    const left = SHELL.filter((block) => !runsElsewhere(block) && !walked.has(block.text));
    expect(left.map(({ name }) => name)).toEqual([]);
    const isUnused = ([page, begin]: readonly string[]): boolean =>
      !SHELL.some(({ file, text }) => file === page && text.startsWith(begin ?? ''));
    expect(ELSEWHERE.filter(isUnused)).toEqual([]);
    const places = ELSEWHERE.map(([, , where]) => where.split(':')[0] ?? '');
    expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([]);
  });
});
