import { SessionError } from '../../contract/session-error.ts';
import { readConfig } from '../../config/read-config.ts';
import { chooseEnvironment } from '../chosen-environment.ts';
import { findKernelPython } from '../kernel/kernel-python.ts';
import { KernelSpecs } from '../kernel/kernel-specs.ts';
import { assertServesSpark } from '../spark-proxy.ts';
import { printTable } from '../table.ts';
import { note, print, printJson, warn, type CommandContext } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';

/** Adds a kernel for the environment to Jupyter. Starts nothing. */
export async function runKernelInstall(context: CommandContext, { name }: { readonly name?: string }): Promise<void> {
  const { terminal, json, provider } = context;
  if (provider !== undefined) {
    throw new SessionError(
      'invalid-request',
      'A kernel needs an environment of a config file, and --provider is none',
      {
        operation: 'kernelInstall',
        advice: 'Write the environment to the file (anysession config init), and name it with --env.',
      },
    );
  }
  const request = await chooseEnvironment(context);
  const { file } = await readConfig(request as Parameters<typeof readConfig>[0]);
  const environment = await withSessions(context, (sessions) => {
    assertServesSpark(sessions);
    return Promise.resolve(sessions.environment);
  });
  const python = await findKernelPython(terminal.env, terminal.cwd);
  const config = file ?? '';
  const words = [
    '--config',
    config,
    '--env',
    environment,
    '--quiet',
    'kernel',
    'run',
    python.path,
    '{connection_file}',
  ];
  const kernel = await new KernelSpecs(terminal.env).add(
    name ?? `anysession-${environment.toLowerCase().replace(/[^a-z0-9._-]/g, '-')}`,
    [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...words],
    { environment, config, python: python.path },
    `PySpark on ${environment}${name === undefined ? '' : ` (${name})`}`,
  );
  if (json) await printJson(terminal, kernel);
  else await print(terminal, `Jupyter shows the kernel "${kernel.displayName}". Its name is ${kernel.name}.\n`);
  if (/[\\/]_npx[\\/]/.test(process.argv[1] ?? '')) {
    warn(
      terminal,
      'The kernel runs anysession from the cache of npx, which npm may remove: install anysession, and repeat this.\n',
    );
  }
  if (python.sqlAdvice !== undefined) note(terminal, `For %sql run: ${python.sqlAdvice}`);
}

/** Prints the kernels that `kernel install` has added. */
export async function runKernelList({ terminal, json }: CommandContext): Promise<void> {
  const kernels = await new KernelSpecs(terminal.env).list();
  if (json) return printJson(terminal, kernels, 2);
  const rows = kernels.map(({ name, environment, config, python }) => [name, environment, config, python]);
  await printTable(terminal, ['kernel', 'environment', 'config', 'python'], rows);
  if (rows.length === 0) note(terminal, 'no kernels; add one with: anysession kernel install --env NAME');
}

/** Removes a kernel. */
export async function runKernelRemove({ terminal, json }: CommandContext, name: string): Promise<void> {
  const kernel = await new KernelSpecs(terminal.env).remove(name);
  await (json ? printJson(terminal, kernel) : print(terminal, `The kernel ${name} is removed.\n`));
}
