import { describe, expect, it } from 'vitest';
import {
  CaseBlocked,
  CASES,
  check,
  registerConformance,
  runCase,
  wrappedSubject,
  type ConformanceCase,
  type ConformanceFixture,
  type ConformanceSubject,
} from '../../src/conformance/index.ts';
import { POOR_CAPABILITIES, scriptedSubject } from './scripted-subject.ts';

const scripted = scriptedSubject();
const aCase = (run: ConformanceCase['run'], lacks?: ConformanceCase['lacks']): ConformanceCase => ({
  rule: 'C-999',
  title: 'a case',
  run,
  ...(lacks && { lacks }),
});

/** The subject with somebody who counts how often a fixture is opened and let go. */
function counted(subject: ConformanceSubject): ConformanceSubject & { opened: number; disposed: number } {
  const self = Object.assign({ ...subject }, { opened: 0, disposed: 0 });
  return Object.assign(self, {
    open: async () => {
      self.opened += 1;
      const fixture = await subject.open();
      return { ...fixture, dispose: async () => void (self.disposed += 1) };
    },
  });
}

describe('runCase', () => {
  it('passes with notes, fails with the reason, and lets the fixture go each time', async () => {
    const subject = counted(scripted);
    expect(
      await runCase(
        aCase(async (trial) => void trial.notes.push('seen')),
        subject,
      ),
    ).toMatchObject({
      outcome: 'passed',
      notes: ['seen'],
    });
    expect(
      await runCase(
        aCase(async () => check(false, 'it is wrong')),
        subject,
      ),
    ).toMatchObject({
      outcome: 'failed',
      reason: 'it is wrong',
    });
    expect(
      await runCase(
        aCase(() => Promise.reject(new TypeError('a bug'))),
        subject,
      ),
    ).toMatchObject({
      outcome: 'failed',
      reason: 'TypeError: a bug',
    });
    expect([subject.opened, subject.disposed]).toEqual([3, 3]);
  });

  it('tells a blocked case from a broken rule, unless the rule that is in the way is its own', async () => {
    const blocked = (by: string) =>
      runCase(
        aCase(() => Promise.reject(new CaseBlocked(by, 'no'))),
        scripted,
      );
    expect((await blocked('C-032')).blockedBy).toBe('C-032');
    expect('blockedBy' in (await blocked('C-999'))).toBe(false);
  });

  it('opens nothing for a case that does not apply', async () => {
    const subject = counted(scripted);
    const result = await runCase(
      aCase(
        () => Promise.reject(new Error('ran')),
        () => 'more',
      ),
      subject,
    );
    expect(result).toEqual({ rule: 'C-999', title: 'a case', outcome: 'not-applicable', reason: 'more' });
    expect(subject.opened).toBe(0);
  });

  it('ends a case that does not end', async () => {
    const result = await runCase(
      aCase(() => new Promise(() => {})),
      { ...scripted, caseLimitMs: 5 },
    );
    expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('not ended after 5 ms') });
  });

  it('fails a case of SQL when the subject does not say which SQL', async () => {
    const { sql: _missing, ...mute } = scripted;
    const sqlCase = CASES.find((each) => each.rule === 'C-051');
    expect((await runCase(sqlCase!, mute)).reason).toContain("must say which (its member 'sql')");
  });

  it('fails a case of code when the subject does not say which code, or its oracle not which code ran', async () => {
    const { code: _missing, ...mute } = scriptedSubject({ calculations: true });
    const codeCase = CASES.find((each) => each.rule === 'C-060')!;
    expect((await runCase(codeCase, mute)).reason).toContain("must say which (its member 'code')");
    const blind: ConformanceSubject = {
      ...scriptedSubject({ calculations: true }),
      open: async () => {
        const fixture = await scriptedSubject({ calculations: true }).open();
        const { calculations: _untold, ...oracle } = fixture.oracle;
        return { ...fixture, oracle };
      },
    };
    expect((await runCase(codeCase, blind)).reason).toContain("(its member 'calculations')");
  });
});

