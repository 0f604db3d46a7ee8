import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SessionError } from '../../contract/session-error.ts';

const PROGRAM = 'python3';

/** What a kernel imports, with what pip installs for it. */
const NEEDED = {
  ipykernel: 'ipykernel',
  pyspark: '"pyspark-client==4.0.*"',
  sql: 'jupysql',
} as const;

/** Prints the path of Python and the modules among its arguments that it does not find. */
const PROBE = `
import importlib.util, json, sys
# A module of the working folder is no package.
sys.path[:1] = []
print(json.dumps([sys.executable, [name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]]))
`;

/** The Python of a kernel. */
export interface KernelPython {
  readonly path: string;
  /** What installs the package of `%sql`, when it is absent. */
  readonly sqlAdvice: string | undefined;
}

/** The python3 on the PATH. @throws SessionError `config-invalid` when it cannot be run, or has no ipykernel or pyspark. */
export async function findKernelPython(env: NodeJS.ProcessEnv, cwd: string): Promise<KernelPython> {
  const refusal = (message: string, advice: string, cause?: unknown): SessionError =>
    new SessionError('config-invalid', message, { operation: 'kernelInstall', advice, cause });
  const words = ['-c', PROBE, ...Object.keys(NEEDED)];
  const printed = await promisify(execFile)(PROGRAM, words, { env, cwd }).catch((cause: unknown) => {
    const { code, stderr = '' } = cause as { readonly code?: unknown; readonly stderr?: string };
    const why =
      code === 'ENOENT' ? 'was not found' : `cannot be run (${stderr.trim().split('\n').at(-1) ?? String(code)})`;
    const advice = 'Install Python 3.9 or later, or activate the virtual environment that has ipykernel and pyspark.';
    throw refusal(`${PROGRAM} ${why}`, advice, cause);
  });
  const [path, missing] = JSON.parse(printed.stdout) as [string, (keyof typeof NEEDED)[]];
  const install = (names: readonly (keyof typeof NEEDED)[]): string =>
    `${path} -m pip install ${names.map((name) => NEEDED[name]).join(' ')}`;
  const required = missing.filter((name) => name !== 'sql');
  if (required.length > 0) {
    const spark = required.includes('pyspark')
      ? '\nFor Athena and EMR Serverless, install "pyspark[connect]==3.5.*" instead of pyspark-client: docs/guide/python.md.'
      : '';
    throw refusal(`${path} has no ${required.join(' and no ')}`, `Run: ${install(required)}${spark}`);
  }
  return { path, sqlAdvice: missing.includes('sql') ? install(['sql']) : undefined };
}
