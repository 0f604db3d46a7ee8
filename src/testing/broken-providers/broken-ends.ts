import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';
import { answering, broken, failing, listing, reporting, type BrokenProvider } from './broken-provider.ts';

/** Wrong in how sessions end. */
const BROKEN_TERMINATES: readonly BrokenProvider[] = [
  broken('fails-on-second-terminate', ['C-030'], 'fails to terminate an ending session', (sound, memory) =>
    answering(sound, 'terminate', (seen, handle) => {
      const isAgain = memory.has(handle.id);
      memory.add(handle.id);
      if (!isAgain) return seen;
      throw new SessionError('conflict', 'the session is ending', { operation: 'terminate', handle });
    }),
  ),
  broken('not-found-on-terminate', ['C-031'], 'fails to terminate an unknown session', (sound) =>
    answering(sound, 'terminate', (seen, handle) => {
      if (seen.nativeState !== 'NOT_FOUND') return seen;
      throw new SessionError('not-found', 'there is no such session', { operation: 'terminate', handle });
    }),
  ),
  broken('invents-sessions', ['C-005', 'C-031'], 'describes an unknown session as ended', (sound) =>
    failing(sound, 'describe', 'not-found', (_error, handle, call) => sound.terminate(handle, call)),
  ),
  broken(
    'swallows-terminate',
    ['C-005', 'C-006', 'C-007', 'C-009', 'C-032', 'C-033'],
    'answers terminate without a request to the service',
    (sound) => ({
      terminate: async (handle, call) => {
        try {
          return { ...(await sound.describe(handle, call)), state: 'terminated', acceptsWork: false, final: true };
        } catch (error) {
          if (SessionError.is(error, 'not-found')) return sound.terminate(handle, call);
          throw SessionError.is(error) ? error.with({ operation: 'terminate' }) : error;
        }
      },
    }),
  ),
  broken('hides-failed-terminates', ['C-005', 'C-006', 'C-009'], 'ignores every failure of terminate', (sound) =>
    failing(sound, 'terminate', undefined, (error, handle, call) => {
      if (error.kind === 'aborted' || error.kind === 'invalid-request') return error;
      return sound.describe(handle, { ...call, deadline: Number.POSITIVE_INFINITY });
    }),
  ),
  broken('final-too-early', ['C-026', 'C-032', 'C-033'], 'reports a session that is shutting down as final', (sound) =>
    reporting(sound, (seen) => (seen.state === 'terminated' ? { ...seen, final: true } : seen)),
  ),
  broken('waits-for-ready', ['C-033'], 'refuses to terminate a session that is being created', (sound) => ({
    terminate: async (handle, call) => {
      const isYoung = await sound.describe(handle, call).then(
        ({ state }) => state === 'creating',
        () => false,
      );
      if (!isYoung) return sound.terminate(handle, call);
      throw new SessionError('conflict', 'the session is being created', { operation: 'terminate', handle });
    },
  })),
  broken('misses-the-idle-end', ['C-026'], 'reports a session that reached its idle timeout as ready', (sound) =>
    reporting(sound, (seen) =>
      seen.reason === 'idle timeout reached' ? { ...seen, state: 'ready', acceptsWork: true, final: false } : seen,
    ),
  ),
  broken('ends-as-failed', ['C-032'], 'reports a terminated session as failed', (sound) =>
    answering(sound, 'describe', (seen) =>
      seen.final && seen.state === 'terminated' ? { ...seen, state: 'failed' } : seen,
    ),
  ),
  broken('terminates-on-describe', ['C-032'], 'terminates again on each describe of an ending session', (sound) =>
    answering(sound, 'describe', (seen, handle, call) =>
      seen.state === 'terminated' && !seen.final ? sound.terminate(handle, call) : seen,
    ),
  ),
  broken('ready-while-ending', ['C-033'], 'reports a session terminated before it was ready as ready', (sound) =>
    reporting(sound, (seen) => {
      const wasYoung = seen.state === 'terminated' && !seen.final && seen.details.startedAtMs === undefined;
      return wasYoung ? { ...seen, state: 'ready', acceptsWork: true } : seen;
    }),
  ),
];

/** Wrong in what the list shows. */
const BROKEN_LISTS: readonly BrokenProvider[] = [
  broken('large-pages', ['C-040'], 'puts two pages of the service on one', (sound) =>
    answering(sound, 'listPage', async (first, filter, _cursor, call) => {
      if (first.next === undefined) return first;
      const second = await sound.listPage(filter, first.next, call);
      return { ...second, observations: [...first.observations, ...second.observations] };
    }),
  ),
  broken('endless-pages', ['C-040'], 'gives the last page a next one', (sound) =>
    answering(sound, 'listPage', (page) => ({ ...page, next: page.next ?? '0' })),
  ),
  broken('lost-page', ['C-040'], 'returns only the first page', (sound) =>
    answering(sound, 'listPage', ({ observations }) => ({ observations })),
  ),
  broken('repeated-session', ['C-040'], 'repeats the last session of a page on the next one', (sound) => {
    let last: Observation | undefined;
    return answering(sound, 'listPage', (page, _filter, cursor) => {
      const repeated = cursor !== undefined && page.next === undefined && last !== undefined ? [last] : [];
      last = page.observations.at(-1);
      return { ...page, observations: [...repeated, ...page.observations] };
    });
  }),
  broken('stale-list', ['C-041'], 'lists sessions in the state they started in', (sound) =>
    listing(sound, (observations) =>
      observations.map((seen) => (seen.state === 'ready' ? { ...seen, state: 'creating', acceptsWork: false } : seen)),
    ),
  ),
  broken('ignores-filter', ['C-042'], 'ignores every list filter', (sound) => ({
    listPage: (_filter, cursor, call) => sound.listPage({}, cursor, call),
  })),
  broken('lists-ended-as-live', ['C-043'], 'lists ended sessions as ready', (sound) =>
    listing(sound, (observations) =>
      observations.map((seen) => (seen.final ? { ...seen, state: 'ready', acceptsWork: true, final: false } : seen)),
    ),
  ),
  broken('lists-late', ['C-023', 'C-040', 'C-041', 'C-042'], 'lists no session that is being created', (sound) =>
    listing(sound, (observations) => observations.filter(({ state }) => state !== 'creating')),
  ),
];

/** Wrong in how sessions end and how they are listed. */
export const BROKEN_ENDS: readonly BrokenProvider[] = [...BROKEN_TERMINATES, ...BROKEN_LISTS];
