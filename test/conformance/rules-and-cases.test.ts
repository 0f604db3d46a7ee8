import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BATCH_CASES, CASES } from '../../src/conformance/index.ts';
import { BROKEN_BATCH_PROVIDERS, BROKEN_PROVIDERS } from '../../src/testing/index.ts';

/** Every rule of the contract with what checks it; the table of the core's promises has no such column. */
function readRules(markdown: string): ReadonlyMap<string, string> {
  const rows = [...markdown.matchAll(/^\| ([BC]-\d{3}) +\|(.*)\|$/gm)];
  return new Map(rows.map(([, rule = '', cells = '']) => [rule, (cells.split(' | ')[1] ?? '').trim()]));
}

const rules = readRules(readFileSync(new URL('../../src/contract/CONTRACT.md', import.meta.url), 'utf8'));
const kitRules = [...rules].flatMap(([rule, checkedBy]) => (/\bkit\b/.test(checkedBy) ? [rule] : []));
const allCases = [...CASES, ...BATCH_CASES];
const allBroken = [...BROKEN_PROVIDERS, ...BROKEN_BATCH_PROVIDERS];
const caseRules = new Set(allCases.map((each) => each.rule));

describe('CONTRACT.md and the cases of the kit', () => {
  it('are read: there are rules of every kind', () => {
    expect(rules.size).toBeGreaterThan(40);
    expect(kitRules.length).toBeGreaterThan(35);
    expect(rules.get('C-004')).toBe('test of each provider');
  });

  it('every rule marked "kit" has a case', () => {
    expect(kitRules.filter((rule) => !caseRules.has(rule))).toEqual([]);
  });

  it('every case belongs to a rule', () => {
    expect([...caseRules].filter((rule) => !rules.has(rule))).toEqual([]);
  });

  it('every rule marked "kit" is broken by a broken provider, so that its cases can fail', () => {
    const broken = new Set(allBroken.flatMap((provider) => provider.breaks));
    expect(kitRules.filter((rule) => !broken.has(rule))).toEqual([]);
  });

  it('titles are unique, and so are the names of broken providers', () => {
    const titles = allCases.map(({ rule, title }) => `${rule} ${title}`);
    const names = allBroken.map(({ name }) => name);
    expect([new Set(titles).size, new Set(names).size]).toEqual([titles.length, names.length]);
  });
});
