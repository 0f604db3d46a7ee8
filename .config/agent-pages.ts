/**
 * The pages for agents in the package, cut from the guides: `SKILL.md` for agents with a shell, `llms.txt`, an index of the guides
 * (https://llmstxt.org), and `llms-full.txt`, their whole text.
 */
import { posix } from 'node:path';
import { format } from 'prettier';

/** What is written. */
export const AGENT_PAGES: readonly string[] = ['SKILL.md', 'llms.txt', 'llms-full.txt'];

/** The guides that a reader needs first; the others follow. */
const FIRST = [
  'tasks',
  'command-line',
  'configuration',
  'errors',
  'cost',
  'sql-and-results',
  'agents',
  'sweeping',
  'what-a-crash-costs',
].map((name) => `docs/guide/${name}.md`);

const SUMMARY =
  'Runs Spark SQL in sessions of Amazon Athena, EMR Serverless, EMR on EC2, AWS Glue, Google Dataproc Serverless and of an embedded engine, from one config file: starts, lists, uses and ends sessions, and limits what they cost.';

/** The parts of guides that follow the tasks in `SKILL.md`. */
const SKILL_PARTS = [
  ['docs/guide/command-line.md', 'Naming a session'],
  ['docs/guide/command-line.md', 'JSON output'],
  ['docs/guide/command-line.md', 'Exit codes'],
] as const;

/** The text of each document, with its generated blocks filled. */
type Texts = ReadonlyMap<string, string>;

/** Makes the pages. */
export async function agentPages(texts: Texts): Promise<readonly (readonly [file: string, text: string])[]> {
  const guides = [...texts.keys()].filter((file) => file.startsWith('docs/guide/') && !FIRST.includes(file)).sort();
  const files = ['README.md', ...FIRST, ...guides];
  return [
    ['SKILL.md', await format(skill(texts), { parser: 'markdown', singleQuote: true })],
    ['llms.txt', index(texts, files.slice(1))],
    ['llms-full.txt', files.map((file) => `${plain(file, texts).trim()}\n`).join('\n---\n\n')],
  ];
}

function skill(texts: Texts): string {
  const tasks = plain('docs/guide/tasks.md', texts);
  const parts = SKILL_PARTS.map(([file, heading]) => section(plain(file, texts), heading, file));
  const kinds =
    /<!-- generated: errors -->\n([\s\S]*?)<!-- end -->/.exec(texts.get('docs/guide/errors.md') ?? '')?.[1] ?? '';
  return [
    `---\nname: anysession\ndescription: ${JSON.stringify(`${SUMMARY} Use it to run SQL on Spark, or to find and end sessions that cost money.`)}\n---`,
    tasks.replace(/^# .*$/m, '# anysession').trim(),
    ...parts,
    kinds.trim(),
    'Every option: `anysession COMMAND --help`. Guides: [llms.txt](llms.txt). Tools over the Model Context Protocol: [anysession mcp](docs/guide/agents.md).\n',
  ].join('\n\n');
}

function index(texts: Texts, guides: readonly string[]): string {
  const lines = guides.map((file) => {
    const [title = '', ...blocks] = plain(file, texts).trim().split(/\n\n+/);
    const first = blocks.find((block) => /^(?!```|\|)/.test(block)) ?? '';
    // The first sentence.
    const [sentence = first] = /^.*?\.(?=\s|$)/s.exec(first.replaceAll('**', '')) ?? [];
    const text = sentence
      .replace(/\s+/g, ' ')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/:$/, '.');
    return `- [${title.replace(/^# /, '')}](${file}): ${text}`;
  });
  return [
    '# anysession',
    `> ${SUMMARY}`,
    'A TypeScript library (`import { openSessions } from "anysession"`) and a command line (`npx anysession`). `llms-full.txt` has the whole text of the guides, and `SKILL.md` the tasks for agents with a shell.',
    '## Guides',
    lines.join('\n'),
    '## Optional',
    '- [The contract of providers](src/contract/CONTRACT.md): The rules that every provider keeps.\n- [Changes](CHANGELOG.md): What has changed.\n',
  ].join('\n\n');
}

/** A page without the marks of generated blocks, with links that work from the root of the package. */
function plain(file: string, texts: Texts): string {
  const text = texts.get(file);
  if (text === undefined) throw new Error(`there is no page '${file}'`);
  const withoutMarks = text.replace(/<!-- [\s\S]*?-->\n+/g, '');
  return withoutMarks.replace(
    /\]\((?!https?:|#)([^)#\s]+)((?:#[^)\s]*)?)\)/g,
    (_link, path: string, anchor: string) => {
      return `](${posix.join(posix.dirname(file), path)}${anchor})`;
    },
  );
}

/** One section of a page, down to the next heading of its level. */
function section(text: string, heading: string, file: string): string {
  const from = text.indexOf(`\n## ${heading}\n`);
  if (from === -1) throw new Error(`${file} has no section '${heading}'`);
  const rest = text.slice(from + 1);
  const end = rest.indexOf('\n## ', 1);
  // A link into its own page leads to the guide.
  return (end === -1 ? rest : rest.slice(0, end)).trim().replace(/\]\(#/g, `](${file}#`);
}
