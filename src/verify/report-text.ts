import { toMoney } from '../cost/money.ts';
import { FIGURES, toSpreadText, type FigureName, type Figures } from './figures.ts';
import type { Finding } from './finding.ts';
import type { PointValue } from './points/point.ts';
import { failures, type CaseReport, type PointReport, type VerificationReport } from './report.ts';

const CASE_MARKS: Readonly<Record<CaseReport['outcome'], string>> = {
  passed: '✓',
  failed: '✗',
  'not-applicable': '–',
  'not-run': '?',
};

/** The report for people. */
export function formatReport(report: VerificationReport): string {
  const { provider, scope, release, date, anysession, stopped, cases, points, throttles } = report;
  const lines = [
    `${provider} ${scope}${release === undefined ? '' : ` (${release})`}, ${date.slice(0, 10)}, anysession ${anysession}`,
    ...(stopped === undefined ? [] : [`Stopped early: ${stopped}`]),
    ...section('Cases', cases.map(toCaseLine)),
    ...section('Points that no document settles', points.map(toPointLine)),
    ...section('Figures', figureLines(report.figures)),
    ...section('Sessions', sessionLines(report)),
    ...(throttles.length === 0 ? [] : [`The service throttled ${throttles.length} calls${retryAfterText(throttles)}.`]),
    summaryLine(report),
  ];
  return `${lines.join('\n')}\n`;
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  ${line}`)];
}

function toCaseLine({ rule, title, outcome, evidence }: CaseReport): string {
  const word = outcome === 'passed' || outcome === 'failed' ? '' : `${outcome.replace('-', ' ')}: `;
  return `${CASE_MARKS[outcome]} ${rule} ${title} (${word}${evidence})`;
}

function toPointLine({ option, question, finding, assumed, agrees }: PointReport): string {
  const what = `${option}: ${findingText(finding)}`;
  if (agrees === undefined) return `${finding.outcome === 'unknown' ? '?' : '–'} ${what} (${question})`;
  if (agrees) return `= ${what}, as the emulator assumes (${question})`;
  return `≠ ${what}; the emulator assumes ${valueText(assumed)} (${question})`;
}

/** A finding in words. */
export function findingText(finding: Finding): string {
  switch (finding.outcome) {
    case 'observed':
      return valueText(finding.value);
    case 'measured':
      return `${finding.atLeastMs} to ${finding.atMostMs} ms`;
    case 'unknown':
      return `unknown: ${finding.why}`;
    case 'long':
      return `probed with --long only: ${finding.why}`;
    case 'not-probed':
      return `not probed: ${finding.why}`;
  }
}

function valueText(value: PointValue): string {
  return value === null ? 'none' : String(value);
}

function figureLines(figures: Figures): readonly string[] {
  return (Object.keys(FIGURES) as FigureName[]).flatMap((name) => {
    const spread = figures[name];
    return spread === undefined ? [] : [`${FIGURES[name]}: ${toSpreadText(name, spread)}, ${spread.count} measured`];
  });
}

function sessionLines({ sessions, spent }: VerificationReport): readonly string[] {
  const { started, ended, left, unlisted } = sessions;
  const cost = spent.amount === undefined ? 'cost unknown' : `cost ${toMoney(spent.amount, spent.currency ?? '')}`;
  return [
    `${started} started, ${ended} ended, ${cost}${spent.unknown.length === 0 ? '' : ` (${spent.unknown.join('; ')})`}`,
    ...(unlisted === undefined ? [] : [`the list could not confirm that nothing else runs: ${unlisted}`]),
    ...left.map(({ id, why }) => `MAY STILL RUN ${id}: ${why}`),
  ];
}

function retryAfterText(throttles: VerificationReport['throttles']): string {
  const named = throttles.filter((pause) => pause !== null);
  return named.length === 0
    ? ' without Retry-After'
    : `, ${named.length} of them with Retry-After (${Math.max(...named)} ms at most)`;
}

function summaryLine(report: VerificationReport): string {
  const { cases, points } = report;
  const passed = cases.filter(({ outcome }) => outcome === 'passed').length;
  const differ = points.filter(({ agrees }) => agrees === false).length;
  const agree = points.filter(({ agrees }) => agrees === true).length;
  return `\n${passed} cases passed, ${failures(report)} failed; ${agree} points agree with the emulator, ${differ} differ.`;
}

/** One row of a table that people can publish, with its heading when it is asked for. */
export function markdownTable({ provider, region, release, date, figures }: VerificationReport): string {
  const names = Object.keys(FIGURES) as FigureName[];
  const headings = ['provider', 'region', 'release', ...names.map((name) => FIGURES[name]), 'sessions', 'date'];
  const count = Math.max(0, ...Object.values(figures).map((spread) => spread.count));
  const cells = [
    provider,
    region ?? '–',
    release ?? '–',
    ...names.map((name) => {
      const spread = figures[name];
      return spread === undefined ? '–' : toSpreadText(name, spread);
    }),
    String(count),
    date.slice(0, 10),
  ].map((cell) => cell.replaceAll('|', '\\|'));
  const row = (columns: readonly string[]): string => `| ${columns.join(' | ')} |\n`;
  return row(headings) + row(headings.map(() => '---')) + row(cells);
}
