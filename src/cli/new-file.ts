import { open, type FileHandle } from 'node:fs/promises';
import { SessionError } from '../contract/session-error.ts';

/**
 * Creates a file for results. An existing file is never overwritten.
 * @param name - the path as it was given, for messages
 * @throws SessionError `conflict` when the file exists, `invalid-request` when it cannot be written.
 */
export async function openNewFile(
  path: string,
  name: string,
  details: { operation: string; advice?: string },
): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (thrown) {
    const cause = thrown as NodeJS.ErrnoException;
    if (cause.code !== 'EEXIST') throw unwritableFile(name, cause, details.operation);
    const message = `${name} exists, and it is left as it is. Choose another file, or remove it`;
    throw new SessionError('conflict', message, { ...details, cause });
  }
}

/** A file of results could not be written. */
export function unwritableFile(name: string, cause: NodeJS.ErrnoException, operation: string): SessionError {
  const why = cause.code === 'ENOENT' ? 'there is no such folder' : (cause.code ?? cause.message);
  return new SessionError('invalid-request', `${name} cannot be written: ${why}`, { operation, cause });
}
