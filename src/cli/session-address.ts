import type { Observation } from '../contract/observation.ts';
import { SessionError } from '../contract/session-error.ts';
import { HANDLE_VERSION, type SessionHandle } from '../contract/session-handle.ts';
import type { SessionState } from '../contract/session-state.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { generationOf, keyPrefix } from '../session/start-token.ts';

/** How a command line names sessions: by words, or by what they have in common. */
export interface SessionFilter {
  readonly label?: Readonly<Record<string, string>>;
  readonly mine?: boolean;
}

/** The words of every option that names sessions. */
export interface SessionChoice extends SessionFilter {
  /** An id, the beginning of one, `key:NAME` or a handle as JSON. */
  readonly session?: string | undefined;
}

const KEY = 'key:';
/** How many matches an error lists. */
const MOST_LISTED = 20;

/**
 * Attaches to the one session that the command line names.
 * @throws SessionError `invalid-request` when none or several are named, `not-found`.
 */
export async function findSession(sessions: Sessions, choice: SessionChoice, signal: AbortSignal): Promise<Session> {
  const { session: word } = choice;
  assertNames(word);
  const hasFilter = choice.mine === true || choice.label !== undefined;
  if (word === undefined && !hasFilter) {
    throw refusal('Name a session: an id, the beginning of one, key:NAME, a handle as JSON, --label or --mine.');
  }
  if (word !== undefined && hasFilter) throw refusal('Name the session by its id or by --label and --mine, not both.');
  if (word === undefined) {
    const found = await listSessions(sessions, choice, signal);
    return sessions.attach(theOnly(found, describeFilter(choice)).handle, { signal });
  }
  const whole = toHandle(sessions, word);
  // Most words are whole ids, which need no list.
  if (whole !== undefined) {
    const isJson = word.startsWith('{');
    try {
      return await sessions.attach(whole, { signal });
    } catch (error) {
      if (isJson || !isUnknownId(error)) throw error;
      const found = match(await listAll(sessions, signal), word);
      // The service's own answer explains a word that matches nothing.
      if (found.length === 0) throw error;
      return sessions.attach(theOnly(found, `"${word}"`).handle, { signal });
    }
  }
  const found = match(await listAll(sessions, signal), word);
  return sessions.attach(oneOf(found, word, sessions).handle, { signal });
}

/** An empty word, such as an unset variable of a script, is the beginning of every id. */
function assertNames(word: string | undefined): void {
  if (word === undefined || !['', KEY].includes(word.trim())) return;
  throw refusal(`"${word}" names no session. Give an id, the beginning of one, key:NAME or a handle as JSON.`);
}

/** One word of a command line, with the session that it names or why it names none. */
export type Addressed =
  { readonly word: string; readonly found: Observation } | { readonly word: string; readonly error: unknown };

