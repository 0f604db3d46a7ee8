import { configSchema } from '../../config/config-schema.ts';
import { print, type CommandContext } from '../terminal.ts';

/** Writes the JSON Schema of config files. */
export async function runConfigSchema({ terminal }: CommandContext): Promise<void> {
  await print(terminal, `${JSON.stringify(await configSchema(), undefined, 2)}\n`);
}
