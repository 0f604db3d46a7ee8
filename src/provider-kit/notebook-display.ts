/** What a notebook shows of an object, by MIME type: the answer of its method `Symbol.for('Jupyter.display')`. */
export interface NotebookDisplay {
  readonly 'text/plain': string;
  readonly 'text/html': string;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
