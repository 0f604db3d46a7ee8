/** A block of shell commands that a page says to run. */
export interface PageRun {
  /** The clients to run it with. */
  readonly clients: readonly string[];
  readonly command: string;
  /** What it prints, among other things. */
  readonly prints: string;
}

/** What a page has to run. */
export interface PageBlocks {
  /** The files that the commands need, by their path. */
  readonly files: ReadonlyMap<string, string>;
  readonly runs: readonly PageRun[];
}

/** A step of a workflow that runs a command. */
const STEP = /^- run: (.+)$/gm;
const BLOCK = /^<!-- (file|run|steps): (.+) -->\n+(?:<!-- code: .+ -->\n+)?```\w+\n([\s\S]*?)^```$/gm;

/**
 * Reads the blocks of a page that have a comment before them: `<!-- file: job.py -->` names a file, and
 * `<!-- run: CLIENT, CLIENT; prints: TEXT -->` says which clients run a block, `<!-- steps: … -->` the same of the `run:` lines of a workflow.
 */
export function pageBlocks(page: string): PageBlocks {
  const files = new Map<string, string>();
  const runs: PageRun[] = [];
  for (const [, kind, about = '', text = ''] of page.matchAll(BLOCK)) {
    if (kind === 'file') files.set(about, text);
    else {
      const [, clients = '', prints = ''] = /^(.+); prints: ?(.*)$/.exec(about) ?? [];
      const steps = Array.from(text.matchAll(STEP), ([, line = '']) =>
        line.replaceAll('${{ github.run_id }}', '$GITHUB_RUN_ID'),
      );
      runs.push({ clients: clients.split(', '), command: kind === 'run' ? text : steps.join('\n'), prints });
    }
  }
  return { files, runs };
}
