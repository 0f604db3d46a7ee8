import type { Command, Option } from 'commander';
import { SessionError } from '../../contract/session-error.ts';
import { bashScript, fishScript, zshScript, type CompletedCommand } from '../completion-scripts.ts';
import { argumentValues, optionValues } from '../option-values.ts';
import { printAsIs, type CommandContext } from '../terminal.ts';

const SCRIPTS: ReadonlyMap<string, (commands: readonly CompletedCommand[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

/** Writes a script that completes commands and options in a shell. */
export async function runCompletion(
  { terminal }: CommandContext,
  shell: string,
  _options: unknown,
  command: Command,
): Promise<void> {
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    throw new SessionError('invalid-request', `there is no completion for the shell "${shell}"`, {
      operation: 'completion',
      advice: `Choose one of ${[...SCRIPTS.keys()].join(', ')}.`,
    });
  }
  await printAsIs(terminal, script(completedCommands(command.parent ?? command)));
}

/** The program and all its commands; each also takes the options of the program. */
function completedCommands(program: Command): readonly CompletedCommand[] {
  const walk = (command: Command, path: string): readonly CompletedCommand[] => {
    const children = command.commands.map((child) => ({ name: child.name(), help: child.description() }));
    const own = command === program ? [] : command.options;
    const flags = [...own, ...program.options].map((option) => toCompleted(option, path));
    const options = [...flags, { flag: '--help', help: 'print help', value: undefined }];
    return [
      { path, children, options, words: argumentValues(path) },
      ...command.commands.flatMap((child) => walk(child, `${path} ${child.name()}`.trim())),
    ];
  };
  return walk(program, '');
}

type CompletedOption = CompletedCommand['options'][number];

function toCompleted({ long, flags, description, required, optional }: Option, path: string): CompletedOption {
  const flag = long ?? flags;
  return { flag, help: description, value: required || optional ? valueOf(path, flag, flags) : undefined };
}

function valueOf(path: string, flag: string, syntax: string): CompletedOption['value'] {
  if (flag === '--env') return 'environment';
  return optionValues(path, flag) ?? (/<(?:file|path|folder)>/.test(syntax) ? 'file' : 'text');
}
