/** A command as a shell completes it. */
export interface CompletedCommand {
  /** Its words, such as `batch start`; empty for the program itself. */
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly {
    readonly flag: string;
    readonly help: string;
    /** What follows the flag: one of these words, or what the kind says; `undefined` for a flag without a value. */
    readonly value: 'file' | 'text' | 'environment' | readonly string[] | undefined;
  }[];
  /** What its argument may be. */
  readonly words: readonly string[];
}

/** Prints the names of the environments of the config file, without running code in it. */
const ENVIRONMENTS = 'anysession config environments 2>/dev/null </dev/null';

/** The script for bash 3.2 and later: `source <(anysession completion bash)`. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const words = commands.map(({ path, children, options, words }) => {
    const names = [...children.map(({ name }) => name), ...words, ...options.map(({ flag }) => flag)];
    return `    '${path}') words='${names.join(' ')}' ;;`;
  });
  return `# shellcheck shell=bash
_anysession() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == -- ]]; then
      # The command of exec.
      COMPREPLY=()
      while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -c -f -- "$cur")
      return
    fi
    case "\${path:+$path }\${COMP_WORDS[i]}" in
    ${pathsOf(commands).map(quoted).join(' | ')}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$prev" in
    ${flagsWith(commands, 'file').join(' | ')})
      while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -f -- "$cur")
      return ;;
    ${flagsWith(commands, 'text').join(' | ')}) return ;;
    ${flagsWith(commands, 'environment').join(' | ')})
      # Not compgen -W, which expands what it is given.
      while IFS= read -r i; do [[ $i == "$cur"* ]] && COMPREPLY+=("$i"); done < <(${ENVIRONMENTS})
      return ;;
  esac
  case "$path $prev" in
${choices(commands)
  .map(([pattern, values]) => `    ${pattern}) path=values words='${values.join(' ')}' ;;`)
  .join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
  while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -W "$words" -- "$cur")
}
complete -F _anysession anysession
`;
}

/** The script for zsh: write it to a file named `_anysession` in a folder of `$fpath`, or `source <(anysession completion zsh)`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  const candidates = commands.map(({ path, children, options, words }) => {
    const plain = words.map((name) => ({ name, help: 'a value' }));
    const all = [...children, ...plain, ...options.map(({ flag, help }) => ({ name: flag, help }))];
    const described = all.map(({ name, help }) => quoted(`${name}:${help.replaceAll(':', '\\:')}`));
    return `    ('${path}') candidates=(${described.join(' ')}) ;;`;
  });
  return `#compdef anysession
_anysession() {
  local path_='' i
  local -a candidates
  for ((i = 2; i < CURRENT; i++)); do
    if [[ \${words[i]} == -- ]]; then _files; return; fi
    case "\${path_:+$path_ }\${words[i]}" in
    (${pathsOf(commands).map(quoted).join('|')}) path_="\${path_:+$path_ }\${words[i]}" ;;
    esac
  done
  case "\${words[CURRENT-1]}" in
    (${flagsWith(commands, 'file').join('|')}) _files; return ;;
    (${flagsWith(commands, 'text').join('|')}) return ;;
    (${flagsWith(commands, 'environment').join('|')}) compadd -- \${(f)"$(${ENVIRONMENTS})"}; return ;;
  esac
  case "$path_ \${words[CURRENT-1]}" in
${choices(commands)
  .map(([pattern, values]) => `    (${pattern}) compadd -- ${values.join(' ')}; return ;;`)
  .join('\n')}
  esac
  case "$path_" in
${candidates.join('\n')}
  esac
  _describe -o anysession candidates
}
if [[ \${funcstack[1]} == _anysession ]]; then _anysession "$@"; else compdef _anysession anysession; fi
`;
}

/** The script for fish: `anysession completion fish | source`. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, children, options, words }) => {
    const condition = `-n ${quoted(conditionOf(path, children))}`;
    const at = `complete -c anysession ${condition}`;
    return [
      ...children.map(({ name, help }) => `${at} -f -a ${name} -d ${quoted(help)}`),
      ...words.map((word) => `${at} -f -a ${word}`),
      ...options.map(({ flag, help, value }) => {
        const takes = value === undefined ? ' -f' : value === 'file' ? ' -r -F' : ` -x${fishValues(value)}`;
        return `${at} -l ${flag.slice(2)}${takes} -d ${quoted(help)}`;
      }),
    ];
  });
  return `${['complete -c anysession -f', ...lines].join('\n')}\n`;
}

function fishValues(value: 'text' | 'environment' | readonly string[]): string {
  if (value === 'text') return '';
  return ` -a ${quoted(value === 'environment' ? `(${ENVIRONMENTS})` : value.join(' '))}`;
}

/** Patterns of a command and its flag, with the values of that flag. */
function choices(commands: readonly CompletedCommand[]): readonly (readonly [string, readonly string[]])[] {
  return commands.flatMap(({ path, options }) =>
    options.flatMap(({ flag, value }) =>
      typeof value === 'object' ? [[quoted(`${path} ${flag}`), value] as const] : [],
    ),
  );
}

function conditionOf(path: string, children: CompletedCommand['children']): string {
  if (path === '') return '__fish_use_subcommand';
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = children.map(({ name }) => name).join(' ');
  return [...seen, ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`])].join('; and ');
}

function pathsOf(commands: readonly CompletedCommand[]): readonly string[] {
  return commands.map(({ path }) => path).filter((path) => path !== '');
}

function flagsWith(commands: readonly CompletedCommand[], kind: 'file' | 'text' | 'environment'): readonly string[] {
  const flags = commands.flatMap(({ options }) => options.filter(({ value }) => value === kind));
  return [...new Set(flags.map(({ flag }) => flag))];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
