import { createRequire } from 'node:module';
import { Command, InvalidArgumentError } from 'commander';
import type { ListCommandOptions } from './commands/list.ts';
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

  command(program, 'emulate')
    .description('run the emulators of Athena and EMR Serverless on the loopback address, until SIGTERM')
    .option('--services <names>', 'which ones, separated by commas (default: all)')
    .option('--startup-ms <count>', 'how long a session takes to start, in milliseconds')
    .option('--faults <file>', 'a JSON file with a list of faults')
    .option('--clock <kind>', 'real or virtual; a virtual one moves by POST /__emulator/advance')
    .option('--seed <number>', 'repeats ids and chances')
    .action((options: RunEmulatorOptions) =>
      run(async (context) => (await import('./commands/emulate.ts')).runEmulate(context, options)),
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
