import { Command } from 'commander';
import { BATCH_STATES } from '../contract/batch-state.ts';
import { AREAS } from '../verify/points/point.ts';
import { examplesOf } from './command-examples.ts';
import type { Parameter, Row } from './command-row.ts';
import { kernelCommands } from './kernel/kernel-commands.ts';
import { amount, choice, choices, pairs, rowCount } from './option-parsers.ts';
import { packageVersion } from './package-version.ts';
import { DRY_RUN, sessionCommands } from './session-commands.ts';
import { terminalWith, type Terminal } from './terminal.ts';

interface GlobalOptions {
  readonly config?: string;
  readonly env?: string;
  readonly provider?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

const dryRuns = () => import('./dry-run.ts');
const batch = () => import('./commands/batch.ts');
const config = () => import('./commands/config.ts');
const engines = () => import('./commands/engines.ts');

const BATCH: Parameter = ['<batch>', 'its id, its key, or its handle as JSON'];
const ENGINE: Parameter = ['<engine>', 'sail or spark'];

/** The headings of the help, with the commands below each of them; the others are below the last one. */
const HEADINGS: readonly (readonly [heading: string, names: readonly string[]])[] = [
  ['Run SQL and code:', ['sql', 'shell', 'run', 'exec', 'proxy', 'connect']],
  ['Sessions:', ['start', 'list', 'describe', 'wait', 'terminate', 'usage', 'logs', 'open', 'sweep']],
  ['Run batches:', ['batch']],
  ['Set up and try out:', []],
];

/** The help of each group of commands. */
const GROUPS: Readonly<Record<string, string>> = {
  batch: 'start, list, describe and end run batches',
  engines: 'install engines for Spark SQL on this machine',
  kernel: 'add Jupyter kernels for PySpark in an environment',
  provider: 'write a provider of your own',
  config: 'check, describe or create a configuration',
};

/** The commands; `batch start` is the command `start` in the group `batch`. */
const COMMANDS: readonly Row[] = [
  ...sessionCommands(),
  ...kernelCommands(),
  [
    'doctor',
    'check the packages, configuration, credentials and permissions of an environment; starts nothing',
    async () => (await import('./commands/doctor.ts')).runDoctor,
  ],
  [
    'verify',
    'check with a few small sessions whether your account behaves as we assume, and measure it',
    async () => (await import('./commands/verify.ts')).runVerify,
    ['--list', 'print every case and every undocumented point, without an account'],
    ['--only <areas>', `only these, separated by commas: ${AREAS.join(', ')}`, choices(...AREAS)],
    ['--yes', 'start without asking'],
    ['--max-spend <amount>', 'stop when the sessions have cost this much; needs `prices`', amount],
    ['--long', 'also observe what takes hours; the plan says how long'],
    ['--repeat <count>', 'measure so many sessions, one after another (default: 1)', rowCount],
    ['--markdown', 'print the figures as a Markdown table'],
    ['--save <file>', 'write the observations to a new file, for emulate --observed'],
    ['--record <folder>', 'keep the calls and answers of the service in a new folder, without names and secrets'],
    ['--replay <folder>', 'read a recording again with this version; needs no network'],
    ['--clean', 'end the sessions that earlier runs have left, and start none'],
  ],
  [
    'completion',
    'print a completion script for your shell',
    async () => (await import('./commands/completion.ts')).runCompletion,
    ['<shell>', 'bash, zsh or fish'],
  ],
  [
    'emulate',
    'run the emulators of the cloud services on loopback until SIGTERM, or until npx ends',
    async () => (await import('./commands/emulate.ts')).runEmulate,
    ['--services <names>', 'comma-separated names (default: all)'],
    ['--startup-ms <count>', 'start time of a session, milliseconds'],
    ['--faults <file>', 'a JSON file with a list of faults'],
    ['--observed <file>', 'behave like the account that verify --save has written about'],
    ['--clock <kind>', 'real or virtual; POST /__emulator/advance moves a virtual clock'],
    ['--seed <number>', 'seed for ids and random faults'],
    ['--engine <name>', 'what runs SQL: duckdb (not Spark), sail, spark, or sc://host:port'],
    ['--run-code', 'run the code of Athena calculations on this machine, whatever it is'],
    ['--export', 'print lines for eval in a shell: then every provider uses the emulators'],
    ['--detach', 'return when they run, and leave them running after this command'],
  ],
  [
    'mcp',
    'serve the Model Context Protocol on stdio: tools for agents that start sessions and run SQL',
    async () => (await import('./commands/mcp.ts')).runMcp,
    ['--allow-start', 'start billed sessions without asking the user; needs --max-spend'],
    ['--max-spend <amount>', 'what all sessions of this server may cost together; needs `prices`', amount],
  ],
  [
    'batch start',
    'check all runs, start them as one batch, and print its status',
    async () => (await dryRuns()).withDryRun((await batch()).runBatchStart),
    ['--runs <file>', 'the runs: a JSON array, or a .jsonl file with one run per line', 'required'],
    ['--defaults <file>', 'a JSON file with the defaults of all runs (workflowId, roleArn, …)', 'required'],
    ['--key <key>', 'use the batch with this key; start it if there is none'],
    ['--restart', 'with --key: start a new batch if the last one has ended'],
    ['--name <name>', 'a display name'],
    ['--wait', 'wait until it has finished'],
    [
      '--on-abort <what>',
      'what Ctrl-C during --wait does to the batch: detach (default) or cancel',
      choice('detach', 'cancel'),
    ],
    DRY_RUN,
  ],
  [
    'batch list',
    'list the batches of the environment, of all owners',
    async () => (await import('./commands/batch-list.ts')).runBatchList,
    ['--state <state>', 'only batches in this state', choice(...BATCH_STATES)],
  ],
  ['batch status', 'print the status of a batch', async () => (await batch()).runBatchStatus, BATCH],
  [
    'batch failures',
    'print the runs that did not succeed, with reasons',
    async () => (await batch()).runBatchFailures,
    BATCH,
  ],
  [
    'batch cancel',
    'stop submitting and stop the running runs',
    async () => (await dryRuns()).withDryRun((await batch()).runBatchCancel),
    BATCH,
    DRY_RUN,
  ],
  [
    'batch resubmit',
    'start the runs that did not succeed as a new batch',
    async () => (await dryRuns()).withDryRun((await batch()).runBatchResubmit),
    BATCH,
    ['--runs <file>', "the first batch's runs, if the service cannot return them (100 or fewer)"],
    ['--key <key>', 'the key of the new batch'],
    DRY_RUN,
  ],
  [
    'batch delete',
    'delete records of a finished batch; results in S3 stay',
    async () => (await dryRuns()).withDryRun((await batch()).runBatchDelete),
    BATCH,
    ['--runs', 'the records of its runs'],
    ['--record', 'the record of the batch itself'],
    DRY_RUN,
  ],
  [
    'engines install',
    'install an engine into your cache folder with pip; needs python3, and Java 17 for spark',
    async () => (await engines()).runEnginesInstall,
    ENGINE,
    ['--release <version>', 'a version other than the tested one'],
  ],
  ['engines list', 'list installed engines', async () => (await engines()).runEnginesList],
  [
    'engines remove',
    'remove all versions of an engine',
    async () => (await engines()).runEnginesRemove,
    ENGINE,
    ['--release <version>', 'only this version'],
  ],
  [
    'provider init',
    'write a package with a provider that passes the conformance kit',
    async () => (await import('./commands/provider-init.ts')).runProviderInit,
    ['<name>', "the provider's name, such as acme"],
    ['--dir <folder>', 'the folder to write to (default: a new one with the name)'],
  ],
  [
    'config check',
    'check all environments, or that of --env, and report every problem',
    async () => (await config()).runConfigCheck,
  ],
  [
    'config environments',
    'print the names of the environments of a YAML or JSON file; runs no code',
    async () => (await config()).runConfigEnvironments,
  ],
  ['config schema', 'print the JSON Schema of config files, for editors', async () => (await config()).runConfigSchema],
  [
    'config init',
    'create an anysession.config.yaml, for the provider of --provider or for this machine',
    async () => (await config()).runConfigInit,
    ['--emulated', 'for the emulated clouds of anysession emulate --export'],
  ],
];

/**
 * All commands with their options and help. A command's code is imported when it runs.
 * @param onExitCode - called with the exit code of a command that has its own
 */
export function createProgram(terminal: Terminal, onExitCode: (code: number) => void = () => {}): Command {
  const program = new Command('anysession')
    .description('Spark sessions on Athena, EMR, Glue, Dataproc and this machine, from one config file.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examplesOf(''))
    .option('--config <file>', 'the config file (default: the nearest anysession.config.* in this folder or above)')
    .option('--env <name>', 'the environment (default: ANYSESSION_ENV, then defaultEnvironment in the file)')
    .option('--provider <name>', 'use this provider, without a config file')
    .option('--set <option=value>', 'with --provider: an option of the provider; may be repeated', pairs)
    .option('--json', 'print results and errors as JSON')
    .option('--verbose', 'print each call of the service with its duration and request id on stderr')
    .option('--quiet', 'print results, warnings and errors only: no progress and no hints')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // Wrong arguments are reported like every other error.
      writeErr: () => {},
    });
  for (const [path, help, load, ...parameters] of COMMANDS) {
    const [first = '', second] = path.split(' ');
    const group = (): Command =>
      program.commands.find((each) => each.name() === first) ?? add(program, first, GROUPS[first]);
    const command = second === undefined ? add(program, first, help) : add(group(), second, help);
    command.addHelpText('after', examplesOf(path));
    for (const [syntax, text, parse] of parameters) {
      if (!syntax.startsWith('-')) command.argument(syntax, text);
      else if (parse === 'required') command.requiredOption(syntax, text);
      else if (parse === undefined) command.option(syntax, text);
      else command.option(syntax, text, parse as (text: string, earlier: unknown) => unknown);
    }
    command.action(async (...words: unknown[]) => {
      const { config, env: environment, provider, set, json = false, verbose, quiet } = program.opts<GlobalOptions>();
      const run = await load();
      const output = quiet === true ? terminalWith(terminal, { isQuiet: true }) : terminal;
      const context = { terminal: output, config, environment, provider, set, json, verbose };
      const exitCode = await run(context, ...(words as never[]));
      if (exitCode !== undefined) onExitCode(exitCode);
    });
  }
  return program;
}

function add(parent: Command, name: string, help = ''): Command {
  const heading = HEADINGS.find(([, names]) => names.includes(name)) ?? HEADINGS.at(-1);
  const command = parent.command(name).description(help).helpOption('-h, --help', 'print help').helpCommand(false);
  return parent.parent === null ? command.helpGroup(heading?.[0] ?? '') : command;
}
