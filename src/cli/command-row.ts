import type { CommandContext } from './terminal.ts';

/** Imports the function of a command. Commander passes its arguments, then its options. A number is its exit code. */
export type Load = () => Promise<
  (context: CommandContext, ...words: never[]) => Promise<number | undefined> | Promise<void>
>;

/** An argument, or an option when the syntax begins with `-`. */
export type Parameter = readonly [
  syntax: string,
  help: string,
  parse?: 'required' | ((text: string, earlier: never) => unknown),
];

/** A command with its parameters; `batch start` is the command `start` in the group `batch`. */
export type Row = readonly [name: string, help: string, load: Load, ...parameters: readonly Parameter[]];