/** Finds the sessions of several words with one list; a session that the list does not have is described. */
export async function findEach(
  sessions: Sessions,
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly Addressed[]> {
  // The list shows who owns each session.
  const [only] = words;
  if (words.length === 1 && only !== undefined) {
    return [await settle(only, async () => (await findSession(sessions, { session: only }, signal)).status)];
  }
  for (const word of words) assertNames(word);
  const all = await listAll(sessions, signal);
  const found: Addressed[] = [];
  for (const word of words) {
    const here = await settle(word, async () => {
      const matches = match(all, word);
      const handle = toHandle(sessions, word);
      if (matches.length > 0 || handle === undefined) return oneOf(matches, word, sessions);
      return (await sessions.attach(handle, { signal })).status;
    });
    const isRepeated = 'found' in here && found.some((each) => 'found' in each && isSame(each.found, here.found));
    if (!isRepeated) found.push(here);
  }
  return found;
}

/** Which sessions to list. */
export interface ListChoice extends SessionFilter {
  readonly states?: readonly SessionState[] | undefined;
  readonly includeEnded?: boolean;
}

/** The live sessions, or those with these labels, or of the command's own owner. */
export async function listSessions(
  sessions: Sessions,
  { label, mine, states, includeEnded = false }: ListChoice,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const owner = mine === true ? sessions.owner : undefined;
  const isFiltered = label === undefined || sessions.provider.capabilities.listFilters.includes('labels');
  const found: Observation[] = [];
  for await (const seen of sessions.list({ owner, states, signal, ...(isFiltered && { labels: label }) })) {
    if (includeEnded || !seen.final) found.push(seen);
  }
  return isFiltered ? found : withLabels(sessions, found, label, signal);
}

/** Where lists do not show labels, each session is described. */
async function withLabels(
  sessions: Sessions,
  listed: readonly Observation[],
  label: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const found: Observation[] = [];
  for (const { handle } of listed) {
    const { status } = await sessions.attach(handle, { signal });
    const { labels } = status.details;
    if (labels === undefined) {
      const { id } = sessions.provider;
      const message = `${id} does not show the labels of its sessions. Use --mine, key:NAME or an id.`;
      throw new SessionError('unsupported', message, { operation: 'list', provider: id });
    }
    if (Object.entries(label).every(([name, value]) => labels[name] === value)) found.push(status);
  }
  return found;
}

async function listAll(sessions: Sessions, signal: AbortSignal): Promise<readonly Observation[]> {
  const all: Observation[] = [];
  for await (const seen of sessions.list({ signal })) all.push(seen);
  return all;
}

/** The sessions that a word names. A whole id comes first, then live sessions, then ended ones; of a key the latest. */
function match(all: readonly Observation[], word: string): readonly Observation[] {
  if (word.startsWith(KEY)) return latestOf(all, keyPrefix(word.slice(KEY.length)));
  if (word.startsWith('{')) return [];
  const exact = all.filter(({ handle }) => handle.id === word);
  if (exact.length > 0) return exact;
  const begins = all.filter(({ handle }) => handle.id.startsWith(word));
  const live = begins.filter(({ final }) => !final);
  return live.length > 0 ? live : begins;
}

function latestOf(all: readonly Observation[], prefix: string): readonly Observation[] {
  const ofKey = all.filter(({ details }) => details.ownership?.token.startsWith(prefix));
  const generation = ({ details }: Observation): number => generationOf(details.ownership?.token ?? '-0');
  return ofKey.sort((a, b) => generation(b) - generation(a)).slice(0, 1);
}

function oneOf(found: readonly Observation[], word: string, { provider }: Sessions): Observation {
  if (found.length > 0) return theOnly(found, `"${word}"`);
  const what = word.startsWith(KEY)
    ? `has the key "${word.slice(KEY.length)}"`
    : `has an id that begins with "${word}"`;
  const message = `No session in ${provider.id} (${provider.scope}) ${what}. List them: anysession list`;
  throw new SessionError('not-found', message, { operation: 'attach', provider: provider.id });
}

function theOnly(found: readonly Observation[], what: string): Observation {
  const [first, second] = found;
  if (first === undefined) {
    throw new SessionError('not-found', `No live session ${what}. List them: anysession list`, { operation: 'attach' });
  }
  if (second === undefined) return first;
  const lines = found.slice(0, MOST_LISTED).map(({ handle, nativeState, details }) => {
    return ['', handle.id, nativeState, details.name, details.ownership?.owner].filter((part) => part !== undefined);
  });
  const more = found.length > MOST_LISTED ? `\n  and ${found.length - MOST_LISTED} more` : '';
  const listed = lines.map((parts) => parts.join('  ')).join('\n');
  throw refusal(`${what} names ${found.length} sessions. Use a whole id:\n${listed}${more}`);
}

/** The handle that a word is, or would be if it were a whole id; `undefined` for a key. */
function toHandle({ provider }: Sessions, word: string): SessionHandle | string | undefined {
  if (word.startsWith(KEY)) return undefined;
  return word.startsWith('{') ? word : { v: HANDLE_VERSION, provider: provider.id, scope: provider.scope, id: word };
}

/** Services refuse a text that has not the form of their ids. */
function isUnknownId(error: unknown): boolean {
  return SessionError.is(error, 'not-found') || SessionError.is(error, 'invalid-request');
}

function describeFilter({ label = {}, mine }: SessionFilter): string {
  const parts = Object.entries(label).map(([name, value]) => `--label ${name}=${value}`);
  return [...parts, ...(mine === true ? ['--mine'] : [])].join(' ');
}

async function settle(word: string, find: () => Promise<Observation>): Promise<Addressed> {
  try {
    return { word, found: await find() };
  } catch (error) {
    return { word, error };
  }
}

function isSame(a: Observation, b: Observation): boolean {
  return a.handle.id === b.handle.id;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'attach' });
}
