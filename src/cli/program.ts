import { createRequire } from 'node:module';
import { Command, InvalidArgumentError } from 'commander';
import type {
  BatchDeleteCommandOptions,
  BatchResubmitCommandOptions,
  BatchStartCommandOptions,
} from './commands/batch.ts';
import type { EngineCommandOptions } from './commands/engines.ts';
import type { ListCommandOptions } from './commands/list.ts';
import type { ProviderInitOptions } from './commands/provider-init.ts';
import type { SqlOptions } from './commands/sql.ts';
import type { RunEmulatorOptions } from '../emulator/run-emulator.ts';
import type { CommandContext, Terminal } from './terminal.ts';

interface GlobalOptions {
  readonly config?: string;
  readonly env?: string;
  readonly json?: boolean;
}

/** All commands with their options and help; what a command needs is imported when it runs. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('anysession')
    .description('Sessions on the Spark of three clouds and on your laptop: one API, one config file.')
    .version(packageVersion(), '--version', 'write the version')
    .helpOption('--help', 'write this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .option('--config <file>', 'the config file (default: the nearest anysession.config.*, upwards)')
    .option('--env <name>', 'the environment (default: ANYSESSION_ENV, else the defaultEnvironment of the file)')
    .option('--json', 'results and errors as JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // What is wrong with the arguments is told like every other error.
      writeErr: () => {},
    });
  const run = (action: (context: CommandContext) => Promise<void>): Promise<void> => {
    const { config, env: environment, json = false } = program.opts<GlobalOptions>();
    return action({ terminal, config, environment, json });
  };

  command(program, 'sql')
    .description('start a session, run one statement in it, write the rows, and end the session')
    .argument('[text]', 'the SQL; - reads it from standard input')
    .option('--file <path>', 'read the SQL from a file')
    .option('--csv', 'write the rows as CSV')
    .option('--rows <count>', 'write at most this many rows (default: 1000 as a table, all as JSON or CSV)', rowCount)
    .option('--key <key>', 'take the session of this key, and start it where it is not there')
    .option('--keep', 'leave the session running, and write its handle')
    .action((text: string | undefined, options: SqlOptions) =>
      run(async (context) => (await import('./commands/sql.ts')).runSql(context, text, options)),
    );

  command(program, 'list')
    .description('list the sessions of the environment, whoever started them')
    .option('--state <state...>', 'only sessions in these states')
    .option('--all', 'also sessions that have ended, where the service still lists them')
    .action((options: ListCommandOptions) =>
      run(async (context) => (await import('./commands/list.ts')).runList(context, options)),
    );

  command(program, 'connect')
    .description('write how PySpark joins a session; what is written holds a secret')
    .argument('<session>', "the session's id, or its handle as JSON")
    .action((id: string) => run(async (context) => (await import('./commands/connect.ts')).runConnect(context, id)));

  command(program, 'emulate')
    .description('run the emulators of the cloud services on the loopback address, until SIGTERM')
    .option('--services <names>', 'which ones, separated by commas (default: all)')
    .option('--startup-ms <count>', 'how long a session takes to start, in milliseconds')
    .option('--faults <file>', 'a JSON file with a list of faults')
    .option('--clock <kind>', 'real or virtual; a virtual one moves by POST /__emulator/advance')
    .option('--seed <number>', 'repeats ids and chances')
    .option('--engine <name>', 'what runs SQL: duckdb (no Spark), sail, spark, or sc://host:port')
    .action((options: RunEmulatorOptions) =>
      run(async (context) => (await import('./commands/emulate.ts')).runEmulate(context, options)),
    );

  addBatchCommands(program, run);
  addEngineCommands(program, run);

  const provider = command(program, 'provider').description('write a provider of your own');
  command(provider, 'init')
    .description('write a package with a provider that passes the conformance kit')
    .argument('<name>', "the provider's name, such as acme")
    .option('--dir <folder>', 'the folder to write to (default: a new one with the name)')
    .action((name: string, options: ProviderInitOptions) =>
      run(async (context) => (await import('./commands/provider-init.ts')).runProviderInit(context, name, options)),
    );

  const config = command(program, 'config').description('check the configuration, or write one to begin with');
  command(config, 'check')
    .description('check all environments, or the one of --env, and tell everything that is wrong')
    .action(() => run(async (context) => (await import('./commands/config-check.ts')).runConfigCheck(context)));
  command(config, 'schema')
    .description('write the JSON Schema of config files, for completion in editors')
    .action(() => run(async (context) => (await import('./commands/config-schema.ts')).runConfigSchema(context)));
  command(config, 'init')
    .description('write an anysession.config.yaml to begin with')
    .action(() => run(async (context) => (await import('./commands/config-init.ts')).runConfigInit(context)));
  return program;
}

const BATCH_TARGET = 'the id of the batch, its handle as JSON, or key:<its key>';

function addBatchCommands(
  program: Command,
  run: (action: (context: CommandContext) => Promise<void>) => Promise<void>,
): void {
  const load = () => import('./commands/batch.ts');
  const batch = command(program, 'batch').description('start run batches, look at them, and end them');
  command(batch, 'start')
    .description('check all runs, start them as one batch, and write its status')
    .requiredOption('--runs <file>', 'the runs: a JSON array, or a .jsonl file with a run a line')
    .requiredOption('--defaults <file>', 'a JSON file with what all runs have in common (workflowId, roleArn, …)')
    .option('--key <key>', 'take the batch of this key, and start it where it is not there')
    .option('--name <name>', 'a name for people')
    .option('--wait', 'wait until it is over')
    .action((options: BatchStartCommandOptions) =>
      run(async (context) => (await load()).runBatchStart(context, options)),
    );
  command(batch, 'status')
    .description('look at a batch once')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchStatus(context, target)));
  command(batch, 'failures')
    .description('write the runs that did not succeed, and why')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchFailures(context, target)));
  command(batch, 'cancel')
    .description('stop submitting, and ask for the end of what runs')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchCancel(context, target)));
  command(batch, 'resubmit')
    .description('start the runs that did not succeed again, as a new batch')
    .argument('<batch>', BATCH_TARGET)
    .option('--runs <file>', "the first batch's runs, where the service cannot give them back (100 or fewer)")
    .option('--key <key>', 'the key of the new batch')
    .action((target: string, options: BatchResubmitCommandOptions) =>
      run(async (context) => (await load()).runBatchResubmit(context, target, options)),
    );
  command(batch, 'delete')
    .description('delete records of a batch that is over; results in S3 stay')
    .argument('<batch>', BATCH_TARGET)
    .option('--runs', 'the records of its runs')
    .option('--record', 'the record of the batch itself')
    .action((target: string, options: BatchDeleteCommandOptions) =>
      run(async (context) => (await load()).runBatchDelete(context, target, options)),
    );
}

function addEngineCommands(
  program: Command,
  run: (action: (context: CommandContext) => Promise<void>) => Promise<void>,
): void {
  const load = () => import('./commands/engines.ts');
  const engines = command(program, 'engines').description('install engines for Spark SQL on this machine');
  command(engines, 'install')
    .description('bring an engine into your cache folder by pip; needs python3, and for spark Java 17')
    .argument('<engine>', 'sail or spark')
    .option('--release <version>', 'another version than the one that is tested')
    .action((name: string, options: EngineCommandOptions) =>
      run(async (context) => (await load()).runEnginesInstall(context, name, options)),
    );
  command(engines, 'list')
    .description('list the engines that are installed')
    .action(() => run(async (context) => (await load()).runEnginesList(context)));
  command(engines, 'remove')
    .description('remove an engine, in all its versions')
    .argument('<engine>', 'sail or spark')
    .option('--release <version>', 'in this version alone')
    .action((name: string, options: EngineCommandOptions) =>
      run(async (context) => (await load()).runEnginesRemove(context, name, options)),
    );
}

function command(parent: Command, name: string): Command {
  return parent.command(name).helpOption('--help', 'write this help').helpCommand(false);
}

function rowCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Expected a whole number, 1 or more.');
}

function packageVersion(): string {
  return (createRequire(import.meta.url)('anysession/package.json') as { version: string }).version;
}
