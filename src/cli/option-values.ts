import { BUILT_IN_IDS } from '../config/built-in-providers.ts';
import { BATCH_STATES } from '../contract/batch-state.ts';
import { SESSION_STATES } from '../contract/session-state.ts';
import { SESSION_SIZES } from '../contract/start-request.ts';

/** The values of an option, by its flag or by the command with the flag. Options with other values are not in it. */
const OPTION_VALUES: Readonly<Record<string, readonly string[]>> = {
  '--provider': BUILT_IN_IDS,
  '--size': SESSION_SIZES,
  '--state': SESSION_STATES,
  'batch list --state': BATCH_STATES,
  '--on-abort': ['detach', 'terminate'],
  'batch start --on-abort': ['detach', 'cancel'],
  '--per': ['user', 'client'],
  '--on-lost': ['fail', 'restart'],
  '--by': ['session', 'owner', 'environment', 'label:'],
  '--clock': ['real', 'virtual'],
  '--engine': ['duckdb', 'sail', 'spark'],
  '--output': ['csv', 'json', 'jsonl', 'arrow'],
};

/** The values of an argument, by the command. */
const ARGUMENT_VALUES: Readonly<Record<string, readonly string[]>> = {
  completion: ['bash', 'zsh', 'fish'],
  'engines install': ['sail', 'spark'],
  'engines remove': ['sail', 'spark'],
};

/** The values of an option of a command; `undefined` where it takes any text. */
export function optionValues(path: string, flag: string): readonly string[] | undefined {
  return OPTION_VALUES[`${path} ${flag}`] ?? OPTION_VALUES[flag];
}

/** The values of the argument of a command; empty where it takes any text. */
export function argumentValues(path: string): readonly string[] {
  return ARGUMENT_VALUES[path] ?? [];
}
