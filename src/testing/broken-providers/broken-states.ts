import { SessionError } from '../../contract/session-error.ts';
import { alter, alterList, alterObservations, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** Wrong in what is shown of sessions. */
export const BROKEN_STATES: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'constant-state',
    fault: 'says that every session is ready, whatever the service says',
    breaks: [
      'C-008',
      'C-014',
      'C-016',
      'C-026',
      'C-030',
      'C-031',
      'C-032',
      'C-033',
      'C-042',
      'C-050',
      'C-051',
      'C-052',
      'C-053',
      'C-056',
    ],
    wrap: (sound) =>
      alterObservations(sound, ({ busySource: _dropped, ...observation }) => ({
        ...observation,
        state: 'ready',
        acceptsWork: true,
        final: false,
      })),
  }),
  brokenProvider({
    name: 'back-to-creating',
    fault: 'shows a session that has done its work as one that is being created',
    breaks: ['C-010'],
    wrap: (sound) => {
      const wereBusy = new Set<string>();
      return alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          if (observation.state === 'busy') wereBusy.add(handle.id);
          const isBack = observation.state === 'ready' && wereBusy.delete(handle.id);
          return isBack ? { ...observation, state: 'creating', acceptsWork: false } : observation;
        },
      });
    },
  }),
  brokenProvider({
    name: 'comes-back',
    fault: 'shows an ended session as ready again',
    breaks: ['C-011'],
    wrap: (sound) => {
      const ended = new Set<string>();
      return alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          if (!observation.final) return observation;
          if (ended.has(handle.id)) return { ...observation, state: 'ready', acceptsWork: true, final: false };
          ended.add(handle.id);
          return observation;
        },
      });
    },
  }),
  brokenProvider({
    name: 'final-while-busy',
    fault: 'counts a busy session as over',
    breaks: ['C-010', 'C-012'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          return observation.state === 'busy' ? { ...observation, final: true } : observation;
        },
      }),
  }),
  brokenProvider({
    name: 'eager',
    fault: 'says that a session takes work while it is being created',
    breaks: ['C-013'],
    wrap: (sound) =>
      alterObservations(sound, (observation) =>
        observation.state === 'creating' ? { ...observation, acceptsWork: true } : observation,
      ),
  }),
  brokenProvider({
    name: 'unknown-is-ready',
    fault: 'takes a state that it does not know for ready',
    breaks: ['C-014'],
    wrap: (sound) =>
      alterObservations(sound, (observation) =>
        observation.state === undefined ? { ...observation, state: 'ready', acceptsWork: true } : observation,
      ),
  }),
  brokenProvider({
    name: 'throws-on-unknown',
    fault: 'fails when the service shows a state that it does not know',
    breaks: ['C-014'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => {
        if (observation.state !== undefined) return observation;
        throw new SessionError('unexpected', `the state ${observation.nativeState}`, { operation: 'describe' });
      }),
  }),
  brokenProvider({
    name: 'busy-without-source',
    fault: 'says that a session is busy and not who says so',
    breaks: ['C-015'],
    wrap: (sound) => alterObservations(sound, ({ busySource: _dropped, ...observation }) => observation),
  }),
  brokenProvider({
    name: 'no-reason',
    fault: 'keeps the reason of a failure to itself',
    breaks: ['C-016'],
    wrap: (sound) => alterObservations(sound, ({ reason: _dropped, ...observation }) => observation),
  }),
  brokenProvider({
    name: 'remembers',
    fault: 'knows only the sessions that it started itself',
    breaks: ['C-017'],
    wrap: (sound) => {
      const mine = new Set<string>();
      return alter(sound, {
        start: async (request, call) => {
          const observation = await sound.start(request, call);
          mine.add(observation.handle.id);
          return observation;
        },
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          if (mine.has(handle.id)) return observation;
          throw new SessionError('not-found', 'this session is not in the list here', {
            operation: 'describe',
            handle,
          });
        },
      });
    },
  }),
  brokenProvider({
    name: 'fails-after-the-end',
    fault: 'has no table for what the service says of an ended session later',
    breaks: ['C-011'],
    wrap: (sound) => {
      const ended = new Set<string>();
      return alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          if (ended.has(handle.id)) throw new SessionError('unexpected', 'archived', { operation: 'describe', handle });
          if (observation.final) ended.add(handle.id);
          return observation;
        },
      });
    },
  }),
  brokenProvider({
    name: 'unknown-is-over',
    fault: 'counts a session in a state that it does not know as over',
    breaks: ['C-014'],
    wrap: (sound) =>
      alterObservations(sound, (observation) =>
        observation.state === undefined ? { ...observation, final: true } : observation,
      ),
  }),
  brokenProvider({
    name: 'drops-unknown',
    fault: 'leaves sessions in a state that it does not know out of the list',
    breaks: ['C-014'],
    wrap: (sound) =>
      alterList(sound, (observations) => observations.filter((observation) => observation.state !== undefined)),
  }),
  brokenProvider({
    name: 'lists-its-own',
    fault: 'lists only the sessions that it started itself',
    breaks: ['C-017'],
    wrap: (sound) => {
      const mine = new Set<string>();
      const listing = alterList(sound, (observations) => observations.filter(({ handle }) => mine.has(handle.id)));
      return alter(listing, {
        start: async (request, call) => {
          const observation = await sound.start(request, call);
          mine.add(observation.handle.id);
          return observation;
        },
      });
    },
  }),
  brokenProvider({
    name: 'believes-itself-only',
    fault: 'shows sessions that it did not start itself as being created',
    breaks: ['C-017'],
    wrap: (sound) => {
      const mine = new Set<string>();
      return alter(sound, {
        start: async (request, call) => {
          const observation = await sound.start(request, call);
          mine.add(observation.handle.id);
          return observation;
        },
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          return mine.has(handle.id) ? observation : { ...observation, state: 'creating', acceptsWork: false };
        },
      });
    },
  }),
  brokenProvider({
    name: 'leaves-sessions-behind',
    fault: 'lets nothing go when it is closed, although its sessions live in the process',
    breaks: ['C-017'],
    capabilities: { outlivesProcess: false },
    wrap: (sound) => alter(sound, { close: async () => {} }),
  }),
];