describe('registerConformance', () => {
  it('gives a test runner each case that applies, and tells what the others need', async () => {
    const groups: string[] = [];
    const tests = new Map<string, () => Promise<void>>();
    const subject = { ...scripted, capabilities: { ...scripted.capabilities, sql: false } };
    const { run, notApplicable } = registerConformance({
      describe: (name, body) => {
        groups.push(name);
        body();
      },
      it: (name, body) => tests.set(name, body),
      subject,
    });
    expect(groups).toEqual(['scripted keeps the contract']);
    expect(tests.size).toBe(run);
    expect(run + notApplicable.length).toBe(CASES.length);
    expect(notApplicable.find((each) => each.rule === 'C-051')?.needs).toBe("the capability 'sql'");
    await tests.get('C-003 id and scope stand in every handle that is given out')?.();
    // The service behind it still runs SQL: the provider is not what it was announced as.
    const lie = tests.get("C-002 'statements' is absent, because the capability 'sql' is");
    await expect(lie?.()).rejects.toThrow("'statements' is there and 'sql' is not said");
    const capabilities = tests.get(
      'C-001 capabilities are those that the subject was chosen by, and stay the same object',
    );
    await expect(capabilities?.()).rejects.toThrow('announced with other values of sql');
  });

  it('has no case that applies to nobody', () => {
    const poor = scriptedSubject(POOR_CAPABILITIES);
    const rich = scriptedSubject({ size: true, sparkConf: true });
    // No service here runs code blocks; what is said of one is enough to choose its cases.
    const calculating = { ...rich, capabilities: { ...rich.capabilities, calculations: true } };
    const everybody = [rich, poor, calculating].flatMap((subject) => [
      { ...subject, layered: false },
      { ...subject, layered: true },
    ]);
    const idle = CASES.filter((each) => everybody.every((facts) => each.lacks?.(facts) !== undefined));
    expect(idle).toEqual([]);
  });
});

describe('wrappedSubject', () => {
  it('keeps fixtures that are objects of a class, and wraps every provider of them', async () => {
    class Fixture implements ConformanceFixture {
      readonly #inner: ConformanceFixture;
      readonly startOptions = { labels: { kit: 'yes' } };
      disposed = false;

      constructor(inner: ConformanceFixture) {
        this.#inner = inner;
      }

      get time() {
        return this.#inner.time;
      }

      get oracle() {
        return this.#inner.oracle;
      }

      get unknownSessionId() {
        return this.#inner.unknownSessionId;
      }

      createProvider() {
        return this.#inner.createProvider();
      }

      inject(fault: Parameters<NonNullable<ConformanceFixture['inject']>>[0]) {
        return this.#inner.inject?.(fault);
      }

      async dispose() {
        this.disposed = true;
      }
    }
    const fixtures: Fixture[] = [];
    const subject: ConformanceSubject = {
      ...scripted,
      open: async () => {
        const fixture = new Fixture(await scripted.open());
        fixtures.push(fixture);
        return fixture;
      },
    };
    const wrapped = wrappedSubject(subject, {
      name: 'wrapped',
      wrap: (provider) => Object.assign(Object.create(provider) as typeof provider, { id: 'wrapped' }),
    });
    expect([wrapped.name, wrapped.layered]).toEqual(['scripted, wrapped', false]);
    const result = await runCase(
      aCase(async (trial) => {
        check(trial.provider.id === 'wrapped' && trial.createProvider().id === 'wrapped', 'not wrapped');
        check(trial.request().labels['kit'] === 'yes', 'start options are lost');
        await trial.inject({ kind: 'broken-start' });
      }),
      wrapped,
    );
    expect([result.outcome, result.reason]).toEqual(['passed', undefined]);
    expect(fixtures[0]?.disposed).toBe(true);
  });
});
