import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The file that Python runs when a Jupyter kernel starts below `anysession exec`. */
export const STARTUP_FILE = join(
  dirname(createRequire(import.meta.url).resolve('anysession/package.json')),
  'src/cli/kernel/startup.py',
);

/** The variables that make kernels run {@link STARTUP_FILE}, and then the file that the user has chosen. */
export function startupEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PYTHONSTARTUP: chosen } = env;
  if (chosen === STARTUP_FILE) return {};
  return { PYTHONSTARTUP: STARTUP_FILE, ANYSESSION_PYTHONSTARTUP: chosen === '' ? undefined : chosen };
}
