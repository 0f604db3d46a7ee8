import { looksSecret } from '../contract/secret-text.ts';

/** The options that choose an environment. */
const CHOOSING = /^--(?:env|config|provider|set)(?:=|$)/;
/** Commands on sessions and batches, as hints and errors name them. */
const COMMAND =
  /\banysession (?:batch )?(?:cancel|describe|list|logs|open|sql|status|sweep|terminate|usage|verify|wait)\b/g;
/** Needs no quotes in a shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The options by which a command line chose its environment, for a shell and without secrets: empty where it chose none. */
export function environmentChoice(args: readonly string[]): string {
  const chosen = args.flatMap((arg, at) => {
    if (!CHOOSING.test(arg)) return [];
    const [option = '', given = ''] = arg.includes('=') ? splitAt(arg) : [arg, args[at + 1]];
    const [name, value = ''] = splitAt(given);
    return [option, option === '--set' && looksSecret(name, value) ? `${name}=…` : given];
  });
  return chosen.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function splitAt(text: string): readonly [string, string?] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Repeats the choice in the commands that a text tells people to run: without it they would ask another cloud. */
export function repeatChoice(text: string, choice = ''): string {
  return choice === '' ? text : text.replace(COMMAND, (command) => `${command} ${choice}`);
}
