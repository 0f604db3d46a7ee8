import type { Batches } from '../batch/batches.ts';
import type { CommandContext } from './terminal.ts';

/** Opens the run batches that the command line asks for, and lets go of the connections whatever happens. */
export async function withBatches<T>(context: CommandContext, use: (batches: Batches) => Promise<T>): Promise<T> {
  const { config, environment, terminal } = context;
  const { openBatches } = await import('../open-batches.ts');
  const batches = await openBatches({ config, environment, cwd: terminal.cwd, env: terminal.env });
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}
