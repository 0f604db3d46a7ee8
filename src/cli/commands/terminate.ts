import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionStatus } from '../../session/session-tracker.ts';
import type { Sessions } from '../../session/sessions.ts';
import { ask, canAsk } from '../ask.ts';
import { findEach, listSessions, type Addressed, type SessionFilter } from '../session-address.ts';
import { StatusLine } from '../status-line.ts';
import { note, print, printJson, type CommandContext, type Terminal } from '../terminal.ts';
import { withSessions } from '../with-environment.ts';
import { giveUpAt, timeLeftMs } from '../work-session.ts';

/** The options of `anysession terminate`. */
interface TerminateCommandOptions extends SessionFilter {
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly timeout?: number;
}

/**
 * Ends sessions. What can be ended is ended, and the command fails with what could not.
 * @throws SessionError, or AggregateError of several.
 */
export async function runTerminate(
  context: CommandContext,
  words: readonly string[],
  options: TerminateCommandOptions,
): Promise<void> {
  const { terminal, json, dryRun } = context;
  const untilMs = giveUpAt(options.timeout);
  const status = new StatusLine(terminal, json);
  const { ended, failures } = await withSessions(context, async (sessions) => {
    const addressed = await findAll(sessions, words, options, terminal.signal);
    const failures = addressed.flatMap((each) => ('error' in each ? [each.error] : []));
    const found = addressed.flatMap((each) => ('found' in each ? [each.found] : []));
    const isAsked = options.yes !== true && dryRun === undefined;
    const chosen = !isAsked ? found : await confirm(found, sessions, terminal, failures);
    const ends = chosen.map(async ({ handle }) => {
      const session = await sessions.attach(handle, { signal: terminal.signal });
      status.show(`ending ${handle.id} …`);
      const limits = { signal: terminal.signal, timeoutMs: timeLeftMs({ untilMs }) };
      return session.terminate({ ...limits, wait: options.wait });
    });
    const ended: SessionStatus[] = [];
    for (const outcome of await Promise.allSettled(ends)) {
      if (outcome.status === 'fulfilled') ended.push(outcome.value);
      else failures.push(outcome.reason);
    }
    return { ended, failures };
  }).finally(() => {
    status.end();
  });
  if (json && dryRun === undefined) await printJson(terminal, ended, 2);
  else if (dryRun === undefined) {
    const lines = ended.map(({ handle, state, nativeState, final }) => {
      return `${handle.id} ${final ? state : `is ending (${nativeState})`}\n`;
    });
    await print(terminal, lines.join(''));
    if (ended.length === 0 && failures.length === 0) note(terminal, 'no live session: nothing to terminate');
  }
  if (failures.length > 1) throw new AggregateError(failures);
  if (failures.length === 1) throw failures[0];
}

async function findAll(
  sessions: Sessions,
  words: readonly string[],
  { label, mine }: SessionFilter,
  signal: AbortSignal,
): Promise<readonly Addressed[]> {
  const hasFilter = label !== undefined || mine === true;
  if (words.length === 0 && !hasFilter) {
    throw refusal('Name the sessions to end: ids, key:NAME or handles as JSON; or --label or --mine.');
  }
  if (words.length > 0 && hasFilter) throw refusal('Name sessions by their ids or by --label and --mine, not both.');
  if (words.length > 0) return findEach(sessions, words, signal);
  const found = await listSessions(sessions, { ...(label && { label }), ...(mine && { mine }) }, signal);
  return found.map((each) => ({ word: each.handle.id, found: each }));
}

/** Asks before sessions of other owners are ended; where nobody can be asked, they are left alone and reported. */
async function confirm(
  found: readonly Observation[],
  { owner }: Sessions,
  terminal: Terminal,
  failures: unknown[],
): Promise<readonly Observation[]> {
  const isForeign = ({ details, final }: Observation): boolean => !final && details.ownership?.owner !== owner;
  const foreign = found.filter(isForeign);
  if (foreign.length === 0) return found;
  const names = foreign.map(({ handle, details }) => {
    return `${handle.id} (${details.ownership === undefined ? 'started without anysession' : `of ${details.ownership.owner}`})`;
  });
  const isAsked = canAsk(terminal);
  if (isAsked && (await ask(terminal, `You are ${owner}. End ${names.join(', ')}? [y/N] `))) return found;
  const why = isAsked ? 'was not confirmed' : `belongs to another owner, and you are ${owner}`;
  for (const name of names)
    failures.push(refusal(`Session ${name} ${why}; it was left running. To end it, pass --yes`));
  return found.filter((each) => !isForeign(each));
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'terminate' });
}
