import { registerConformance } from 'anysession/conformance';
import { describe, expect, it } from 'vitest';
import { templateSubject } from './template-subject.ts';

// region run
const { run, notApplicable } = registerConformance({ describe, it, subject: templateSubject });

it('runs all cases', () => {
  expect(run, JSON.stringify(notApplicable)).toBe(56);
});
// endregion
