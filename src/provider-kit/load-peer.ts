import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SessionError } from '../contract/session-error.ts';

/** Where this module is. A bundle in CommonJS has no `import.meta.url`, but a `__filename`. */
const HERE = (import.meta.url as string | undefined) ?? __filename;

const NOT_FOUND: readonly unknown[] = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];

/** An optional package is not installed: the cause of the error that {@link requireFromWorkingFolder} throws. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';
  readonly packageName: string;

  constructor(packageName: string) {
    super(`The package ${packageName} is not installed. Run: npm install ${packageName}`);
    this.packageName = packageName;
  }
}

/** `require` of anysession's own place or, when only that has the package, of the working folder. */
export function requireThatFinds(packageName: string): NodeJS.Require {
  const [here, workingFolder] = [createRequire(HERE), requireOfWorkingFolder()];
  return !canResolve(here, packageName) && canResolve(workingFolder, packageName) ? workingFolder : here;
}

/**
 * Loads an optional package that is installed next to anysession, by `require`: `import()` of a CommonJS package parses every file for
 * its export names first, which takes 60 ms instead of 42 ms for `@aws-sdk/client-athena` and 98 ms instead of 44 ms for the messages of
 * Dataproc. Follow it with a literal `import()` in the same `try`: bundlers then include the package, and accept its absence.
 *
 * Inside a bundle, the bundle's copy comes first: AWS Lambda has its own versions of the AWS SDK on the search path.
 * @param within - packages to go through: `('a', 'b')` loads the `b` that `a` depends on
 * @returns `undefined` when the package is not installed here, or anysession is part of a bundle.
 */
export function requirePeer(packageName: string, ...within: readonly string[]): unknown {
  const require = createRequire(HERE);
  const isBundled = !canResolve(require, 'anysession/package.json');
  if (isBundled || !canResolve(require, packageName)) return undefined;
  return requireWithin(require, [packageName, ...within]);
}

/**
 * Loads an optional package, or a module of it, from the working folder: a global `anysession` may run in a project that has it.
 * @param cause - the error of loading it from anysession's own place; `undefined` when it is not there
 * @throws SessionError `config-invalid` with the install line when the package is missing here too or does not load.
 */
export function requireFromWorkingFolder(cause: unknown, packageName: string, ...within: readonly string[]): unknown {
  let failure = cause;
  if (cause === undefined || NOT_FOUND.includes((cause as NodeJS.ErrnoException).code)) {
    const require = requireOfWorkingFolder();
    if (!canResolve(require, packageName)) {
      const missing = new MissingPackageError(installedName(packageName));
      throw new SessionError('config-invalid', missing.message, { operation: 'loadPackage', cause: missing });
    }
    try {
      return requireWithin(require, [packageName, ...within]);
    } catch (error) {
      failure = error;
    }
  }
  const message = `The package ${packageName} does not load: ${String(failure)}. Reinstall it: npm install ${installedName(packageName)}`;
  throw new SessionError('config-invalid', message, { operation: 'loadPackage', cause: failure });
}

/** What is installed for a module such as `@scope/name/part.js`. */
function installedName(module: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module;
}

function requireOfWorkingFolder(): NodeJS.Require {
  return createRequire(join(process.cwd(), 'package.json'));
}

function canResolve(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function requireWithin(require: NodeJS.Require, [name, ...within]: readonly [string, ...string[]]): unknown {
  const [next, ...rest] = within;
  return next === undefined ? require(name) : requireWithin(createRequire(require.resolve(name)), [next, ...rest]);
}
