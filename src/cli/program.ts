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
    .description('Spark sessions on Athena, EMR Serverless, Dataproc and this machine, from one config file.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .option('--config <file>', 'the config file (default: the nearest anysession.config.* in this folder or above)')
    .option('--env <name>', 'the environment (default: ANYSESSION_ENV, then defaultEnvironment in the file)')
    .option('--json', 'print results and errors as JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      // Wrong arguments are reported like every other error.
      writeErr: () => {},
    });
  const run = (action: (context: CommandContext) => Promise<void>): Promise<void> => {
    const { config, env: environment, json = false } = program.opts<GlobalOptions>();
    return action({ terminal, config, environment, json });
  };

  command(program, 'sql')
    .description('start a session, run one statement, print its rows, and end the session')
    .argument('[text]', 'the SQL; - reads standard input')
    .option('--file <path>', 'read the SQL from a file')
    .option('--csv', 'print the rows as CSV')
    .option('--rows <count>', 'print at most this many rows (default: 1000 in a table, all as JSON or CSV)', rowCount)
    .option('--key <key>', 'use the session with this key; start it if there is none')
    .option('--keep', 'keep the session running and print its handle')
    .action((text: string | undefined, options: SqlOptions) =>
      run(async (context) => (await import('./commands/sql.ts')).runSql(context, text, options)),
    );

  command(program, 'list')
    .description('list the sessions of the environment, of all owners')
    .option('--state <state...>', 'only sessions in these states')
    .option('--all', 'include ended sessions that the service still lists')
    .action((options: ListCommandOptions) =>
      run(async (context) => (await import('./commands/list.ts')).runList(context, options)),
    );

  command(program, 'connect')
    .description('print a PySpark connection string (contains a token)')
    .argument('<session>', "the session's id, or its handle as JSON")
    .action((id: string) => run(async (context) => (await import('./commands/connect.ts')).runConnect(context, id)));

  command(program, 'emulate')
    .description('run the emulators of the cloud services on loopback until SIGTERM')
    .option('--services <names>', 'comma-separated names (default: all)')
    .option('--startup-ms <count>', 'start time of a session, milliseconds')
    .option('--faults <file>', 'a JSON file with a list of faults')
    .option('--clock <kind>', 'real or virtual; POST /__emulator/advance moves a virtual clock')
    .option('--seed <number>', 'seed for ids and random faults')
    .option('--engine <name>', 'what runs SQL: duckdb (not Spark), sail, spark, or sc://host:port')
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

  const config = command(program, 'config').description('check, describe or create a configuration');
  command(config, 'check')
    .description('check all environments, or that of --env, and report every problem')
    .action(() => run(async (context) => (await import('./commands/config-check.ts')).runConfigCheck(context)));
  command(config, 'schema')
    .description('print the JSON Schema of config files, for editors')
    .action(() => run(async (context) => (await import('./commands/config-schema.ts')).runConfigSchema(context)));
  command(config, 'init')
    .description('create an anysession.config.yaml')
    .action(() => run(async (context) => (await import('./commands/config-init.ts')).runConfigInit(context)));
  return program;
}

const BATCH_TARGET = 'the batch id, its handle as JSON, or key:<key>';

function addBatchCommands(
  program: Command,
  run: (action: (context: CommandContext) => Promise<void>) => Promise<void>,
): void {
  const load = () => import('./commands/batch.ts');
  const batch = command(program, 'batch').description('start, describe and end run batches');
  command(batch, 'start')
    .description('check all runs, start them as one batch, and print its status')
    .requiredOption('--runs <file>', 'the runs: a JSON array, or a .jsonl file with one run per line')
    .requiredOption('--defaults <file>', 'a JSON file with the defaults of all runs (workflowId, roleArn, …)')
    .option('--key <key>', 'use the batch with this key; start it if there is none')
    .option('--name <name>', 'a display name')
    .option('--wait', 'wait until it has finished')
    .action((options: BatchStartCommandOptions) =>
      run(async (context) => (await load()).runBatchStart(context, options)),
    );
  command(batch, 'status')
    .description('print the status of a batch')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchStatus(context, target)));
  command(batch, 'failures')
    .description('print the runs that did not succeed, with reasons')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchFailures(context, target)));
  command(batch, 'cancel')
    .description('stop submitting and stop the running runs')
    .argument('<batch>', BATCH_TARGET)
    .action((target: string) => run(async (context) => (await load()).runBatchCancel(context, target)));
  command(batch, 'resubmit')
    .description('start the runs that did not succeed as a new batch')
    .argument('<batch>', BATCH_TARGET)
    .option('--runs <file>', "the first batch's runs, if the service cannot return them (100 or fewer)")
    .option('--key <key>', 'the key of the new batch')
    .action((target: string, options: BatchResubmitCommandOptions) =>
      run(async (context) => (await load()).runBatchResubmit(context, target, options)),
    );
  command(batch, 'delete')
    .description('delete records of a finished batch; results in S3 stay')
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
    .description('install an engine into your cache folder with pip; needs python3, and Java 17 for spark')
    .argument('<engine>', 'sail or spark')
    .option('--release <version>', 'a version other than the tested one')
    .action((name: string, options: EngineCommandOptions) =>
      run(async (context) => (await load()).runEnginesInstall(context, name, options)),
    );
  command(engines, 'list')
    .description('list installed engines')
    .action(() => run(async (context) => (await load()).runEnginesList(context)));
  command(engines, 'remove')
    .description('remove all versions of an engine')
    .argument('<engine>', 'sail or spark')
    .option('--release <version>', 'only this version')
    .action((name: string, options: EngineCommandOptions) =>
      run(async (context) => (await load()).runEnginesRemove(context, name, options)),
    );
}

function command(parent: Command, name: string): Command {
  return parent.command(name).helpOption('--help', 'print help').helpCommand(false);
}

function rowCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Expected a whole number, 1 or more.');
}

function packageVersion(): string {
  return (createRequire(import.meta.url)('anysession/package.json') as { version: string }).version;
}
