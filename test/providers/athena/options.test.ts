import { describe, expect, it } from 'vitest';
import { ATHENA_OPTIONS_SHAPE, ATHENA_VARIABLES, parseAthenaOptions } from '../../../providers/athena/options.ts';
import { plugin } from '../../../providers/athena/plugin.ts';

const GOOD = { region: 'us-east-1', workgroup: 'wg' };

function problemsOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parseAthenaOptions(options);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the options of athena', () => {
  it('have defaults for everything but place and workgroup', () => {
    expect(parseAthenaOptions(GOOD)).toEqual({
      ok: true,
      config: {
        ...GOOD,
        profile: undefined,
        credentials: undefined,
        endpoint: undefined,
        readsPerSecond: 10,
        writesPerSecond: 5,
        executionRoleArn: undefined,
        engine: 'auto',
        classifications: undefined,
        notebook: undefined,
      },
    });
  });

  it('tell everything that is wrong at once', () => {
    expect(problemsOf({ workgroup: 'a b', engine: 'spark4', endpoint: 'localhost', region: 5 })).toHaveLength(4);
    expect(problemsOf({})).toEqual([
      'region: expected an AWS region such as us-east-1 (option `region`, variable AWS_REGION or AWS_DEFAULT_REGION, or the region of the profile); found nothing',
      'workgroup: expected the name of a Spark-enabled workgroup (option `workgroup` or variable ANYSESSION_ATHENA_WORKGROUP); found nothing',
    ]);
  });

  it.each([
    ['workgroup', ''],
    ['workgroup', 'x'.repeat(129)],
    ['workgroup', 'naïve'],
    ['executionRoleArn', 'arn:aws:iam::12345:role/x'],
    ['executionRoleArn', 'arn:aws:s3:::a-bucket-that-is-long-enough'],
    ['engine', 'SPARK-3.5'],
    ['endpoint', 'ftp://host'],
    ['endpoint', 'http://user:secret@host'],
    ['region', 'US_EAST'],
    ['readsPerSecond', 0],
    ['readsPerSecond', '5'],
    ['writesPerSecond', Number.POSITIVE_INFINITY],
    ['classifications', { name: 'x' }],
    ['classifications', [{ name: 'x' }]],
    ['classifications', [{ name: '', properties: {} }]],
    ['classifications', [{ name: 'x', properties: { a: 1 } }]],
    ['credentials', { accessKeyId: 'a' }],
    ['credentials', 'AKIA'],
    ['profile', ''],
    ['retries', 3],
  ])('refuse %s: %j', (name, value) => {
    const [problem = ''] = problemsOf({ ...GOOD, [name]: value });
    expect(problem.startsWith(name)).toBe(true);
  });

  it.each([
    [{ engine: 'pyspark-v3', classifications: [] }, /^classifications/],
    [{ engine: 'spark-3.5', notebookId: 'n', notebookVersion: 'v' }, /^notebookId/],
    [{ notebookId: 'n' }, /^notebookVersion/],
    [{ notebookVersion: 'v' }, /^notebookId/],
    [{ profile: 'p', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }, /^credentials/],
  ])('refuse what does not go together: %j', (change, expected) => {
    const problems = problemsOf({ ...GOOD, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('never repeat a secret', () => {
    const text = JSON.stringify(
      parseAthenaOptions({ ...GOOD, credentials: { accessKeyId: 5, secretAccessKey: ['hush'] } }),
    );
    expect(text).not.toContain('hush');
  });

  it('take a function as a source of credentials', () => {
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
    const parsed = parseAthenaOptions({ ...GOOD, credentials });
    expect(parsed).toMatchObject({ ok: true, config: { credentials } });
  });

  it('stand in the schema, and every variable names one of them', () => {
    expect(plugin.optionsSchema()).toBe(ATHENA_OPTIONS_SHAPE);
    expect(Object.keys(ATHENA_OPTIONS_SHAPE.properties)).toEqual(expect.arrayContaining(Object.keys(ATHENA_VARIABLES)));
  });

  it('decide what the provider says it can do', () => {
    const capabilitiesOf = (engine: string) => {
      const parsed = parseAthenaOptions({ ...GOOD, engine });
      if (!parsed.ok) throw new Error('options');
      return plugin.create(parsed.config, {} as never);
    };
    expect(capabilitiesOf('auto')).toMatchObject({ capabilities: { sparkConnect: true, tokenLifetimeMs: 1_800_000 } });
    expect(capabilitiesOf('spark-3.5').endpoint).toBeTypeOf('function');
    expect(capabilitiesOf('pyspark-v3')).toMatchObject({
      capabilities: { sparkConnect: false, tokenLifetimeMs: false },
    });
    expect(capabilitiesOf('pyspark-v3').endpoint).toBeUndefined();
  });
});
