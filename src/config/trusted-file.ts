import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const WRITABLE_BY_OTHERS = 0o002;
/** In a sticky folder, such as /tmp, only its owner can replace a file. */
const STICKY = 0o1000;

/**
 * Why a file of code must not run: another user of this machine wrote it, or can change it. `undefined` when it may run.
 * Files of root are trusted, as the programs of the system are.
 * @param user - the id of the user who runs it; Windows has none
 */
export async function whyNotTrusted(file: string, user = process.getuid?.()): Promise<string | undefined> {
  if (user === undefined) return undefined;
  const [{ uid, mode }, folder] = await Promise.all([stat(file), stat(dirname(file))]);
  if (uid !== user && uid !== 0) {
    return `is code of the user with id ${uid}, and you are the user with id ${user}. Check it, then run as its owner or change its owner`;
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    return `is code that every user of this machine can change. Check it, then run: chmod o-w ${file}`;
  }
  if ((folder.mode & WRITABLE_BY_OTHERS) !== 0 && (folder.mode & STICKY) === 0) {
    return `is code in a folder that every user of this machine can change. Check it, then run: chmod o-w ${dirname(file)}`;
  }
  return undefined;
}
