import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CASES } from '../../src/conformance/index.ts';
import { BROKEN_PROVIDERS } from '../../src/testing/broken-providers/all-broken-providers.ts';

/** Every rule of the contract with who checks it; the promises of the core have no such column. */
function readRules(markdown: string): ReadonlyMap<string, string> {
  const rows = [...markdown.matchAll(/^\| (C-\d{3}) +\|(.*)\|$/gm)];
  return new Map(rows.map(([, rule = '', cells = '']) => [rule, (cells.split(' | ')[1] ?? '').trim()]));
}

const rules = readRules(readFileSync(new URL('../../src/contract/CONTRACT.md', import.meta.url), 'utf8'));
const kitRules = [...rules].flatMap(([rule, checkedBy]) => (/\bkit\b/.test(checkedBy) ? [rule] : []));
const caseRules = new Set(CASES.map((each) => each.rule));

describe('CONTRACT.md and the cases of the kit', () => {
  it('are read: there are rules of all sorts', () => {
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

  it('every rule marked "kit" is broken by a broken provider, so that its cases are seen to fail', () => {
    const broken = new Set(BROKEN_PROVIDERS.flatMap((provider) => provider.breaks));
    expect(kitRules.filter((rule) => !broken.has(rule))).toEqual([]);
  });

  it('titles are told apart, and names of broken providers too', () => {
    const titles = CASES.map(({ rule, title }) => `${rule} ${title}`);
    const names = BROKEN_PROVIDERS.map(({ name }) => name);
    expect([new Set(titles).size, new Set(names).size]).toEqual([titles.length, names.length]);
  });
});
