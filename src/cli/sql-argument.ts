import type { Command } from 'commander';

/**
 * SQL may begin with a comment (`-- daily report`), which looks like an option. An argument with white space in it is no option,
 * unless it is `--name=a value`: it goes to the end, behind `--`.
 */
export function protectSql(args: readonly string[], program: Command): readonly string[] {
  if (args.includes('--')) return args;
  const options = allCommands(program).flatMap((command) => command.options);
  const at = args.findIndex((arg, index) => {
    if (!/^-\S*\s/.test(arg)) return false;
    const isValue = options.some(({ long, required }) => required && long === args[index - 1]);
    return !isValue && !options.some(({ long }) => arg.startsWith(`${long ?? ''}=`));
  });
  const text = args[at];
  return text === undefined ? args : [...args.slice(0, at), ...args.slice(at + 1), '--', text];
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
