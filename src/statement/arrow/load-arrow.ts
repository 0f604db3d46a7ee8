// eslint-disable-next-line @typescript-eslint/ban-ts-comment
/** @ts-ignore -- The package is optional: where it is not installed, it has no types. */
import type * as ArrowModule from 'apache-arrow';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SessionError } from '../../contract/session-error.ts';

/** The part of `apache-arrow` that makes a table of IPC bytes; every version has it. */
export interface ArrowReader<Table> {
  /** Reads an IPC stream that arrives in pieces. */
  tableFromIPC(stream: Iterable<Uint8Array>): Table;
}

const NAME = 'apache-arrow';

/** Loads the application's copy of `apache-arrow`. @throws SessionError `unsupported` when the package is not installed. */
export async function loadArrow(from: string = import.meta.url): Promise<typeof ArrowModule> {
  const own = resolve(from);
  // The program that runs, then the folder that it runs in.
  const application = resolve(process.argv[1]) ?? resolve(join(process.cwd(), 'package.json'));
  warnOfCommonJs(application ?? own);
  try {
    // Where nothing resolves from here, this code is part of a bundle, whose copy is the application's.
    if (own !== undefined && application !== undefined && own !== application) return await importFile(application);
    return await import('apache-arrow');
  } catch (cause) {
    if (own === undefined && application !== undefined) return importFile(application);
    const message = 'toArrow() needs the package apache-arrow. Run: npm install apache-arrow';
    throw new SessionError('unsupported', message, { operation: 'read', cause });
  }
}

/** The CommonJS entry of the copy that a file sees; its ES modules are next to it. */
function resolve(from: string | undefined): string | undefined {
  try {
    return from === undefined ? undefined : createRequire(from).resolve(NAME);
  } catch {
    return undefined;
  }
}

/** The ES modules: tables of the CommonJS build are foreign to functions that were imported. */
function importFile(entry: string): Promise<typeof ArrowModule> {
  const { href } = pathToFileURL(entry.replace(/\.js$/, '.mjs'));
  return import(/* webpackIgnore: true */ href) as Promise<typeof ArrowModule>;
}

let isWarned = false;

/** Each build has classes of its own, and `tableToIPC` of the one writes nothing for a table of the other. */
function warnOfCommonJs(entry: string | undefined): void {
  if (isWarned || entry === undefined || createRequire(entry).cache[entry] === undefined) return;
  isWarned = true;
  process.emitWarning(
    'This program also loads the CommonJS build of apache-arrow, which cannot read the table that toArrow() makes. ' +
      'Pass the copy that you use, as toArrow(arrow), or call toIPC().',
    { code: 'ANYSESSION_ARROW_COPIES' },
  );
}
