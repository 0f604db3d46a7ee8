import type { SessionProvider } from '../contract/session-provider.ts';
import type { ConformanceFixture, ConformanceSubject } from './subject.ts';

/** What stands around the provider of a subject. */
export interface SubjectWrapping {
  /** What to call it in reports, after the subject's own name. */
  readonly name: string;
  /** True where the wrapping retries and checks capabilities, as the layers of the core do. */
  readonly layered?: boolean;
  readonly wrap: (provider: SessionProvider, fixture: ConformanceFixture) => SessionProvider;
}

/** The same subject with something around its provider: the layers, a pool, a decorator of your own. */
export function wrappedSubject(
  subject: ConformanceSubject,
  { name, layered, wrap }: SubjectWrapping,
): ConformanceSubject {
  return {
    ...subject,
    name: `${subject.name}, ${name}`,
    layered: layered ?? subject.layered,
    open: async () => {
      const fixture = await subject.open();
      return {
        createProvider: () => wrap(fixture.createProvider(), fixture),
        time: fixture.time,
        oracle: fixture.oracle,
        unknownSessionId: fixture.unknownSessionId,
        ...(fixture.startOptions && { startOptions: fixture.startOptions }),
        ...(fixture.inject && { inject: fixture.inject.bind(fixture) }),
        dispose: () => fixture.dispose(),
      };
    },
  };
}
