import { virtualTime, type ConformanceSubject } from 'anysession/conformance';
import { defineCapabilities } from 'anysession/provider';
import { VirtualClock } from 'anysession/testing';
import { ImaginaryCloud } from '../src/imaginary-cloud.ts';
import { plugin } from '../src/plugin.ts';
import { TemplateProvider } from '../src/provider.ts';
import { CountedCloud } from './counted-cloud.ts';

const PLACE = { project: 'research', region: 'north' };
// Small pages: a few sessions fill several.
const CAPABILITIES = defineCapabilities({ ...plugin.capabilities, listPageSize: 3 });

// region subject
/** The provider over its imaginary cloud. */
export const templateSubject: ConformanceSubject = {
  name: plugin.id,
  capabilities: CAPABILITIES,
  faults: ['forbidden', 'throttled', 'unavailable', 'no-answer', 'lost-answer', 'broken-start', 'unknown-state'],
  layered: false,
  patienceMs: 50,
  open: async () => {
    const clock = new VirtualClock();
    const cloud = new CountedCloud(new ImaginaryCloud(PLACE, () => clock.nowMs()));
    return {
      createProvider: () =>
        new TemplateProvider({
          id: plugin.id,
          scope: `${PLACE.project}/${PLACE.region}`,
          capabilities: CAPABILITIES,
          loadClient: async () => cloud,
          clock,
        }),
      time: virtualTime(clock),
      oracle: cloud,
      unknownSessionId: 'research-north-999',
      inject: (fault) => cloud.inject(fault),
      dispose: async () => {},
    };
  },
};
// endregion
