import type { SessionProvider } from '../contract/session-provider.ts';
import type { ConformanceFixture, ConformanceSubject } from './subject.ts';

/** What wraps the provider of a subject. */
export interface SubjectWrapping {
  /** Its name in reports, after the subject's own name. */
  readonly name: string;
  /** True where the wrapper retries and checks capabilities, as the layers of the core do. */
  readonly layered?: boolean;
  readonly wrap: (provider: SessionProvider, fixture: ConformanceFixture) => SessionProvider;
}

/** The same subject with a wrapper around its provider: the layers, a pool, a decorator of your own. */
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
      // Named one by one: a fixture may be an object of a class, whose methods a spread would lose.
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
