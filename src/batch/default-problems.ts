import type { RunDefaults } from '../contract/batch-run.ts';
import { isMap, problemOfJson } from './run-shape.ts';

const MEMBERS: Readonly<Record<keyof RunDefaults, 'string' | 'number' | 'map'>> = {
  workflowId: 'string',
  workflowVersion: 'string',
  roleArn: 'string',
  name: 'string',
  parameters: 'map',
  outputUri: 'string',
  priority: 'number',
  tags: 'map',
  native: 'map',
};

/** What is wrong with the shape of a batch's defaults, one line per problem. */
export function problemsOfDefaultsShape(defaults: RunDefaults): readonly string[] {
  const problems = Object.entries(defaults).flatMap(([member, value]: [string, unknown]) => {
    if (!Object.hasOwn(MEMBERS, member)) {
      return [
        `defaults has no member '${member}'; members are ${Object.keys(MEMBERS).join(', ')}; put others into \`native\``,
      ];
    }
    if (value === undefined) return [];
    const wanted = MEMBERS[member as keyof RunDefaults];
    return (wanted === 'map' ? isMap(value) : typeof value === wanted)
      ? []
      : [`defaults.${member} must be a ${wanted}`];
  });
  const missing = (defaults as Partial<RunDefaults>).workflowId === undefined ? ['defaults.workflowId is missing'] : [];
  const { parameters, tags } = defaults;
  const unsendable = parameters === undefined ? undefined : problemOfJson(parameters, 'defaults.parameters', 0);
  const wrongTags = isMap(tags) && !Object.values(tags).every((value) => typeof value === 'string');
  return [
    ...missing,
    ...problems,
    ...(unsendable === undefined ? [] : [`defaults has ${unsendable}`]),
    ...(wrongTags ? ['defaults.tags must contain only texts'] : []),
  ];
}
