import type { Observation } from '../../contract/observation.ts';
import { alter, alterList, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** Wrong in what the list gives. */
export const BROKEN_LISTS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'large-pages',
    fault: 'puts two pages of the service on one',
    breaks: ['C-040'],
    wrap: (sound) =>
      alter(sound, {
        listPage: async (filter, cursor, call) => {
          const first = await sound.listPage(filter, cursor, call);
          if (first.next === undefined) return first;
          const second = await sound.listPage(filter, first.next, call);
          return { ...second, observations: [...first.observations, ...second.observations] };
        },
      }),
  }),
  brokenProvider({
    name: 'endless-pages',
    fault: 'gives the last page a next one',
    breaks: ['C-040'],
    wrap: (sound) =>
      alter(sound, {
        listPage: async (filter, cursor, call) => {
          const page = await sound.listPage(filter, cursor, call);
          return { ...page, next: page.next ?? '0' };
        },
      }),
  }),
  brokenProvider({
    name: 'lost-page',
    fault: 'gives the first page only',
    breaks: ['C-040'],
    wrap: (sound) =>
      alter(sound, {
        listPage: async (filter, cursor, call) => {
          const { observations } = await sound.listPage(filter, cursor, call);
          return { observations };
        },
      }),
  }),
  brokenProvider({
    name: 'repeated-session',
    fault: 'gives the last session of a page again on the next one',
    breaks: ['C-040'],
    wrap: (sound) => {
      let last: Observation | undefined;
      return alter(sound, {
        listPage: async (filter, cursor, call) => {
          const page = await sound.listPage(filter, cursor, call);
          const repeated = cursor !== undefined && page.next === undefined && last !== undefined ? [last] : [];
          last = page.observations.at(-1);
          return { ...page, observations: [...repeated, ...page.observations] };
        },
      });
    },
  }),
  brokenProvider({
    name: 'list-of-the-past',
    fault: 'lists sessions as they were when they were started',
    breaks: ['C-041'],
    wrap: (sound) =>
      alterList(sound, (observations) =>
        observations.map((observation) =>
          observation.state === 'ready' ? { ...observation, state: 'creating', acceptsWork: false } : observation,
        ),
      ),
  }),
  brokenProvider({
    name: 'ignores-filter',
    fault: 'takes every list filter and uses none',
    breaks: ['C-042'],
    wrap: (sound) => alter(sound, { listPage: (_filter, cursor, call) => sound.listPage({}, cursor, call) }),
  }),
  brokenProvider({
    name: 'hides-ended',
    fault: 'drops ended sessions although its capabilities say that they are listed',
    breaks: ['C-043'],
    wrap: (sound) => alterList(sound, (observations) => observations.filter((observation) => !observation.final)),
  }),
  brokenProvider({
    name: 'lists-late',
    fault: 'leaves sessions out of the list while they are being created',
    breaks: ['C-023', 'C-040', 'C-041', 'C-042'],
    wrap: (sound) =>
      alterList(sound, (observations) => observations.filter((observation) => observation.state !== 'creating')),
  }),
  brokenProvider({
    name: 'lists-ended-anyway',
    fault: 'keeps ended sessions in the list although its capabilities say that it does not',
    breaks: ['C-043'],
    capabilities: { listsFinal: false },
    wrap: (sound) => {
      const ended = new Map<string, Observation>();
      const listing = alterList(sound, (observations) => [...observations, ...ended.values()]);
      return alter(listing, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          if (observation.final) ended.set(handle.id, observation);
          return observation;
        },
      });
    },
  }),
];
