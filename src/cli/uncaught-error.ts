import { fileURLToPath } from 'node:url';
import { SessionError } from '../contract/session-error.ts';
import { describeValue } from '../provider-kit/describe-value.ts';

const ADVICE =
  'If your config file or provider runs code, handle the error there. Otherwise report it: this is a bug of anysession';

/** An exception or a rejection that nobody caught, without the line of source code that Node.js would print. */
export function uncaughtError(thrown: unknown): SessionError {
  if (SessionError.is(thrown)) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describeValue(thrown);
  const message = `Nothing caught the error ${what}${placeOf(thrown)}`;
  return new SessionError('internal', message, { operation: 'cli', advice: ADVICE, cause: thrown });
}

/** The file and the line of the first stack frame that has a file. */
function placeOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? String(thrown.stack) : '';
  const [, url, line] = /^ +at .*?(file:\/\/\/[^\s?]+?)(?:\?\S*?)?:(\d+):\d+\)?$/m.exec(stack) ?? [];
  return url === undefined ? '' : ` (thrown at ${fileURLToPath(url)}:${String(line)})`;
}

/** The process ends before the command does: Node.js has nothing left to wait for, or somebody called `process.exit`. */
export function prematureEnd(isLoading: boolean, exitCode: number | undefined): SessionError {
  const isExit = exitCode !== undefined && exitCode !== UNSETTLED_AWAIT;
  const advice = 'Check the code of the config file and of its provider';
  if (isExit) {
    const message = `Code called process.exit(${exitCode}) before the command had ended`;
    return new SessionError('config-invalid', message, {
      operation: 'cli',
      advice,
      effect: isLoading ? 'none' : 'unknown',
    });
  }
  if (!isLoading) {
    const message = 'The command waits for something that never happens';
    return new SessionError('internal', message, { operation: 'cli', effect: 'unknown' });
  }
  const message = 'The config file never finished loading: a top-level `await` does not settle';
  return new SessionError('config-invalid', message, { operation: 'cli', advice });
}

/** The exit code of Node.js when a top-level `await` never settles. */
const UNSETTLED_AWAIT = 13;
